package woocommerce

import (
	"encoding/json"
	"html"
	"strconv"
	"strings"

	"homeward/internal/orders"
	"homeward/providers/wire"
)

// order reads a whole order: the statement, then what it also tells (paid, cancelled, refunds). WooCommerce builds the body
// when it sends, so order.created may already tell a later state: then it is a statement of that later time as well.
func (r *reader) order(topic string, body []byte) {
	var in order
	r.Fail(wire.Decode(body, &in, ""))
	if in.Status == "checkout-draft" || in.Status == "auto-draft" {
		r.Note("draft: the shopper is still at the checkout")
		return
	}
	o := r.statement(in)
	created, modified := o.PlacedAt, r.Time("date_modified_gmt", in.DateModified)
	if r.Err() != nil {
		return
	}
	id, ref := r.name+":order:"+o.ID, orders.Ref{OrderID: o.ID, OrderNumber: o.Number}
	if topic == "order.created" {
		r.add(orders.Event{ID: id + ":placed", Kind: orders.Placed, At: created, Ref: ref, Order: o})
	}
	if topic != "order.created" || modified.After(created) {
		r.add(orders.Event{ID: id + ":updated:" + wire.StampedDigest(modified, o), Kind: orders.Updated, At: modified, Ref: ref, Order: o})
	}
	if o.PaidInFull && in.DatePaid != "" {
		r.add(orders.Event{
			ID: id + ":paid", Kind: orders.Paid, At: r.Time("date_paid_gmt", in.DatePaid), Ref: ref, Payments: o.Payments,
		})
	}
	switch in.Status {
	case "pending", "on-hold", "processing", "completed", "refunded":
	case "cancelled":
		r.add(orders.Event{ID: id + ":cancelled", Kind: orders.Cancelled, At: modified, Ref: ref})
	default: // "failed" may be paid at the second try, "trash" is tidying up, the rest are the shop's own
		r.Note("status " + wire.Word(in.Status) + " moves nothing")
	}
	for i, one := range in.Refunds {
		at := "refunds." + strconv.Itoa(i)
		refundID, amount := r.ID(at+".id", string(one.ID)), r.Amount(at+".total", string(one.Total))
		if amount == 0 {
			r.Note("refund_" + refundID + "_without_money")
			continue
		}
		r.add(orders.Event{
			ID: id + ":refund:" + refundID, Kind: orders.Refunded, At: modified, Ref: ref,
			Refund: &orders.Refund{ID: refundID, Amount: max(amount, -amount)},
		})
	}
}

func (r *reader) statement(in order) *orders.Order {
	r.Count("refunds", len(in.Refunds))
	o := &orders.Order{
		ID:               r.ID("id", string(in.ID)),
		Number:           r.OptionalID("number", string(in.Number)),
		PlacedAt:         r.Time("date_created_gmt", in.DateCreated),
		Locale:           locale(in.MetaData),
		Currency:         r.SetCurrency(in.Currency),
		PricesIncludeTax: in.PricesIncludeTax,
		Customer: orders.Customer{
			Name: in.Billing.name(), Email: wire.Text(in.Billing.Email), Phone: wire.Text(in.Billing.Phone),
		},
		ShipTo:     in.Shipping.mapped(),
		PaidInFull: paid(in),
	}
	if o.Number == "" {
		o.Number = o.ID
	}
	if o.Customer.Phone == "" {
		o.Customer.Phone = wire.Text(in.Shipping.Phone)
	}
	if in.Total == "" {
		r.Fail(wire.Invalid("total", "is missing", nil))
	}
	o.Total = r.NotNegative("total", string(in.Total))
	r.lines(o, in.LineItems)
	r.shipping(o, in.ShippingLines)
	r.fees(o, in.FeeLines)
	if o.Total > 0 {
		o.Payments = []orders.Payment{payment(in, o.Total)}
	}
	if r.Err() == nil {
		wire.CheckTotal(&r.Fields, o)
	}
	return o
}

// paid tells that the money came in. With cash on delivery "processing" means only that the parcel may go.
func paid(in order) bool {
	switch in.Status {
	case "completed", "refunded":
		return true
	case "failed":
		return false
	}
	return in.PaymentMethod != "cod" && (in.DatePaid != "" || in.Status == "processing")
}

func payment(in order, total int64) orders.Payment {
	p := orders.Payment{Kind: "other", Reference: wire.Text(in.TransactionID), Amount: total}
	switch {
	case strings.HasPrefix(in.PaymentMethod, "stripe") && wire.StripeReference(in.TransactionID):
		p.Kind = "stripe"
	case in.PaymentMethod == "cod":
		p.Kind = "cash_on_delivery"
	case in.PaymentMethod == "bacs":
		p.Kind = "bank_transfer"
	}
	return p
}

// lines maps the items. The unit price is rounded up where the shop's price does not divide by the quantity; the discount
// takes that back, so that the line's sum is the shop's to the cent.
func (r *reader) lines(o *orders.Order, in []lineItem) {
	r.Count("line_items", len(in))
	for i, l := range in {
		at := "line_items." + strconv.Itoa(i) + "."
		before := r.price(o, at+"subtotal", l.Subtotal, l.SubtotalTax)
		after := r.price(o, at+"total", l.Total, l.TotalTax)
		units := int64(r.units(at+"quantity", l.Quantity))
		if r.Err() != nil {
			return
		}
		before = max(before, after) // a plugin may raise the price after the fact
		if after < 0 {
			r.Fail(wire.Invalid(at+"total", "is negative", nil))
			return
		}
		unit := (before + units - 1) / units
		o.Lines = append(o.Lines, orders.Line{
			ID: r.ID(at+"id", string(l.ID)), SKU: wire.Text(l.SKU), Title: text(l.Name), Quantity: int(units),
			UnitPrice: unit, Discount: unit*units - after, Tax: r.Rounded(at+"total_tax", string(l.TotalTax)),
			ImageURL: wire.WebAddress(l.Image.src),
		})
	}
}

// price reads an amount that WooCommerce gives without tax, with its tax where the shop's prices include it.
func (r *reader) price(o *orders.Order, path string, net, tax wire.Decimal) int64 {
	n := r.Rounded(path, string(net))
	if o.PricesIncludeTax {
		n += r.Rounded(path+"_tax", string(tax))
	}
	return n
}

// units reads a quantity. A part of a unit, sold by weight, is one unit here.
func (r *reader) units(path string, quantity wire.Decimal) int {
	whole, part, _ := strings.Cut(string(quantity), ".")
	if strings.Trim(part, "0") != "" {
		r.Note("quantity_not_whole")
		return 1
	}
	n, err := strconv.Atoi(whole)
	if err != nil {
		r.Fail(wire.Invalid(path, "is not a number of units", err))
		return 1
	}
	return r.Quantity(path, n)
}

func (r *reader) shipping(o *orders.Order, in []shippingLine) {
	r.Count("shipping_lines", len(in))
	o.Shipping.Cheapest = -1
	for i, s := range in {
		at := "shipping_lines." + strconv.Itoa(i) + ".total"
		o.Shipping.Paid += r.price(o, at, s.Total, s.TotalTax)
		o.Shipping.Tax += r.Rounded(at+"_tax", string(s.TotalTax))
		if o.Shipping.Method == "" {
			o.Shipping.Method = text(s.Title)
		}
	}
}

// fees maps surcharges; a negative fee is how plugins write a discount.
func (r *reader) fees(o *orders.Order, in []feeLine) {
	r.Count("fee_lines", len(in))
	for i, fee := range in {
		at := "fee_lines." + strconv.Itoa(i) + ".total"
		amount, tax := r.price(o, at, fee.Total, fee.TotalTax), r.Rounded(at+"_tax", string(fee.TotalTax))
		switch {
		case amount > 0:
			o.Fees = append(o.Fees, orders.Fee{Kind: text(fee.Name), Amount: amount, Tax: tax})
		case amount < 0 && !o.PricesIncludeTax:
			o.OrderDiscount -= amount + tax
		default:
			o.OrderDiscount -= amount
		}
	}
}

// locale gives the language that the translation plugin WPML notes; WooCommerce itself says none.
func locale(meta []metaData) string {
	for _, m := range meta {
		var language string
		if m.Key == "wpml_language" && json.Unmarshal(m.Value, &language) == nil && len(language) <= 16 {
			return language
		}
	}
	return ""
}

func (a address) name() string {
	if name := strings.TrimSpace(a.FirstName + " " + a.LastName); name != "" {
		return text(name)
	}
	return text(a.Company)
}

func (a address) mapped() orders.Address {
	line2 := a.Address2
	if a.Company != "" && a.name() != text(a.Company) {
		line2 = strings.Trim(a.Company+", "+a.Address2, ", ")
	}
	return orders.Address{
		Name: a.name(), Line1: text(a.Address1), Line2: text(line2), City: text(a.City), Region: text(a.State),
		PostalCode: text(a.Postcode), Country: wire.Country(a.Country),
	}
}

// text decodes the HTML entities that WordPress leaves in names and titles.
func text(s string) string { return wire.Text(html.UnescapeString(s)) }
