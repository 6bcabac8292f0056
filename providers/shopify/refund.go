package shopify

import (
	"cmp"
	"slices"
	"strconv"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/providers/wire"
)

// refund tells money that the shop gave back, once it is settled: while a transaction is pending nothing is told, because
// a later webhook of the order tells it again. The amount is the sum of the successful refund transactions; a line's
// amount is its subtotal as Shopify gives it. orderID and currency are those of the order it stands in, "" where it stands
// alone.
func (r *reader) refund(at string, in refund, orderID, currency string) {
	id := r.ID(at+"id", string(in.ID))
	if orderID == "" {
		orderID = r.ID(at+"order_id", string(in.OrderID))
	}
	when := r.Time(at+"created_at", in.CreatedAt)
	r.Count(at+"transactions", len(in.Transactions))
	r.Count(at+"refund_line_items", len(in.RefundLineItems))
	if r.Err() != nil {
		return
	}
	if !in.movesMoney() {
		r.Note("refund_" + id + "_without_money")
		return
	}
	r.SetCurrency(cmp.Or(currency, in.currency()))
	out := &orders.Refund{ID: id, Lines: r.refundLines(at, in.RefundLineItems)}
	for i, t := range in.Transactions {
		if t.Kind != "refund" {
			continue
		}
		switch {
		case t.Status == "pending":
			r.Note("refund_" + id + "_pending")
			return
		case t.Status != "success":
			continue
		case t.Currency != "" && t.Currency != r.Currency:
			r.otherCurrency(id, currency)
			return
		}
		out.Amount += r.NotNegative(at+"transactions."+strconv.Itoa(i)+".amount", string(t.Amount))
		if wire.StripeReference(t.Authorization) {
			out.Reference = t.Authorization
		}
	}
	if out.Amount == 0 {
		r.Note("refund_" + id + "_without_money")
		return
	}
	r.add(orders.Event{
		ID: r.orderID(orderID) + ":refund:" + id, Kind: orders.Refunded, At: when, Ref: orders.Ref{OrderID: orderID}, Refund: out,
	})
}

// otherCurrency handles a refund paid in the shopper's currency: its worth in the shop's is not in the webhook, so a
// person must look. Within an order it must not take the order's other news away.
func (r *reader) otherCurrency(id, orderCurrency string) {
	if orderCurrency != "" {
		r.Note("refund_" + id + "_in_other_currency")
		return
	}
	r.Fail(fault.New(fault.Permanent, "refund_currency",
		"The refund "+wire.Word(id)+" was paid in another currency than the shop's; enter its amount by hand.", nil))
}

// movesMoney tells whether there is a refund transaction at all; without one the shop only put goods back on the shelf.
func (in refund) movesMoney() bool {
	return slices.ContainsFunc(in.Transactions, func(t transaction) bool { return t.Kind == "refund" })
}

// currency gives the shop's currency as far as a refund tells it: of its lines, else of its transactions.
func (in refund) currency() string {
	for _, l := range in.RefundLineItems {
		if c := l.SubtotalSet.ShopMoney.CurrencyCode; c != "" {
			return c
		}
	}
	for _, t := range in.Transactions {
		if t.Currency != "" {
			return t.Currency
		}
	}
	return ""
}

func (r *reader) refundLines(at string, in []refundLine) []orders.RefundLine {
	var out []orders.RefundLine
	for i, l := range in {
		path := at + "refund_line_items." + strconv.Itoa(i) + "."
		out = append(out, orders.RefundLine{
			LineID: r.ID(path+"line_item_id", string(l.LineItemID)), Quantity: max(l.Quantity, 0),
			Amount: r.Rounded(path+"subtotal", string(l.Subtotal)),
		})
	}
	return out
}
