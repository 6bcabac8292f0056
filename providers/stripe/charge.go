package stripe

import (
	"context"
	"errors"
	"strings"

	stripego "github.com/stripe/stripe-go/v79"

	"homeward/internal/fault"
	"homeward/providers/exchange"
)

// errEmpty is an answer that is JSON and not what was asked for: a proxy's, or a redirect's.
var errEmpty = errors.New("stripe: an answer without the object that was asked for")

// Charge reads a payment by "pi_…" (its latest charge) or "ch_…" ("py_…" for other means), with its dispute.
func (c *Client) Charge(ctx context.Context, reference string) (Charge, error) {
	watched, seen := exchange.Watch(ctx)
	ch, err := c.charge(watched, reference)
	if err == nil && ch.ID == "" {
		err = errEmpty
	}
	switch {
	case errors.Is(err, errNotCaptured):
		return Charge{}, fault.New(fault.Permanent, "payment_not_captured", "The payment was never captured, so there is nothing to refund.", err)
	case err != nil:
		return Charge{}, readFault(seen, err)
	}
	out := fromCharge(ch)
	if ch.Disputed {
		out.Dispute, out.Settles, err = c.dispute(ctx, ch.ID)
	}
	return out, err
}

var errNotCaptured = errors.New("stripe: the payment intent has no captured charge")

// charge reads a charge, or an intent's latest one.
func (c *Client) charge(ctx context.Context, reference string) (*stripego.Charge, error) {
	if !isIntent(reference) {
		params := &stripego.ChargeParams{}
		params.Context = ctx
		return c.charges.Get(reference, params)
	}
	params := &stripego.PaymentIntentParams{}
	params.Context = ctx
	params.AddExpand("latest_charge")
	intent, err := c.intents.Get(reference, params)
	switch {
	case err != nil:
		return nil, err
	case intent.ID == "":
		return nil, errEmpty
	case intent.LatestCharge == nil, intent.LatestCharge.AmountCaptured == 0:
		return nil, errNotCaptured
	}
	if intent.LatestCharge.PaymentIntent == nil {
		intent.LatestCharge.PaymentIntent = intent
	}
	return intent.LatestCharge, nil
}

// dispute gives the status of a charge's dispute that matters: an open one before a lost one before an inquiry; and whether a
// full refund would settle it.
func (c *Client) dispute(ctx context.Context, chargeID string) (status string, settles bool, err error) {
	ctx, seen := exchange.Watch(ctx)
	params := &stripego.DisputeListParams{Charge: new(chargeID)}
	params.Context = ctx
	list := c.disputes.List(params)
	for list.Next() {
		if d := list.Dispute(); rank(string(d.Status)) > rank(status) {
			status, settles = string(d.Status), d.IsChargeRefundable
		}
	}
	if err := list.Err(); err != nil {
		return "", false, readFault(seen, err)
	}
	return status, settles && rank(status) == rankInquiry, nil
}

const rankInquiry = 1

// rank orders the statuses of disputes that stand against a refund; won, closed and prevented ones do not. A word of the
// future counts as open: better a refund that waits for a person than one paid twice.
func rank(status string) int {
	switch status {
	case "", "won", "warning_closed", "prevented":
		return 0
	case "warning_needs_response", "warning_under_review":
		return rankInquiry
	case "lost":
		return 2
	default:
		return 3
	}
}

func fromCharge(ch *stripego.Charge) Charge {
	currency := strings.ToUpper(string(ch.Currency))
	out := Charge{ID: ch.ID, Currency: currency, Captured: FromStripe(ch.AmountCaptured, currency), Refunded: FromStripe(ch.AmountRefunded, currency)}
	if ch.PaymentIntent != nil {
		out.IntentID = ch.PaymentIntent.ID
	}
	return out
}
