package shopper

import (
	"homeward/internal/cases"
	"homeward/internal/store"
)

// lineRow is a line of the order as it was bought.
type lineRow struct {
	itemRow
	Price     string
	Cancelled bool
}

// sumRow is a line of the bill.
type sumRow struct {
	Label, Amount string
	Total         bool
}

// refundRow is money on its way back.
type refundRow struct {
	Credit                          bool // store credit: its reference is the code
	Amount, Status, Note, Reference string
	Tone                            string // calm | good | attention
}

func (v *visit) lineRows() []lineRow {
	o := v.order.State.Order
	rows := make([]lineRow, len(o.Lines))
	for i, l := range o.Lines {
		rows[i] = lineRow{
			itemRow: v.item(l, l.Quantity), Cancelled: l.Cancelled,
			Price: v.words.Money(l.UnitPrice*int64(l.Quantity)-l.Discount, o.Currency),
		}
	}
	return rows
}

func (v *visit) sums() []sumRow {
	o := v.order.State.Order
	var goods, tax, fees int64
	for _, l := range o.Lines {
		if !l.Cancelled {
			goods += l.UnitPrice*int64(l.Quantity) - l.Discount
			tax += l.Tax
		}
	}
	for _, fee := range o.Fees {
		fees += fee.Amount
		tax += fee.Tax
	}
	rows := []sumRow{{Label: v.words.T("page.sum.goods"), Amount: v.words.Money(goods, o.Currency)}}
	if o.OrderDiscount != 0 {
		rows = append(rows, sumRow{Label: v.words.T("page.sum.discount"), Amount: v.words.Money(-o.OrderDiscount, o.Currency)})
	}
	shipping := v.words.T("page.sum.free")
	if o.Shipping.Paid != 0 {
		shipping = v.words.Money(o.Shipping.Paid, o.Currency)
	}
	rows = append(rows, sumRow{Label: v.words.T("page.sum.shipping"), Amount: shipping})
	if fees != 0 {
		rows = append(rows, sumRow{Label: v.words.T("page.sum.fees"), Amount: v.words.Money(fees, o.Currency)})
	}
	if tax += o.Shipping.Tax; tax != 0 && !o.PricesIncludeTax {
		rows = append(rows, sumRow{Label: v.words.T("page.sum.tax"), Amount: v.words.Money(tax, o.Currency)})
	}
	return append(rows, sumRow{Label: v.words.T("page.sum.total"), Amount: v.words.Money(o.Total, o.Currency), Total: true})
}

// refundRows puts refunds into words that are true at their step: "started" once Stripe has it, "sent to your bank" once
// it has left, and never "refunded" before.
func (v *visit) refundRows(refunds []store.Refund) []refundRow {
	var rows []refundRow
	for _, r := range refunds {
		if v.gift != nil && (r.PaymentKind != cases.StoreCredit || r.Status != store.RefundSucceeded) {
			continue // a recipient is told of what is theirs, once they can use it
		}
		if (r.Status == store.RefundCanceled && r.Origin != store.OriginHomeward) || cases.AwaitsCash(r) || cases.Uncollected(r) {
			continue
		}
		row := refundRow{
			Amount: v.words.Money(r.Amount, r.Currency), Status: v.words.Code("refund", string(r.Status)), Tone: refundTone(r.Status),
			Reference: r.Reference,
		}
		key := string(r.Status)
		switch {
		case r.PaymentKind == cases.StoreCredit:
			key = "credit_" + creditStep(r)
			row.Status, row.Credit = v.words.T("page.refund."+key), true
		case r.PaidOtherwise():
			key, row.Status = "", v.words.T("page.refund.succeeded_other") // no bank of the shopper's that we know of
		case r.Status == store.RefundIssued || r.Status == store.RefundUncertain:
			key = string(store.RefundPlanned)
		}
		if note := "page.refund.note." + key; v.words.Has(note) {
			row.Note = v.words.T(note)
		}
		rows = append(rows, row)
	}
	return rows
}

// creditStep tells how far store credit is: it is made by staff.
func creditStep(r store.Refund) string {
	if r.Status == store.RefundSucceeded {
		return "made"
	}
	return "waits"
}

func refundTone(status store.RefundStatus) string {
	switch status {
	case store.RefundSucceeded:
		return "good"
	case store.RefundRequiresAction, store.RefundFailed, store.RefundCanceled:
		return "attention"
	default:
		return "calm"
	}
}
