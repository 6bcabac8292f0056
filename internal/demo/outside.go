package demo

import (
	"context"
	"time"
)

// settleAfter is how long the demo's bank takes, where Options does not say: long enough to see "started" first.
const settleAfter = 8 * time.Second

// outside does what Twilio and Stripe do by themselves: SMS are delivered at once, refunds reach the bank after a while.
func (d *Demo) outside(ctx context.Context) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		d.deliverSMS(ctx)
		d.settleRefunds(ctx)
	}
}

func (d *Demo) deliverSMS(ctx context.Context) {
	for _, m := range d.world.Twilio.Messages() {
		if m.Inbound || m.Status == "delivered" {
			continue
		}
		if err := d.world.Twilio.Deliver(ctx, m.SID, "delivered", 0); err != nil {
			d.log.Warn("demo: twilio callback", "error", err)
		}
	}
}

func (d *Demo) settleRefunds(ctx context.Context) {
	for _, r := range d.world.Stripe.Refunds() {
		if r.Status != "pending" || time.Since(r.Created) < d.settleAfter {
			continue
		}
		if err := d.world.Stripe.Settle(ctx, r.ID, "succeeded", ""); err != nil {
			d.log.Warn("demo: stripe webhook", "error", err)
		}
	}
}
