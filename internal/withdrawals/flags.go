package withdrawals

import (
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// flags tells what is odd about a statement.
func flags(_ *config.Shop, a about, w store.Withdrawal) []string {
	var out []string
	if _, ok := contact.Email(w.Email); !ok {
		out = append(out, EmailUnusable)
	}
	if !a.known {
		return append(out, OrderUnknown)
	}
	if !a.certain {
		out = append(out, EmailDiffers)
	}
	state := a.order.State
	if len(state.Parcels) == 0 && state.CancelledAt.IsZero() {
		out = append(out, NotShipped)
	}
	if excluded(state.Order.Lines, w.Items) {
		out = append(out, Excluded)
	}
	return out
}

// excluded tells whether a statement names goods that the shop says cannot be withdrawn from, or has nothing else.
func excluded(lines []orders.Line, items []returns.Item) bool {
	return slices.ContainsFunc(lines, func(l orders.Line) bool {
		named := slices.ContainsFunc(items, func(i returns.Item) bool { return i.LineID == l.ID })
		return l.Withdrawal == "no" && (named || len(items) == 0)
	})
}

// refundDue is when the money must be on its way: the end of the fourteenth day (Art. 13(1)).
func refundDue(shop *config.Shop, a about, sent time.Time) time.Time {
	z := zone(zoneOf(shop, a))
	day := sent.In(z)
	return time.Date(day.Year(), day.Month(), day.Day()+15, 0, 0, 0, 0, z).UTC()
}
