package withdrawals

import (
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// flags tells what is odd about a statement.
func flags(a about, law Terms, w store.Withdrawal) []string {
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
	if law.Period.Over(w.SubmittedAt) {
		out = append(out, Late)
	}
	state := a.order.State
	switch {
	case !returns.NeverLeft(state, w.Items):
	case state.CancelledAt.IsZero():
		out = append(out, NotShipped)
	default:
		out = append(out, Cancelled)
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

// Terms are the deadlines of a statement.
type Terms struct {
	Period   returns.Term // the time to withdraw
	SendBack returns.Term // to send the goods back
	Refund   returns.Term // to give the money back, whatever may be withheld
}

// PeriodOf gives the time in which a consumer may withdraw from an order: for telling, never for refusing.
func PeriodOf(shop *config.Shop, order store.Order) returns.Term {
	return returns.WithdrawalEnd(order.State, terms.Contract(shop, order), returns.Information{})
}

// TermsOf works out a statement's deadlines by the law of the consumer's country. order is the zero value while none is
// known: then the shop's country counts.
func TermsOf(shop *config.Shop, order store.Order, sent time.Time) Terms {
	contract := terms.Contract(shop, order)
	never := order.ID != "" && returns.NeverLeft(order.State, nil)
	return Terms{
		Period:   PeriodOf(shop, order),
		SendBack: returns.MustSendBack(contract, sent),
		Refund:   returns.RefundDue(contract, returns.Declaration{At: sent, NothingToReturn: never}).Term,
	}
}
