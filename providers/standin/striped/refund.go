package striped

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"homeward/providers/standin/httpfault"
)

// KeysLive is how long Stripe keeps an idempotency key; a key used again after that is a new request.
const KeysLive = 24 * time.Hour

// kept is what is known of an idempotency key.
type kept struct {
	params string
	busy   bool // the first request has not been answered
	status int
	body   []byte
	at     time.Time
}

// post makes a refund under Stripe's rules of idempotency: the first answer of a key is kept, errors of the server
// included, and given again; other parameters are an error; a second request during the first is a conflict. What fails
// before anything is tried (validation, rights, rate limits), or before it comes to Stripe (a Body of a proxy), is not kept.
func (s *Server) post(w http.ResponseWriter, r *http.Request, f httpfault.Fault) {
	if f.Fails() && !f.Effect && (f.Status < http.StatusInternalServerError || f.Cut || f.Body != "") {
		f.Wait(r)
		f.Play(w, refuseWith(w))
		return
	}
	if !s.allowed(w, r) {
		return
	}
	key, params := r.Header.Get("Idempotency-Key"), r.PostForm.Encode()
	k, done := s.begin(w, key, params)
	if done {
		return
	}
	f.Wait(r)
	status, body := 0, any(nil)
	if !f.Fails() || f.Effect {
		status, body = s.create(r, key)
	}
	if f.Status >= http.StatusInternalServerError {
		status, body = f.Status, usual(f.Status, f.Code) // after the effect or without: this is what is kept
	}
	answer, _ := json.Marshal(body)
	s.mu.Lock()
	if status == http.StatusBadRequest && strings.Contains(string(answer), "parameter_") {
		delete(s.keys, key)
	} else {
		k.busy, k.status, k.body = false, status, answer
	}
	s.mu.Unlock()
	if f.Fails() {
		f.Play(w, refuseWith(w))
		return
	}
	write(w, status, json.RawMessage(answer))
}

// begin looks a key up. It answers by itself, and says so, when the key was used before.
func (s *Server) begin(w http.ResponseWriter, key, params string) (k *kept, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, known := s.keys[key]
	if key == "" || !known || time.Since(k.at) >= KeysLive {
		k = &kept{params: params, busy: true, at: time.Now()}
		if key != "" {
			s.keys[key] = k
		}
		return k, false
	}
	switch {
	case k.params != params:
		write(w, http.StatusBadRequest, failure("idempotency_error", "",
			"Keys for idempotent requests can only be used with the same parameters they were first used with.", ""))
	case k.busy:
		write(w, http.StatusConflict, failure("idempotency_error", "idempotency_key_in_use",
			"There is currently another in-progress request using this Idempotent Key.", ""))
	default:
		w.Header().Set("Idempotent-Replayed", "true")
		write(w, k.status, json.RawMessage(k.body))
	}
	return k, true
}

// create makes the refund.
func (s *Server) create(r *http.Request, key string) (int, any) {
	form := r.PostForm
	if refusal := unknown(form, key); refusal != nil {
		return http.StatusBadRequest, refusal
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	reference := form.Get("payment_intent") + form.Get("charge")
	if reference == "" {
		return http.StatusBadRequest, failure("invalid_request_error", "parameter_missing", "One of charge or payment_intent is required.", "")
	}
	p := s.payment(reference)
	if p == nil {
		return http.StatusNotFound, failure("invalid_request_error", "resource_missing", "No such payment", "payment_intent")
	}
	left := p.Captured - s.refunded(p.ChargeID)
	amount := left
	if v := form.Get("amount"); v != "" {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n <= 0 {
			return http.StatusBadRequest, failure("invalid_request_error", "parameter_invalid_integer", "Invalid positive integer", "amount")
		}
		amount = n
	}
	switch {
	case p.Dispute != "" && !strings.HasPrefix(p.Dispute, "warning_") && p.Dispute != "won":
		return http.StatusBadRequest, failure("invalid_request_error", "charge_disputed", "Charge has been charged back", "")
	case left <= 0:
		return http.StatusBadRequest, failure("invalid_request_error", "charge_already_refunded", "Charge has already been refunded.", "")
	case amount > left:
		return http.StatusBadRequest, failure("invalid_request_error", "",
			fmt.Sprintf("Refund amount (%d) is greater than unrefunded amount on charge (%d)", amount, left), "amount")
	}
	refund := &Refund{
		ID: fmt.Sprintf("re_%d", len(s.refunds)+1), ChargeID: p.ChargeID, IntentID: p.IntentID, Amount: amount, Currency: p.Currency,
		Status: s.status, Reason: form.Get("reason"), Metadata: map[string]string{}, IdempotencyKey: key, Created: time.Now().UTC(),
	}
	for name, values := range form {
		if field, ok := strings.CutPrefix(name, "metadata["); ok {
			refund.Metadata[strings.TrimSuffix(field, "]")] = values[0]
		}
	}
	s.refunds = append(s.refunds, refund)
	return http.StatusOK, refundObject(refund)
}

// unknown refuses what is no parameter of a card's refund, as Stripe does; nil when all are. A refund goes back in the currency of its
// charge: "currency" belongs to refunds of a customer's cash balance, which there are none of here.
func unknown(form url.Values, key string) any {
	for _, name := range slices.Sorted(maps.Keys(form)) {
		switch field, _, _ := strings.Cut(name, "["); field {
		case "amount", "charge", "payment_intent", "metadata", "reason", "expand":
		default:
			return failure("invalid_request_error", "parameter_unknown", "Received unknown parameter: "+field, field)
		}
	}
	switch form.Get("reason") {
	case "", "duplicate", "fraudulent", "requested_by_customer":
	default:
		return failure("invalid_request_error", "parameter_invalid", "Invalid reason: must be one of duplicate, fraudulent, or requested_by_customer", "reason")
	}
	if len(key) > maxKey {
		return failure("invalid_request_error", "parameter_invalid", "Idempotency keys are at most 255 characters.", "")
	}
	return nil
}

// maxKey is the most characters of an idempotency key.
const maxKey = 255

// RefundOutside makes a refund that did not come through the API's key: in Stripe's dashboard, without our metadata.
func (s *Server) RefundOutside(chargeOrIntent string, amount int64) (refundID string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.payment(chargeOrIntent)
	if p == nil || amount > p.Captured-s.refunded(p.ChargeID) {
		return "", fmt.Errorf("striped: %s has no %d left to refund", chargeOrIntent, amount)
	}
	r := &Refund{
		ID: fmt.Sprintf("re_%d", len(s.refunds)+1), ChargeID: p.ChargeID, IntentID: p.IntentID, Amount: amount,
		Currency: p.Currency, Status: s.status, Metadata: map[string]string{}, Created: time.Now().UTC(),
	}
	s.refunds = append(s.refunds, r)
	return r.ID, nil
}

func refundObject(r *Refund) map[string]any {
	out := map[string]any{
		"id": r.ID, "object": "refund", "amount": r.Amount, "charge": r.ChargeID, "payment_intent": nilable(r.IntentID),
		"currency": r.Currency, "metadata": r.Metadata, "reason": nilable(r.Reason), "status": r.Status, "created": r.Created.Unix(),
		"balance_transaction": nil, "receipt_number": nil,
	}
	if r.FailureReason != "" {
		out["failure_reason"] = r.FailureReason
	}
	card := map[string]any{"type": "refund", "reference_status": "pending"}
	if r.BankReference != "" {
		card["reference"], card["reference_status"], card["reference_type"] = r.BankReference, "available", "acquirer_reference_number"
	}
	out["destination_details"] = map[string]any{"type": "card", "card": card}
	return out
}

func (s *Server) charge(p *Payment) map[string]any {
	refunded := s.refunded(p.ChargeID)
	return map[string]any{
		"id": p.ChargeID, "object": "charge", "amount": p.Amount, "amount_captured": p.Captured, "amount_refunded": refunded,
		"captured": p.Captured > 0, "currency": p.Currency, "disputed": p.Dispute != "", "paid": true, "status": "succeeded",
		"payment_intent": nilable(p.IntentID), "refunded": refunded == p.Captured, "metadata": map[string]string{}, "created": p.Created.Unix(),
	}
}

func (s *Server) intent(p *Payment, expand bool) map[string]any {
	out := map[string]any{
		"id": p.IntentID, "object": "payment_intent", "amount": p.Amount, "amount_received": p.Captured, "currency": p.Currency,
		"status": "succeeded", "latest_charge": p.ChargeID, "metadata": map[string]string{}, "created": p.Created.Unix(),
	}
	if expand {
		out["latest_charge"] = s.charge(p)
	}
	return out
}

func dispute(p *Payment) map[string]any {
	return map[string]any{
		"id": "dp_" + p.ChargeID, "object": "dispute", "amount": p.Captured, "charge": p.ChargeID, "currency": p.Currency,
		"payment_intent": nilable(p.IntentID), "reason": "general", "status": p.Dispute,
		"is_charge_refundable": strings.HasPrefix(p.Dispute, "warning_"), "created": p.Created.Unix(), "metadata": map[string]string{},
	}
}

func nilable(s string) any {
	if s == "" {
		return nil
	}
	return s
}
