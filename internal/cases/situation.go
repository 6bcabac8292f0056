package cases

import (
	"time"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
	"homeward/internal/withdrawals"
)

// Situation is what the policy of a shop is asked about: an order with its cases and refunds as they are. What is known of the
// customer from other orders is for the caller to add.
func Situation(shop *config.Shop, order store.Order, all []store.Case, refunds []store.Refund, now time.Time) returns.Situation {
	period := withdrawals.PeriodOf(shop, order)
	return returns.Situation{
		State: order.State, Now: now, Zone: terms.Contract(shop, order).Consumer.Zone, Taken: Taken(order, all, refunds), Refunds: earlier(refunds),
		Withdrawable: period.Rule != "" && !period.Over(now),
	}
}
