package stripe

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"homeward/internal/fault"
)

// tolerance is how far the signed time may be from now, on either side.
const tolerance = 300 * time.Second

// Verify checks Stripe-Signature over the raw body, in constant time: any v1 signature under any of the secrets. The
// key is the whole secret as text, "whsec_" included.
func Verify(secrets []string, header http.Header, body []byte, now time.Time) error {
	at, signatures := "", [][]byte(nil)
	for part := range strings.SplitSeq(header.Get("Stripe-Signature"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			if s, err := hex.DecodeString(value); err == nil && len(s) == sha256.Size && len(signatures) < 16 {
				signatures = append(signatures, s)
			}
		}
	}
	if at == "" || len(signatures) == 0 {
		return badSignature("The Stripe-Signature header is missing or has no t and v1.")
	}
	match, usable := 0, false
	for _, secret := range secrets {
		if secret == "" {
			continue
		}
		usable = true
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(at + "."))
		mac.Write(body)
		want := mac.Sum(nil)
		for _, s := range signatures {
			match |= subtle.ConstantTimeCompare(want, s)
		}
	}
	switch {
	case !usable:
		return badSignature("payments.webhook_secret is empty, so nothing can be verified.")
	case match != 1:
		return badSignature("Stripe-Signature does not match: check payments.webhook_secret against this endpoint's signing secret.")
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return badSignature("The signed time is not a number.")
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return badSignature("The signed time is more than five minutes away: a replay, or a clock that is wrong.")
	}
	return nil
}

// Event is a webhook from Stripe. Types that are of no concern here have neither Refund, Charge nor Dispute.
type Event struct {
	ID      string
	Type    string
	Created time.Time
	Refund  *Refund         // refund.*, charge.refund.updated
	Charge  *ChargeRefunded // charge.refunded
	Dispute *Dispute        // charge.dispute.*
}

// ChargeRefunded is a charge of which something was refunded; the refunds themselves are not in it.
type ChargeRefunded struct {
	ID       string
	IntentID string
	Captured int64
	Refunded int64
	Currency string
}

// Dispute is a shopper's complaint to the bank.
type Dispute struct {
	ID       string // "" from an endpoint with an old API version
	ChargeID string
	IntentID string
	Amount   int64
	Currency string
	Status   string
	Reason   string
}

// ReadEvent reads a webhook that Verify accepted. It is decoded here and not by stripe-go, which refuses other API
// versions than its own.
func ReadEvent(body []byte) (Event, error) {
	var raw struct {
		ID      string `json:"id"`
		Object  string `json:"object"`
		Type    string `json:"type"`
		Created any    `json:"created"` // seconds; a text in thin events
		Data    struct {
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &raw); err != nil {
		return Event{}, fault.New(fault.Permanent, "body_malformed", "The body is not the JSON of a Stripe event.", err)
	}
	if raw.ID == "" || raw.Type == "" {
		return Event{}, fault.New(fault.Permanent, "field_missing", "The event has no id or no type.", nil)
	}
	e := Event{ID: raw.ID, Type: raw.Type}
	if seconds, ok := raw.Created.(float64); ok {
		e.Created = time.Unix(int64(seconds), 0).UTC()
	}
	var err error
	switch {
	case raw.Object != "event": // a thin event: nothing in it
	case strings.HasPrefix(raw.Type, "refund."), raw.Type == "charge.refund.updated":
		e.Refund, err = readRefund(raw.Data.Object)
	case raw.Type == "charge.refunded":
		e.Charge, err = readCharge(raw.Data.Object)
	case strings.HasPrefix(raw.Type, "charge.dispute."):
		e.Dispute, err = readDispute(raw.Data.Object)
	}
	return e, err
}

// object is what the three kinds share and differ in.
type object struct {
	ID             string            `json:"id"`
	Object         string            `json:"object"`
	Amount         int64             `json:"amount"`
	AmountCaptured *int64            `json:"amount_captured"`
	AmountRefunded int64             `json:"amount_refunded"`
	Captured       bool              `json:"captured"`
	Charge         reference         `json:"charge"`
	PaymentIntent  reference         `json:"payment_intent"`
	Currency       string            `json:"currency"`
	Metadata       map[string]string `json:"metadata"`
	Status         string            `json:"status"`
	Reason         string            `json:"reason"`
	FailureReason  string            `json:"failure_reason"`
	PendingReason  string            `json:"pending_reason"`
	Destination    struct {
		Card struct {
			Reference string `json:"reference"`
		} `json:"card"`
	} `json:"destination_details"`
}

// reference is an id, or the object itself where the endpoint expands it.
type reference string

// UnmarshalJSON implements json.Unmarshaler.
func (r *reference) UnmarshalJSON(b []byte) error {
	var whole struct {
		ID string `json:"id"`
	}
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '{':
		err := json.Unmarshal(b, &whole)
		*r = reference(whole.ID)
		return err
	default:
		return json.Unmarshal(b, (*string)(r))
	}
}

func readObject(b json.RawMessage, kind string) (object, error) {
	var o object
	if err := json.Unmarshal(b, &o); err != nil {
		return o, fault.New(fault.Permanent, "body_malformed", "The object in the Stripe event cannot be read.", err)
	}
	named := o.ID != "" || kind == "dispute" && o.Charge != "" // old API versions give disputes no id
	if o.Object != kind || !named || len(o.Currency) != 3 {
		return o, fault.New(fault.Permanent, "field_invalid", "The Stripe event holds no complete "+kind+".", nil)
	}
	o.Currency = strings.ToUpper(o.Currency)
	return o, nil
}

func readRefund(b json.RawMessage) (*Refund, error) {
	o, err := readObject(b, "refund")
	if err != nil {
		return nil, err
	}
	r := &Refund{
		ID: o.ID, ChargeID: string(o.Charge), Reference: string(o.PaymentIntent), Amount: FromStripe(o.Amount, o.Currency),
		Currency: o.Currency, Status: o.Status, FailureReason: o.FailureReason, PendingReason: o.PendingReason, BankReference: o.Destination.Card.Reference,
		RefundID: o.Metadata["homeward_refund"],
	}
	if r.Reference == "" {
		r.Reference = r.ChargeID
	}
	return r, nil
}

func readCharge(b json.RawMessage) (*ChargeRefunded, error) {
	o, err := readObject(b, "charge")
	if err != nil {
		return nil, err
	}
	captured := o.Amount
	switch {
	case o.AmountCaptured != nil:
		captured = *o.AmountCaptured
	case !o.Captured:
		captured = 0
	}
	return &ChargeRefunded{
		ID: o.ID, IntentID: string(o.PaymentIntent), Captured: FromStripe(captured, o.Currency),
		Refunded: FromStripe(o.AmountRefunded, o.Currency), Currency: o.Currency,
	}, nil
}

func readDispute(b json.RawMessage) (*Dispute, error) {
	o, err := readObject(b, "dispute")
	if err != nil {
		return nil, err
	}
	return &Dispute{
		ID: o.ID, ChargeID: string(o.Charge), IntentID: string(o.PaymentIntent), Amount: FromStripe(o.Amount, o.Currency),
		Currency: o.Currency, Status: o.Status, Reason: o.Reason,
	}, nil
}

func badSignature(message string) error {
	return fault.New(fault.Permanent, "bad_signature", message, nil)
}
