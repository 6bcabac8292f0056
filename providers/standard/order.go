package standard

import (
	"strconv"

	"homeward/internal/orders"
	"homeward/providers/wire"
)

type orderData struct {
	Order struct {
		ID               string        `json:"id"`
		Number           string        `json:"number"`
		PlacedAt         string        `json:"placed_at"`
		Locale           string        `json:"locale"`
		Currency         string        `json:"currency"`
		PricesIncludeTax *bool         `json:"prices_include_tax"`
		Customer         customerData  `json:"customer"`
		ShipTo           addressData   `json:"ship_to"`
		Lines            []lineData    `json:"lines"`
		OrderDiscount    string        `json:"order_discount"`
		Shipping         shippingData  `json:"shipping"`
		Fees             []feeData     `json:"fees"`
		Total            string        `json:"total"`
		Payments         []paymentData `json:"payments"`
		Promised         promisedData  `json:"promised"`
	} `json:"order"`
}

type customerData struct {
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

type addressData struct {
	Name       string `json:"name"`
	Line1      string `json:"line1"`
	Line2      string `json:"line2"`
	City       string `json:"city"`
	Region     string `json:"region"`
	PostalCode string `json:"postal_code"`
	Country    string `json:"country"`
}

type lineData struct {
	ID         string `json:"id"`
	SKU        string `json:"sku"`
	Title      string `json:"title"`
	Variant    string `json:"variant"`
	Quantity   int    `json:"quantity"`
	UnitPrice  string `json:"unit_price"`
	Discount   string `json:"discount"`
	Tax        string `json:"tax"`
	Category   string `json:"category"`
	ImageURL   string `json:"image_url"`
	Withdrawal string `json:"withdrawal"`
	NotShipped bool   `json:"not_shipped"`
}

type shippingData struct {
	Paid     string `json:"paid"`
	Tax      string `json:"tax"`
	Cheapest string `json:"cheapest"`
	Method   string `json:"method"`
}

type feeData struct {
	Kind   string `json:"kind"`
	Amount string `json:"amount"`
	Tax    string `json:"tax"`
}

type paymentData struct {
	Kind      string `json:"kind"`
	Reference string `json:"reference"`
	Amount    string `json:"amount"`
}

type promisedData struct {
	ShipBy    string `json:"ship_by"`
	DeliverBy string `json:"deliver_by"`
}

// order reads order.placed and order.updated; the caller completes the event's id.
func (r *reader) order(data []byte) orders.Event {
	var d orderData
	r.decode(data, &d)
	in, at := d.Order, "data.order."
	order := &orders.Order{
		ID:               r.ID(at+"id", in.ID),
		Number:           r.OptionalID(at+"number", in.Number),
		PlacedAt:         r.past(at+"placed_at", in.PlacedAt),
		Locale:           r.OptionalID(at+"locale", in.Locale),
		Currency:         r.SetCurrency(in.Currency),
		PricesIncludeTax: in.PricesIncludeTax == nil || *in.PricesIncludeTax,
		Customer: orders.Customer{
			Name: wire.Text(in.Customer.Name), Email: wire.Text(in.Customer.Email), Phone: wire.Text(in.Customer.Phone),
		},
		ShipTo:        r.address(at+"ship_to", in.ShipTo),
		Lines:         r.lines(at+"lines", in.Lines),
		OrderDiscount: r.NotNegative(at+"order_discount", in.OrderDiscount),
		Shipping:      r.shipping(at+"shipping", in.Shipping),
		Fees:          r.fees(at+"fees", in.Fees),
		Total:         r.total(at+"total", in.Total),
		Payments:      r.payments(at+"payments", in.Payments),
		Promised: orders.Promised{
			ShipBy:    r.date(at+"promised.ship_by", in.Promised.ShipBy),
			DeliverBy: r.date(at+"promised.deliver_by", in.Promised.DeliverBy),
		},
	}
	if order.Number == "" {
		order.Number = order.ID
	}
	if r.Err() == nil {
		wire.CheckTotal(&r.Fields, order)
	}
	return orders.Event{
		ID:    r.prefix(order.ID),
		Ref:   orders.Ref{OrderID: order.ID, OrderNumber: order.Number},
		Order: order,
	}
}

func (r *reader) address(path string, in addressData) orders.Address {
	country := wire.Country(in.Country)
	if in.Country != "" && country == "" {
		r.Fail(wire.Invalid(path+".country", "is not a two-letter code of ISO 3166", nil))
	}
	return orders.Address{
		Name: wire.Text(in.Name), Line1: wire.Text(in.Line1), Line2: wire.Text(in.Line2), City: wire.Text(in.City),
		Region: wire.Text(in.Region), PostalCode: wire.Text(in.PostalCode), Country: country,
	}
}

func (r *reader) lines(path string, in []lineData) []orders.Line {
	if len(in) == 0 {
		r.Fail(wire.Invalid(path, "is missing or empty", nil))
	}
	r.Count(path, len(in))
	seen := make(map[string]bool, len(in))
	var out []orders.Line
	for i, l := range in {
		at := path + "." + strconv.Itoa(i) + "."
		line := orders.Line{
			ID:         r.ID(at+"id", l.ID),
			SKU:        r.OptionalID(at+"sku", l.SKU),
			Title:      wire.Text(l.Title),
			Variant:    wire.Text(l.Variant),
			Quantity:   r.Quantity(at+"quantity", l.Quantity),
			UnitPrice:  r.NotNegative(at+"unit_price", l.UnitPrice),
			Discount:   r.NotNegative(at+"discount", l.Discount),
			Tax:        r.NotNegative(at+"tax", l.Tax),
			Category:   wire.Text(l.Category),
			ImageURL:   wire.WebAddress(l.ImageURL),
			Withdrawal: r.oneOf(at+"withdrawal", l.Withdrawal, "yes", "no", "unless_unsealed"),
			NotShipped: l.NotShipped,
		}
		switch {
		case r.Err() != nil:
			return nil
		case seen[line.ID]:
			r.Fail(wire.Invalid(at+"id", "stands twice in the order", nil))
		case l.UnitPrice == "":
			r.Fail(wire.Invalid(at+"unit_price", "is missing", nil))
		case line.UnitPrice > wire.MaxAmount/int64(line.Quantity):
			r.Fail(wire.Invalid(at+"unit_price", "is too large", nil))
		case line.Discount > line.UnitPrice*int64(line.Quantity):
			r.Fail(wire.Invalid(at+"discount", "is more than the line costs", nil))
		}
		seen[line.ID] = true
		out = append(out, line)
	}
	return out
}

func (r *reader) shipping(path string, in shippingData) orders.Shipping {
	out := orders.Shipping{
		Paid:     r.NotNegative(path+".paid", in.Paid),
		Tax:      r.NotNegative(path+".tax", in.Tax),
		Cheapest: -1,
		Method:   wire.Text(in.Method),
	}
	if in.Cheapest != "" {
		out.Cheapest = r.NotNegative(path+".cheapest", in.Cheapest)
	}
	return out
}

func (r *reader) fees(path string, in []feeData) []orders.Fee {
	r.Count(path, len(in))
	var out []orders.Fee
	for i, f := range in {
		at := path + "." + strconv.Itoa(i)
		out = append(out, orders.Fee{
			Kind: wire.Text(f.Kind), Amount: r.NotNegative(at+".amount", f.Amount), Tax: r.NotNegative(at+".tax", f.Tax),
		})
	}
	return out
}

func (r *reader) total(path, amount string) int64 {
	if amount == "" {
		r.Fail(wire.Invalid(path, "is missing", nil))
	}
	return r.NotNegative(path, amount)
}

// payments reads tenders. A kind that is not in the contract counts as "other", which Homeward never refunds by itself.
func (r *reader) payments(path string, in []paymentData) []orders.Payment {
	r.Count(path, len(in))
	var out []orders.Payment
	for i, p := range in {
		at := path + "." + strconv.Itoa(i)
		payment := orders.Payment{
			Kind: p.Kind, Reference: r.OptionalID(at+".reference", p.Reference), Amount: r.NotNegative(at+".amount", p.Amount),
		}
		switch p.Kind {
		case "":
			r.Fail(wire.Invalid(at+".kind", "is missing", nil))
		case "gift_card", "cash_on_delivery", "bank_transfer", "other":
		case "stripe":
			if !wire.StripeReference(payment.Reference) {
				r.Fail(wire.Invalid(at+".reference", "is not a Stripe payment intent or charge (pi_…, ch_…, py_…)", nil))
			}
		default:
			r.Note("payment_kind_unknown")
			payment.Kind = "other"
		}
		out = append(out, payment)
	}
	return out
}
