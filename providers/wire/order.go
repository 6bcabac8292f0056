package wire

import (
	"net/url"
	"strings"

	"homeward/internal/orders"
)

// CheckTotal notes "total_differs" when an order's parts do not add up to its total. The total is kept as the shop said
// it: what was paid decides, and shops round in their own ways.
func CheckTotal(f *Fields, o *orders.Order) {
	if Parts(o) != o.Total {
		f.Note("total_differs")
	}
}

// Parts adds up what an order is made of: lines less discounts, shipping, fees, less the order's discount, and the taxes
// where prices do not include them.
func Parts(o *orders.Order) int64 {
	sum := o.Shipping.Paid - o.OrderDiscount
	tax := o.Shipping.Tax
	for _, l := range o.Lines {
		sum += l.UnitPrice*int64(l.Quantity) - l.Discount
		tax += l.Tax
	}
	for _, f := range o.Fees {
		sum += f.Amount
		tax += f.Tax
	}
	if !o.PricesIncludeTax {
		sum += tax
	}
	return sum
}

// StripeReference tells whether s looks like a payment at Stripe: a payment intent or a charge.
func StripeReference(s string) bool {
	for _, prefix := range []string{"pi_", "ch_", "py_"} {
		if rest, ok := strings.CutPrefix(s, prefix); ok && rest != "" && strings.Trim(rest,
			"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") == "" {
			return true
		}
	}
	return false
}

// WebAddress gives an absolute http or https address, "" for anything else: it becomes a link in mails and on pages.
func WebAddress(s string) string {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || len(s) > 2048 || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return ""
	}
	return s
}
