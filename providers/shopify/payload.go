package shopify

import "homeward/providers/wire"

// The shapes follow the fixtures of API version 2026-07; only what is read stands here. Plain amounts are in the shop's
// currency (`currency`), which is also that of shop_money in the *_set fields; presentment amounts, those the shopper saw
// in another currency, are not read.

type order struct {
	ID                 wire.ID        `json:"id"`
	Name               string         `json:"name"`
	OrderNumber        wire.ID        `json:"order_number"`
	CreatedAt          string         `json:"created_at"`
	UpdatedAt          string         `json:"updated_at"`
	CancelledAt        string         `json:"cancelled_at"`
	CancelReason       string         `json:"cancel_reason"`
	Currency           string         `json:"currency"`
	TaxesIncluded      bool           `json:"taxes_included"`
	CustomerLocale     string         `json:"customer_locale"`
	Email              string         `json:"email"`
	ContactEmail       string         `json:"contact_email"`
	Phone              string         `json:"phone"`
	Customer           customer       `json:"customer"`
	ShippingAddress    address        `json:"shipping_address"`
	BillingAddress     address        `json:"billing_address"`
	LineItems          []lineItem     `json:"line_items"`
	ShippingLines      []shippingLine `json:"shipping_lines"`
	TotalDiscounts     wire.Decimal   `json:"total_discounts"`
	TotalTip           wire.Decimal   `json:"total_tip_received"`
	TotalDuties        moneySet       `json:"original_total_duties_set"`
	TotalFees          moneySet       `json:"original_total_additional_fees_set"`
	TotalPrice         wire.Decimal   `json:"total_price"`
	TotalOutstanding   wire.Decimal   `json:"total_outstanding"`
	FinancialStatus    string         `json:"financial_status"`
	PaymentGatewayName []string       `json:"payment_gateway_names"`
	Fulfillments       []fulfillment  `json:"fulfillments"`
	Refunds            []refund       `json:"refunds"`
}

type customer struct {
	Email     string `json:"email"`
	Phone     string `json:"phone"`
	FirstName string `json:"first_name"`
	LastName  string `json:"last_name"`
}

type address struct {
	Name        string `json:"name"`
	FirstName   string `json:"first_name"`
	LastName    string `json:"last_name"`
	Company     string `json:"company"`
	Address1    string `json:"address1"`
	Address2    string `json:"address2"`
	City        string `json:"city"`
	Province    string `json:"province"`
	Zip         string `json:"zip"`
	CountryCode string `json:"country_code"`
	Phone       string `json:"phone"`
}

type lineItem struct {
	ID                  wire.ID      `json:"id"`
	SKU                 string       `json:"sku"`
	Title               string       `json:"title"`
	VariantTitle        string       `json:"variant_title"`
	Quantity            int          `json:"quantity"`
	Price               wire.Decimal `json:"price"`
	TotalDiscount       wire.Decimal `json:"total_discount"`
	DiscountAllocations []allocation `json:"discount_allocations"`
	TaxLines            []taxLine    `json:"tax_lines"`
	RequiresShipping    *bool        `json:"requires_shipping"`
	GiftCard            bool         `json:"gift_card"`
}

type allocation struct {
	Amount wire.Decimal `json:"amount"`
}

type taxLine struct {
	Price wire.Decimal `json:"price"`
}

type shippingLine struct {
	Title               string       `json:"title"`
	Price               wire.Decimal `json:"price"`
	DiscountedPrice     wire.Decimal `json:"discounted_price"`
	DiscountAllocations []allocation `json:"discount_allocations"`
	TaxLines            []taxLine    `json:"tax_lines"`
}

type moneySet struct {
	ShopMoney struct {
		Amount       wire.Decimal `json:"amount"`
		CurrencyCode string       `json:"currency_code"`
	} `json:"shop_money"`
}

type fulfillment struct {
	ID              wire.ID    `json:"id"`
	OrderID         wire.ID    `json:"order_id"`
	Status          string     `json:"status"`
	ShipmentStatus  string     `json:"shipment_status"`
	CreatedAt       string     `json:"created_at"`
	UpdatedAt       string     `json:"updated_at"`
	TrackingCompany string     `json:"tracking_company"`
	TrackingNumber  string     `json:"tracking_number"`
	TrackingNumbers []string   `json:"tracking_numbers"`
	TrackingURL     string     `json:"tracking_url"`
	TrackingURLs    []string   `json:"tracking_urls"`
	LineItems       []lineItem `json:"line_items"`
}

type fulfillmentEvent struct {
	ID                  wire.ID `json:"id"`
	FulfillmentID       wire.ID `json:"fulfillment_id"`
	OrderID             wire.ID `json:"order_id"`
	Status              string  `json:"status"`
	HappenedAt          string  `json:"happened_at"`
	EstimatedDeliveryAt string  `json:"estimated_delivery_at"`
}

type refund struct {
	ID              wire.ID       `json:"id"`
	OrderID         wire.ID       `json:"order_id"`
	CreatedAt       string        `json:"created_at"`
	RefundLineItems []refundLine  `json:"refund_line_items"`
	Transactions    []transaction `json:"transactions"`
}

type refundLine struct {
	LineItemID  wire.ID      `json:"line_item_id"`
	Quantity    int          `json:"quantity"`
	Subtotal    wire.Decimal `json:"subtotal"` // a JSON number here, a string elsewhere
	SubtotalSet moneySet     `json:"subtotal_set"`
}

type transaction struct {
	Kind          string       `json:"kind"`
	Status        string       `json:"status"`
	Amount        wire.Decimal `json:"amount"`
	Currency      string       `json:"currency"`
	Authorization string       `json:"authorization"`
}
