package woocommerce

import (
	"encoding/json"

	"homeward/providers/wire"
)

// Only what is read stands here. Amounts of lines, shipping and fees are without tax, whatever prices_include_tax says;
// the order's total is with tax.

type order struct {
	ID               wire.ID        `json:"id"`
	Number           wire.ID        `json:"number"`
	Status           string         `json:"status"`
	Currency         string         `json:"currency"`
	DateCreated      string         `json:"date_created_gmt"`
	DateModified     string         `json:"date_modified_gmt"`
	DatePaid         string         `json:"date_paid_gmt"`
	PricesIncludeTax bool           `json:"prices_include_tax"`
	Total            wire.Decimal   `json:"total"`
	Billing          address        `json:"billing"`
	Shipping         address        `json:"shipping"`
	PaymentMethod    string         `json:"payment_method"`
	TransactionID    string         `json:"transaction_id"`
	MetaData         []metaData     `json:"meta_data"`
	LineItems        []lineItem     `json:"line_items"`
	ShippingLines    []shippingLine `json:"shipping_lines"`
	FeeLines         []feeLine      `json:"fee_lines"`
	Refunds          []refund       `json:"refunds"`
}

type address struct {
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
	Company   string `json:"company"`
	Address1  string `json:"address_1"`
	Address2  string `json:"address_2"`
	City      string `json:"city"`
	State     string `json:"state"`
	Postcode  string `json:"postcode"`
	Country   string `json:"country"`
	Email     string `json:"email"`
	Phone     string `json:"phone"`
}

// metaData is what plugins add; a value may be of any type.
type metaData struct {
	Key   string          `json:"key"`
	Value json.RawMessage `json:"value"`
}

type lineItem struct {
	ID          wire.ID      `json:"id"`
	Name        string       `json:"name"`
	SKU         string       `json:"sku"`
	Quantity    wire.Decimal `json:"quantity"` // plugins sell by weight: "0.5"
	Subtotal    wire.Decimal `json:"subtotal"`
	SubtotalTax wire.Decimal `json:"subtotal_tax"`
	Total       wire.Decimal `json:"total"`
	TotalTax    wire.Decimal `json:"total_tax"`
	Image       image        `json:"image"`
}

// image is an object, but some plugins write false or an empty string where there is none.
type image struct{ src string }

// UnmarshalJSON reads an object's src and takes anything else as no image.
func (i *image) UnmarshalJSON(b []byte) error {
	var object struct {
		Src string `json:"src"`
	}
	if json.Unmarshal(b, &object) == nil {
		i.src = object.Src
	}
	return nil
}

type shippingLine struct {
	Title    string       `json:"method_title"`
	Total    wire.Decimal `json:"total"`
	TotalTax wire.Decimal `json:"total_tax"`
}

type feeLine struct {
	Name     string       `json:"name"`
	Total    wire.Decimal `json:"total"`
	TotalTax wire.Decimal `json:"total_tax"`
}

type refund struct {
	ID    wire.ID      `json:"id"`
	Total wire.Decimal `json:"total"` // negative
}
