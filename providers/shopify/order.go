package shopify

import (
	"strconv"
	"strings"

	"homeward/internal/orders"
	"homeward/providers/wire"
)

// order reads a whole order: the statement itself, then what it also tells (paid, cancelled, parcels, refunds). Each of
// those has the same event id as in a webhook of its own, so that nothing counts twice.
func (r *reader) order(topic string, body []byte) {
	var in order
	r.Fail(wire.Decode(body, &in, ""))
	o := r.statement(in)
	if r.Err() != nil {
		return
	}
	ref := orders.Ref{OrderID: o.ID, OrderNumber: o.Number}
	if topic == "orders/create" {
		r.add(orders.Event{ID: r.orderID(o.ID) + ":placed", Kind: orders.Placed, At: o.PlacedAt, Ref: ref, Order: o})
	} else {
		at := r.Time("updated_at", in.UpdatedAt)
		r.add(orders.Event{
			ID: r.orderID(o.ID) + ":updated:" + wire.StampedDigest(at, o), Kind: orders.Updated, At: at, Ref: ref, Order: o,
		})
		if topic == "orders/paid" {
			r.add(orders.Event{ID: r.orderID(o.ID) + ":paid", Kind: orders.Paid, At: at, Ref: ref, Payments: o.Payments})
		}
	}
	if in.CancelledAt != "" {
		r.add(orders.Event{
			ID: r.orderID(o.ID) + ":cancelled", Kind: orders.Cancelled, At: r.Time("cancelled_at", in.CancelledAt), Ref: ref,
			Reason: wire.Text(in.CancelReason),
		})
	} else if topic == "orders/cancelled" {
		r.Note("cancelled_at_missing")
	}
	for i, f := range in.Fulfillments {
		r.fulfillment("fulfillments."+strconv.Itoa(i)+".", f, o.ID)
	}
	for i, one := range in.Refunds {
		r.refund("refunds."+strconv.Itoa(i)+".", one, o.ID, o.Currency)
	}
}

func (r *reader) statement(in order) *orders.Order {
	r.Count("fulfillments", len(in.Fulfillments))
	r.Count("refunds", len(in.Refunds))
	o := &orders.Order{
		ID:               r.ID("id", string(in.ID)),
		Number:           number(in),
		PlacedAt:         r.Time("created_at", in.CreatedAt),
		Locale:           r.OptionalID("customer_locale", in.CustomerLocale),
		Currency:         r.SetCurrency(in.Currency),
		PricesIncludeTax: in.TaxesIncluded,
		Customer: orders.Customer{
			Name:  firstText(join(in.Customer.FirstName, in.Customer.LastName), in.ShippingAddress.fullName(), in.BillingAddress.fullName()),
			Email: firstText(in.Email, in.ContactEmail, in.Customer.Email),
			Phone: firstText(in.Phone, in.ShippingAddress.Phone, in.Customer.Phone, in.BillingAddress.Phone),
		},
		ShipTo:     in.ShippingAddress.mapped(),
		PaidInFull: in.FinancialStatus == "paid" || in.FinancialStatus == "partially_refunded" || in.FinancialStatus == "refunded",
	}
	if in.TotalPrice == "" {
		r.Fail(wire.Invalid("total_price", "is missing", nil))
	}
	o.Total = r.NotNegative("total_price", string(in.TotalPrice))
	lineDiscounts := r.lines(o, in.LineItems)
	shippingDiscounts := r.shipping(o, in.ShippingLines)
	r.fees(o, in)
	o.Payments = r.payments(in, o.Total)
	r.orderDiscount(o, r.NotNegative("total_discounts", string(in.TotalDiscounts))-lineDiscounts-shippingDiscounts)
	return o
}

// orderDiscount sets what of the order's discounts no line and no shipping line carries. Where the parts add up to the
// total without it, it was already counted.
func (r *reader) orderDiscount(o *orders.Order, rest int64) {
	if r.Err() != nil {
		return
	}
	if rest > 0 && wire.Parts(o) != o.Total {
		o.OrderDiscount = rest
	}
	wire.CheckTotal(&r.Fields, o)
}

// lines maps the line items and gives the sum of their discounts. discount_allocations holds every discount that falls
// on a line, its share of the order's too; total_discount, without that share, is read only where there are none.
func (r *reader) lines(o *orders.Order, in []lineItem) (discounts int64) {
	r.Count("line_items", len(in))
	for i, l := range in {
		at := "line_items." + strconv.Itoa(i) + "."
		line := orders.Line{
			ID:         r.ID(at+"id", string(l.ID)),
			SKU:        wire.Text(l.SKU),
			Title:      wire.Text(l.Title),
			Variant:    wire.Text(l.VariantTitle),
			Quantity:   r.Quantity(at+"quantity", l.Quantity),
			UnitPrice:  r.NotNegative(at+"price", string(l.Price)),
			Discount:   r.allocated(at, l.DiscountAllocations),
			Tax:        r.taxes(at, l.TaxLines),
			NotShipped: l.GiftCard || (l.RequiresShipping != nil && !*l.RequiresShipping),
		}
		if len(l.DiscountAllocations) == 0 {
			line.Discount = r.NotNegative(at+"total_discount", string(l.TotalDiscount))
		}
		if r.Err() != nil {
			return 0
		}
		if line.UnitPrice > wire.MaxAmount/int64(line.Quantity) {
			r.Fail(wire.Invalid(at+"price", "is too large", nil))
		}
		discounts += line.Discount
		o.Lines = append(o.Lines, line)
	}
	return discounts
}

func (r *reader) allocated(at string, in []allocation) (sum int64) {
	for _, a := range in {
		sum += r.NotNegative(at+"discount_allocations.amount", string(a.Amount))
	}
	return sum
}

func (r *reader) taxes(at string, in []taxLine) (sum int64) {
	for _, t := range in {
		sum += r.Rounded(at+"tax_lines.price", string(t.Price))
	}
	return sum
}

// shipping maps the shipping lines and gives the sum of their discounts.
func (r *reader) shipping(o *orders.Order, in []shippingLine) (discounts int64) {
	r.Count("shipping_lines", len(in))
	o.Shipping.Cheapest = -1
	for i, s := range in {
		at := "shipping_lines." + strconv.Itoa(i) + "."
		price := r.NotNegative(at+"price", string(s.Price))
		paid := price - r.allocated(at, s.DiscountAllocations)
		if s.DiscountedPrice != "" {
			paid = r.NotNegative(at+"discounted_price", string(s.DiscountedPrice))
		}
		paid = max(paid, 0)
		discounts += price - paid
		o.Shipping.Paid += paid
		o.Shipping.Tax += r.taxes(at, s.TaxLines)
		if o.Shipping.Method == "" {
			o.Shipping.Method = wire.Text(s.Title)
		}
	}
	return discounts
}

func (r *reader) fees(o *orders.Order, in order) {
	add := func(kind, path string, amount wire.Decimal) {
		if n := r.NotNegative(path, string(amount)); n > 0 {
			o.Fees = append(o.Fees, orders.Fee{Kind: kind, Amount: n})
		}
	}
	add("tip", "total_tip_received", in.TotalTip)
	for _, set := range []struct {
		kind, path string
		moneySet
	}{
		{"duties", "original_total_duties_set", in.TotalDuties},
		{"additional", "original_total_additional_fees_set", in.TotalFees},
	} {
		switch {
		case set.ShopMoney.Amount == "":
		case set.ShopMoney.CurrencyCode != o.Currency:
			r.Note(set.kind + "_in_other_currency")
		default:
			add(set.kind, set.path, set.ShopMoney.Amount)
		}
	}
}

// payments tells the tenders. A Shopify webhook names gateways, not what each of them took: several become one payment of
// the kind "other". It never carries a reference at Stripe that could be trusted (note attributes come from the shopper).
func (r *reader) payments(in order, total int64) []orders.Payment {
	amount := total
	if in.FinancialStatus == "partially_paid" {
		amount = max(total-r.NotNegative("total_outstanding", string(in.TotalOutstanding)), 0)
	}
	var kinds []string
	for _, gateway := range in.PaymentGatewayName {
		if gateway != "" {
			kinds = append(kinds, paymentKind(gateway))
		}
	}
	switch {
	case len(kinds) == 0 || total == 0:
		return nil
	case len(kinds) > 1:
		r.Note("payments_not_split")
		return []orders.Payment{{Kind: "other", Amount: amount}}
	}
	return []orders.Payment{{Kind: kinds[0], Amount: amount}}
}

func paymentKind(gateway string) string {
	switch g := strings.ToLower(gateway); {
	case g == "gift_card":
		return "gift_card"
	case strings.Contains(g, "cash on delivery") || g == "cod":
		return "cash_on_delivery"
	case strings.Contains(g, "bank deposit") || strings.Contains(g, "bank transfer"):
		return "bank_transfer"
	default:
		return "other"
	}
}

func number(in order) string {
	if in.Name != "" || in.OrderNumber == "" {
		return firstText(in.Name, string(in.ID))
	}
	return "#" + wire.Text(string(in.OrderNumber))
}

func (a address) fullName() string { return firstText(a.Name, join(a.FirstName, a.LastName)) }

func (a address) mapped() orders.Address {
	line2 := a.Address2
	if a.Company != "" {
		line2 = strings.Trim(a.Company+", "+a.Address2, ", ")
	}
	return orders.Address{
		Name: a.fullName(), Line1: wire.Text(a.Address1), Line2: wire.Text(line2), City: wire.Text(a.City),
		Region: wire.Text(a.Province), PostalCode: wire.Text(a.Zip), Country: wire.Country(a.CountryCode),
	}
}

func join(a, b string) string { return strings.TrimSpace(a + " " + b) }

// firstText gives the first text that is not empty.
func firstText(texts ...string) string {
	for _, t := range texts {
		if t = wire.Text(t); t != "" {
			return t
		}
	}
	return ""
}
