package easypost

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/EasyPost/easypost-go/v5"

	"homeward/internal/fault"
	"homeward/internal/money"
	"homeward/providers"
	"homeward/providers/exchange"
)

// LabelConfig is an EasyPost account that buys labels.
type LabelConfig struct {
	APIKey          string
	CarrierAccounts []string // "ca_…"; empty: all of the account
	Services        []string // of those, for example "GroundReturn"; empty: whatever is cheapest
	BaseURL         string   // "" is EasyPost itself; else a proxy or a stand-in
	// HTTPClient gives transport and timeout; nil: a transport tuned for one host, 20 s.
	HTTPClient *http.Client
}

// Labels buys return labels; many goroutines may use it at once.
//
// A purchase takes two calls. The first makes a shipment and costs nothing; the second buys its label, and EasyPost sells no
// second one for the same shipment. So whoever writes the shipment's id down in between can repeat either call.
type Labels struct {
	cfg       LabelConfig
	transport http.RoundTripper
	timeout   time.Duration
}

// NewLabels gives a client. A BaseURL that is none is a fault.
func NewLabels(cfg LabelConfig) (*Labels, error) {
	t, err := exchange.Over(cfg.HTTPClient, cfg.BaseURL)
	if err != nil {
		return nil, fault.New(fault.Permanent, "label_base_url_invalid", "returns.labels.base_url is not a URL.", err)
	}
	l := &Labels{cfg: cfg, transport: t, timeout: 20 * time.Second}
	if cfg.HTTPClient != nil {
		l.timeout = cmp.Or(cfg.HTTPClient.Timeout, l.timeout)
	}
	return l, nil
}

// call runs f with a client of its own: EasyPost's writes into the http.Client that it is given, on every request.
func (l *Labels) call(ctx context.Context, buys bool, f func(context.Context, *api.Client) error) error {
	ctx, seen := exchange.Watch(ctx)
	client := &api.Client{
		APIKey: l.cfg.APIKey, Timeout: int(l.timeout / time.Millisecond),
		Client: &http.Client{
			Transport: l.transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if err := f(ctx, client); err != nil {
		return labelFault(seen, buys, err)
	}
	return nil
}

// Millimetres and grams in EasyPost's inches and ounces (docs.easypost.com/docs/parcels).
const (
	inch  = 25.4
	ounce = 28.349523125
)

// Prepare makes the shipment of a label, without buying it, and gives its id. With is_return the addresses stand as in the
// shipment that brought the goods, and EasyPost turns them round (docs.easypost.com/docs/shipments/returns).
func (l *Labels) Prepare(ctx context.Context, r providers.LabelRequest) (string, error) {
	var made *api.Shipment
	err := l.call(ctx, false, func(ctx context.Context, c *api.Client) error {
		var err error
		made, err = c.CreateShipmentWithContext(ctx, &api.Shipment{
			Reference: r.Reference, IsReturn: true, ToAddress: address(r.Shopper), FromAddress: address(r.Shop),
			CarrierAccountIDs: l.cfg.CarrierAccounts, Options: &api.ShipmentOptions{LabelFormat: "PDF"},
			Parcel: &api.Parcel{
				Weight: float64(r.Parcel.Grams) / ounce, Length: float64(r.Parcel.LengthMM) / inch,
				Width: float64(r.Parcel.WidthMM) / inch, Height: float64(r.Parcel.HeightMM) / inch,
			},
		})
		return err
	})
	if err != nil {
		return "", err
	}
	if made == nil || made.ID == "" {
		return "", fault.New(fault.Later, "label_unexpected_answer", "EasyPost made a shipment without an id; it will be looked up.", nil)
	}
	return made.ID, nil
}

func address(p providers.Place) *api.Address {
	return &api.Address{
		Name: p.Name, Company: p.Company, Street1: p.Line1, Street2: p.Line2, City: p.City, State: p.Region, Zip: p.PostalCode,
		Country: p.Country, Phone: p.Phone, Email: p.Email,
	}
}

// Find gives a shipment by its id or by our reference. The code of its error is providers.LabelUnknown when there is none.
func (l *Labels) Find(ctx context.Context, name string) (providers.Label, error) {
	var found *api.Shipment
	err := l.call(ctx, false, func(ctx context.Context, c *api.Client) error {
		var err error
		found, err = c.GetShipmentWithContext(ctx, name)
		return err
	})
	if err != nil {
		return providers.Label{}, err
	}
	return label(found), nil
}

// Buy buys the label of a shipment at its lowest rate among the services of the configuration; with qr also a code that is
// scanned at the counter, where the carrier has one. A label that was bought before is given again.
func (l *Labels) Buy(ctx context.Context, shipment string, qr bool) (providers.Label, error) {
	now, err := l.shipment(ctx, shipment)
	if err != nil {
		return providers.Label{}, err
	}
	if now.PostageLabel == nil {
		if now, err = l.pay(ctx, now); err != nil {
			return providers.Label{}, err
		}
	}
	out := label(now)
	if qr && out.QRURL == "" {
		out.QRURL = l.code(ctx, shipment)
	}
	return out, nil
}

func (l *Labels) shipment(ctx context.Context, id string) (*api.Shipment, error) {
	var found *api.Shipment
	err := l.call(ctx, false, func(ctx context.Context, c *api.Client) error {
		var err error
		found, err = c.GetShipmentWithContext(ctx, id)
		return err
	})
	return found, err
}

func (l *Labels) pay(ctx context.Context, s *api.Shipment) (*api.Shipment, error) {
	rate := l.lowest(s.Rates)
	if rate == nil {
		return nil, fault.New(fault.Permanent, "label_no_rate", "No carrier of the account offers a label for this address and parcel: look at carrier_accounts, services and parcel.", nil)
	}
	var bought *api.Shipment
	err := l.call(ctx, true, func(ctx context.Context, c *api.Client) error {
		var err error
		bought, err = c.BuyShipmentWithContext(ctx, s.ID, &api.Rate{ID: rate.ID}, "")
		return err
	})
	if err != nil {
		return nil, err
	}
	if bought.PostageLabel == nil {
		return nil, fault.New(fault.Uncertain, "label_uncertain", "EasyPost answered without a label; it is looked up before another is bought.", nil)
	}
	return bought, nil
}

// retryVoid is how long to wait after a rejected request for a refund: soon after the purchase it may be rejected wrongly.
const retryVoid = time.Hour

// Void asks for the money of a label back that was not used (docs.easypost.com/docs/shipments/shipping-refund). It is not an
// error while the carrier thinks about it, or when the carrier takes money for scanned labels only. What was asked for before
// is not asked again.
func (l *Labels) Void(ctx context.Context, shipment string) error {
	s, err := l.shipment(ctx, shipment)
	if err != nil {
		return err
	}
	if !takenBack(s) {
		err = l.call(ctx, false, func(ctx context.Context, c *api.Client) error {
			var err error
			s, err = c.RefundShipmentWithContext(ctx, shipment)
			return err
		})
	}
	switch {
	case fault.Code(err) == "label_refused":
		return fault.New(fault.Permanent, "label_void_refused", "EasyPost does not take the label back that the case no longer wants: ask for it there.", err)
	case err != nil:
		return err
	case !takenBack(s):
		f := fault.New(fault.Later, "label_void_rejected", "EasyPost rejected the refund of a label that the case no longer wants; it is asked again, then ask for it there.", nil)
		f.After = retryVoid
		return f
	}
	return nil
}

func takenBack(s *api.Shipment) bool {
	return s != nil && slices.Contains([]string{"submitted", "refunded", "not_applicable"}, s.RefundStatus)
}

// lowest gives the cheapest rate of the configuration's services. Rates of several currencies are not compared: the first one's
// counts.
func (l *Labels) lowest(rates []*api.Rate) *api.Rate {
	var best *api.Rate
	var least float64
	for _, r := range rates {
		price, err := strconv.ParseFloat(r.Rate, 64)
		if err != nil || (len(l.cfg.Services) > 0 && !slices.Contains(l.cfg.Services, r.Service)) || (best != nil && r.Currency != best.Currency) {
			continue
		}
		if best == nil || price < least {
			best, least = r, price
		}
	}
	return best
}

// code asks for the code that is scanned at the counter; "" where the carrier has none: the label itself is there.
func (l *Labels) code(ctx context.Context, shipment string) string {
	var made *api.Shipment
	err := l.call(ctx, false, func(ctx context.Context, c *api.Client) error {
		var err error
		made, err = c.GenerateShipmentFormWithContext(ctx, shipment, "label_qr_code")
		return err
	})
	if err != nil || made == nil {
		return ""
	}
	return label(made).QRURL
}

func label(s *api.Shipment) providers.Label {
	out := providers.Label{Shipment: s.ID, Tracking: s.TrackingCode}
	if s.PostageLabel != nil {
		out.Bought = true
		out.LabelURL = cmp.Or(s.PostageLabel.LabelPDFURL, s.PostageLabel.LabelURL)
	}
	if r := s.SelectedRate; r != nil {
		out.Carrier, out.Currency = r.Carrier, strings.ToUpper(r.Currency)
		if cost, err := money.Parse(r.Rate, out.Currency); err == nil {
			out.Cost = cost
		}
	}
	for _, f := range s.Forms {
		if f != nil && f.FormType == "label_qr_code" {
			out.QRURL = f.FormURL
		}
	}
	return out
}

// labelFault classifies a failed call. Only a purchase can have had an effect that costs.
func labelFault(seen *exchange.Call, buys bool, err error) *fault.Error {
	status := seen.Status()
	switch {
	case !seen.Left():
		return fault.New(fault.Later, "label_unreachable", "EasyPost cannot be reached; it will be tried again.", err)
	case status == http.StatusTooManyRequests:
		f := fault.New(fault.Later, "label_rate_limited", "EasyPost asks to slow down.", err)
		f.After = seen.RetryAfter()
		return f
	case status == 0 || status >= 500 || status/100 == 2 || status/100 == 3:
		if buys {
			return fault.New(fault.Uncertain, "label_uncertain", "EasyPost gave no usable answer to a purchase; it is looked up before another is bought.", err)
		}
		return fault.New(fault.Later, "label_unavailable", fmt.Sprintf("EasyPost gave no usable answer (HTTP %d).", status), err)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return fault.New(fault.Permanent, "label_auth_failed", "EasyPost refuses the key: check returns.labels.api_key.", err)
	case status == http.StatusPaymentRequired:
		return fault.New(fault.Permanent, "label_payment_required", "The EasyPost account has no money: top it up, then try again.", err)
	case status == http.StatusNotFound && !buys:
		return fault.New(fault.Permanent, providers.LabelUnknown, "EasyPost knows no such shipment.", err)
	}
	code := ""
	if refused, ok := errors.AsType[*api.APIError](err); ok {
		code = refused.Code
	}
	if strings.HasPrefix(code, "SHIPMENT.POSTAGE.EXISTS") {
		return fault.New(fault.Uncertain, "label_uncertain", "EasyPost sold this label before; it is looked up.", err)
	}
	return fault.New(fault.Permanent, "label_refused", fmt.Sprintf("EasyPost refused the label (HTTP %d %s): look at the addresses and the parcel.", status, safeCode(code)), err)
}

// safeCode lets a code of EasyPost's through and nothing that could be an address.
func safeCode(code string) string {
	if strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_.") != "" {
		return ""
	}
	return code
}
