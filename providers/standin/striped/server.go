// Package striped is a stand-in for Stripe's payments API, for the demo and the tests: it keeps payments and refunds,
// honours idempotency keys as Stripe does, refuses to refund more than was captured, signs webhooks, and fails on demand.
// Its amounts are Stripe's units and its currencies lower case, as on the wire.
package striped

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"homeward/providers/standin/httpfault"
)

// Payment is a captured payment: an intent with its one charge.
type Payment struct {
	IntentID string // "pi_…", or "" for a charge without an intent
	ChargeID string // "ch_…"
	Amount   int64
	Captured int64
	Currency string
	Dispute  string // the dispute's status, "" when there is none
	Created  time.Time
}

// Refund is a refund that was made.
type Refund struct {
	ID             string
	ChargeID       string
	IntentID       string
	Amount         int64
	Currency       string
	Status         string
	Reason         string
	FailureReason  string
	BankReference  string
	Metadata       map[string]string
	IdempotencyKey string
	Created        time.Time
}

// Server is the stand-in; it is an http.Handler.
type Server struct {
	httpfault.Script
	key  string
	hook webhook

	mu         sync.Mutex
	payments   []*Payment
	refunds    []*Refund
	keys       map[string]*kept
	status     string          // of a new refund
	restricted map[string]bool // resources that the key may not use
	events     int
}

// New gives a server that knows one key. Its refunds begin as "pending"; see StartAs.
func New(key string) *Server {
	return &Server{key: key, keys: map[string]*kept{}, status: "pending", restricted: map[string]bool{}}
}

// AddPayment seeds a captured payment. The id is an intent's ("pi_1", its charge is "ch_1") or a charge's ("ch_1",
// without an intent).
func (s *Server) AddPayment(id string, amount int64, currency string) {
	p := &Payment{Amount: amount, Captured: amount, Currency: strings.ToLower(currency), Created: time.Now().UTC()}
	if rest, ok := strings.CutPrefix(id, "pi_"); ok {
		p.IntentID, p.ChargeID = id, "ch_"+rest
	} else {
		p.ChargeID = id
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.payments = append(s.payments, p)
}

// StartAs sets the status that new refunds begin with: a card's is often "succeeded" at once.
func (s *Server) StartAs(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status = status
}

// Restrict takes away the key's right to a resource: "refunds", "charges", "payment_intents" or "disputes".
func (s *Server) Restrict(resources ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range resources {
		s.restricted[r] = true
	}
}

// Refunds gives every refund in the order it was made.
func (s *Server) Refunds() []Refund {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Refund, 0, len(s.refunds))
	for _, r := range s.refunds {
		out = append(out, *r)
	}
	return out
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.At(r)
	if r.Method == http.MethodPost && r.URL.Path == "/v1/refunds" {
		s.post(w, r, f)
		return
	}
	f.Wait(r)
	if f.Fails() {
		f.Play(w, refuseWith(w))
		return
	}
	if !s.allowed(w, r) {
		return
	}
	status, body := s.read(r)
	write(w, status, body)
}

// allowed checks the key and its rights.
func (s *Server) allowed(w http.ResponseWriter, r *http.Request) bool {
	if r.Header.Get("Authorization") != "Bearer "+s.key {
		write(w, http.StatusUnauthorized, failure("invalid_request_error", "", "Invalid API Key provided", ""))
		return false
	}
	resource, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.restricted[resource] {
		write(w, http.StatusForbidden, failure("invalid_request_error", "",
			"The provided key does not have the required permissions for this endpoint.", ""))
		return false
	}
	return true
}

// read answers a GET.
func (s *Server) read(r *http.Request) (int, any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	resource, id, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/v1/"), "/")
	if r.Method != http.MethodGet {
		resource = ""
	}
	switch resource {
	case "refunds":
		return s.readRefunds(r, id)
	case "charges":
		if id != "" {
			return one(s.payment(id), func(p *Payment) any { return s.charge(p) })
		}
		return list(r, s.payments, func(p *Payment) (string, any) { return p.ChargeID, s.charge(p) })
	case "payment_intents":
		expand := strings.Contains(r.URL.RawQuery, "latest_charge")
		if id != "" {
			return one(s.payment(id), func(p *Payment) any { return s.intent(p, expand) })
		}
		return list(r, s.payments, func(p *Payment) (string, any) { return p.IntentID, s.intent(p, expand) })
	case "disputes":
		var disputed []*Payment
		for _, p := range s.payments {
			if p.Dispute != "" && (r.URL.Query().Get("charge") == "" || p.ChargeID == r.URL.Query().Get("charge")) {
				disputed = append(disputed, p)
			}
		}
		return list(r, disputed, func(p *Payment) (string, any) { return "dp_" + p.ChargeID, dispute(p) })
	default:
		return http.StatusNotFound, failure("invalid_request_error", "", "Unrecognized request URL", "")
	}
}

func (s *Server) readRefunds(r *http.Request, id string) (int, any) {
	if id != "" {
		return one(s.refund(id), func(f *Refund) any { return refundObject(f) })
	}
	q := r.URL.Query()
	var found []*Refund
	var since int64
	_, _ = fmt.Sscan(q.Get("created[gte]"), &since)
	for _, f := range slices.Backward(s.refunds) {
		if f.Created.Unix() >= since && (q.Get("charge") == "" || f.ChargeID == q.Get("charge")) && (q.Get("payment_intent") == "" || f.IntentID == q.Get("payment_intent")) {
			found = append(found, f)
		}
	}
	return list(r, found, func(f *Refund) (string, any) { return f.ID, refundObject(f) })
}

// payment finds a payment by either id; the caller holds the lock.
func (s *Server) payment(id string) *Payment {
	for _, p := range s.payments {
		if id != "" && (p.IntentID == id || p.ChargeID == id) {
			return p
		}
	}
	return nil
}

func (s *Server) refund(id string) *Refund {
	for _, r := range s.refunds {
		if r.ID == id {
			return r
		}
	}
	return nil
}

// refunded gives what counts as refunded of a charge: everything that did not fail.
func (s *Server) refunded(chargeID string) int64 {
	var sum int64
	for _, r := range s.refunds {
		if r.ChargeID == chargeID && r.Status != "failed" && r.Status != "canceled" {
			sum += r.Amount
		}
	}
	return sum
}

func refuseWith(w http.ResponseWriter) func(int, string) {
	return func(status int, code string) { write(w, status, usual(status, code)) }
}

// usual gives the error body that goes with a status when a fault names no body.
func usual(status int, code string) any {
	kind := "invalid_request_error"
	switch {
	case status >= http.StatusInternalServerError:
		kind = "api_error"
	case status == http.StatusTooManyRequests && code == "":
		code = "rate_limit"
	case code == "idempotency_error":
		kind, code = code, ""
	}
	return failure(kind, code, "fault on demand", "")
}

func failure(kind, code, message, param string) map[string]any {
	e := map[string]any{"type": kind, "message": message}
	if code != "" {
		e["code"] = code
	}
	if param != "" {
		e["param"] = param
	}
	return map[string]any{"error": e}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Request-Id", "req_standin")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func one[T any](found *T, object func(*T) any) (int, any) {
	if found == nil {
		return http.StatusNotFound, failure("invalid_request_error", "resource_missing", "No such object", "id")
	}
	return http.StatusOK, object(found)
}

// list gives one page of a list in Stripe's way: limit and starting_after.
func list[T any](r *http.Request, all []*T, object func(*T) (string, any)) (int, any) {
	limit := 10
	_, _ = fmt.Sscan(r.URL.Query().Get("limit"), &limit)
	after := r.URL.Query().Get("starting_after")
	data, more := []any{}, false
	for _, item := range all {
		id, o := object(item)
		switch {
		case after != "":
			if id == after {
				after = ""
			}
		case len(data) == limit:
			more = true
		default:
			data = append(data, o)
		}
	}
	return http.StatusOK, map[string]any{"object": "list", "url": r.URL.Path, "has_more": more, "data": data}
}
