// Package easypostd is a stand-in for the part of EasyPost's API that buys return labels, for the demo and the tests: shipments
// with rates, one label for each, codes for the counter, the files themselves, and faults on demand.
package easypostd

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"homeward/providers/standin/httpfault"
)

// Shipment is one that was made.
type Shipment struct {
	ID        string
	Reference string
	IsReturn  bool
	To, From  map[string]any
	Parcel    map[string]any
	Tracking  string // set when its label was bought
	Bought    int    // how often a label was paid for: never more than once at EasyPost
	QR        bool
	Refund    string // refund_status: what became of the request to take its label back
	Refunded  int    // how often that was taken
}

// Server is the stand-in; it is an http.Handler.
type Server struct {
	httpfault.Script
	key string

	mu        sync.Mutex
	shipments []*Shipment
	noRates   bool
	refunds   string
}

// New gives a server that knows one key.
func New(key string) *Server { return &Server{key: key} }

// Shipments gives every shipment that was made, in order.
func (s *Server) Shipments() []Shipment {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Shipment, len(s.shipments))
	for i, one := range s.shipments {
		out[i] = *one
	}
	return out
}

// OfferNothing makes shipments without rates from now on.
func (s *Server) OfferNothing() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.noRates = true
}

// AnswerRefunds answers requests for refunds with a refund_status from now on: submitted (so it begins), refunded, rejected,
// not_applicable.
func (s *Server) AnswerRefunds(status string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refunds = status
}

// filesAt is where labels and codes lie.
const filesAt = "/files/"

// pdf is a page that says what it is: a whole PDF, with the table of its objects.
func pdf(says string) string {
	words := "BT /F 18 Tf 40 360 Td (" + says + ") Tj ET"
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 288 432]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(words), words), "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	out, table := "%PDF-1.4\n", fmt.Sprintf("xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for i, object := range objects {
		table += fmt.Sprintf("%010d 00000 n \n", len(out))
		out += fmt.Sprintf("%d 0 obj%s endobj\n", i+1, object)
	}
	return out + table + fmt.Sprintf("trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, len(out))
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	r.Body = io.NopCloser(strings.NewReader(""))
	f := s.At(r)
	if name, _, _ := r.BasicAuth(); name != s.key && !strings.HasPrefix(r.URL.Path, filesAt) {
		refuse(w, http.StatusUnauthorized, "APIKEY.INACTIVE")
		return
	}
	if f.Fails() && !f.Effect {
		f.Wait(r)
		f.Play(w, func(status int, code string) { refuse(w, status, code) })
		return
	}
	status, answer := s.act(r, body)
	f.Wait(r)
	if f.Fails() {
		f.Play(w, func(status int, code string) { refuse(w, status, code) })
		return
	}
	if text, ok := answer.(string); ok {
		if status >= http.StatusBadRequest {
			refuse(w, status, text)
			return
		}
		_, _ = io.WriteString(w, text)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer)
}

// act does what the request asks. A string is a file, or a code of EasyPost's with a status that refuses.
func (s *Server) act(r *http.Request, body []byte) (status int, answer any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/v2/")
	parts := strings.Split(path, "/")
	switch {
	case strings.HasPrefix(r.URL.Path, filesAt):
		return http.StatusOK, pdf(strings.TrimPrefix(r.URL.Path, filesAt))
	case r.Method == http.MethodPost && path == "shipments":
		return s.make(body, r)
	case len(parts) < 2 || parts[0] != "shipments":
		return http.StatusNotFound, "NOT_FOUND"
	}
	one := s.find(parts[1])
	if one == nil {
		return http.StatusNotFound, "NOT_FOUND"
	}
	switch action := strings.Join(parts[2:], "/"); {
	case r.Method == http.MethodGet && action == "":
	case r.Method == http.MethodPost && action == "buy":
		if one.Tracking != "" {
			return http.StatusUnprocessableEntity, "SHIPMENT.POSTAGE.EXISTS"
		}
		one.Bought++
		one.Tracking = fmt.Sprintf("EZ%010d", len(s.shipments)*1000+one.Bought)
	case r.Method == http.MethodPost && action == "refund":
		if one.Tracking == "" {
			return http.StatusUnprocessableEntity, "SHIPMENT.REFUND.UNAVAILABLE"
		}
		if one.Refund = cmp.Or(s.refunds, "submitted"); one.Refund != "rejected" {
			one.Refunded++
		}
	case r.Method == http.MethodPost && action == "forms":
		if one.Tracking == "" {
			return http.StatusUnprocessableEntity, "FORM.LABEL.MISSING"
		}
		one.QR = true
	default:
		return http.StatusNotFound, "NOT_FOUND"
	}
	return http.StatusOK, s.json(one, r)
}

func (s *Server) find(name string) *Shipment {
	for _, one := range s.shipments {
		if one.ID == name || (one.Reference != "" && one.Reference == name) {
			return one
		}
	}
	return nil
}

func (s *Server) make(body []byte, r *http.Request) (int, any) {
	var in struct {
		Shipment struct {
			Reference string         `json:"reference"`
			IsReturn  bool           `json:"is_return"`
			To        map[string]any `json:"to_address"`
			From      map[string]any `json:"from_address"`
			Parcel    map[string]any `json:"parcel"`
		} `json:"shipment"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.Shipment.Parcel["weight"] == nil || in.Shipment.To["street1"] == nil || in.Shipment.From["street1"] == nil {
		return http.StatusUnprocessableEntity, "SHIPMENT.INVALID_PARAMS"
	}
	one := &Shipment{
		ID: fmt.Sprintf("shp_%032x", len(s.shipments)+1), Reference: in.Shipment.Reference, IsReturn: in.Shipment.IsReturn,
		To: in.Shipment.To, From: in.Shipment.From, Parcel: in.Shipment.Parcel,
	}
	if one.IsReturn { // EasyPost turns the addresses round
		one.To, one.From = one.From, one.To
	}
	s.shipments = append(s.shipments, one)
	return http.StatusCreated, s.json(one, r)
}

func (s *Server) json(one *Shipment, r *http.Request) map[string]any {
	rate := func(id, service, price string) map[string]any {
		return map[string]any{"id": id, "object": "Rate", "service": service, "carrier": "USPS", "rate": price, "currency": "USD", "shipment_id": one.ID}
	}
	cheap := rate("rate_1", "GroundReturn", "7.58")
	out := map[string]any{
		"id": one.ID, "object": "Shipment", "reference": one.Reference, "is_return": one.IsReturn, "mode": "test", "status": "unknown",
		"to_address": one.To, "from_address": one.From, "parcel": one.Parcel, "rates": []any{rate("rate_2", "PriorityReturn", "12.10"), cheap},
		"forms": []any{}, "postage_label": nil, "tracking_code": nil, "selected_rate": nil, "refund_status": nil,
	}
	if s.noRates {
		out["rates"] = []any{}
	}
	base := "http://" + r.Host + filesAt + one.ID
	if one.Tracking != "" {
		out["tracking_code"], out["selected_rate"] = one.Tracking, cheap
		out["postage_label"] = map[string]any{"object": "PostageLabel", "label_url": base + ".pdf", "label_file_type": "application/pdf"}
	}
	if one.Refund != "" {
		out["refund_status"] = one.Refund
	}
	if one.QR {
		out["forms"] = []any{map[string]any{"object": "Form", "form_type": "label_qr_code", "form_url": base + "-qr.pdf"}}
	}
	return out
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": "refused by the stand-in", "errors": []any{}}})
}
