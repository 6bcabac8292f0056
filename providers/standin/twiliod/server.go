// Package twiliod is a stand-in for Twilio's messaging API, for the demo and the tests: it takes messages, sends
// nothing, signs callbacks as Twilio does, and fails on demand.
package twiliod

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"homeward/providers/standin/httpfault"
)

// Message is an SMS that the stand-in took, or one that a shopper sent to it.
type Message struct {
	SID            string
	To             string
	From           string // the number, or the messaging service
	Body           string
	StatusCallback string
	ValidityPeriod int // seconds, 0 when not given
	Status         string
	ErrorCode      int
	Inbound        bool
	CreatedAt      time.Time
}

// Server is the stand-in; it is an http.Handler.
type Server struct {
	httpfault.Script
	accountSID string
	authToken  string
	client     *http.Client

	mu       sync.Mutex
	messages []Message
	optedOut map[string]bool // sender + " " + number
	arrived  chan struct{}   // closed and replaced at every message
}

// New gives a server for one account. client carries the callbacks and the inbound messages.
func New(accountSID, authToken string, client *http.Client) *Server {
	return &Server{accountSID: accountSID, authToken: authToken, client: client, optedOut: map[string]bool{}, arrived: make(chan struct{})}
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := s.At(r)
	f.Wait(r)
	fails := func() { f.Play(w, func(status int, code string) { refuse(w, status, number(code, status)) }) }
	if f.Fails() && !f.Effect {
		fails()
		return
	}
	user, password, _ := r.BasicAuth()
	if user != s.accountSID || password != s.authToken {
		refuse(w, http.StatusUnauthorized, 20003)
		return
	}
	answer := w
	if f.Fails() {
		answer = nothing{http.Header{}}
	}
	account := "/2010-04-01/Accounts/" + s.accountSID
	switch r.Method + " " + r.URL.Path {
	case "GET " + account + ".json":
		write(answer, http.StatusOK, map[string]any{"sid": s.accountSID, "status": "active", "type": "Full"})
	case "POST " + account + "/Messages.json":
		s.create(answer, r)
	case "GET " + account + "/Messages.json":
		s.list(answer, r)
	default:
		refuse(answer, http.StatusNotFound, 20404)
	}
	if f.Fails() {
		fails()
	}
}

// create takes a message.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	form := r.PostForm
	m := Message{
		To: form.Get("To"), From: form.Get("From"), Body: form.Get("Body"), StatusCallback: form.Get("StatusCallback"),
		Status: "queued", CreatedAt: time.Now().UTC(),
	}
	if service := form.Get("MessagingServiceSid"); service != "" {
		m.From, m.Status = service, "accepted"
	}
	m.ValidityPeriod, _ = strconv.Atoi(form.Get("ValidityPeriod"))
	switch {
	case !strings.HasPrefix(m.To, "+") || len(m.To) < 8:
		refuse(w, http.StatusBadRequest, 21211)
		return
	case m.From == "":
		refuse(w, http.StatusBadRequest, 21603)
		return
	case m.Body == "":
		refuse(w, http.StatusBadRequest, 21602)
		return
	}
	s.mu.Lock()
	if s.optedOut[m.From+" "+m.To] {
		s.mu.Unlock()
		refuse(w, http.StatusBadRequest, 21610)
		return
	}
	m = s.store(m)
	s.mu.Unlock()
	write(w, http.StatusCreated, resource(m, s.accountSID))
}

// store numbers and keeps a message; the caller holds the lock.
func (s *Server) store(m Message) Message {
	m.SID = fmt.Sprintf("SM%032x", len(s.messages)+1)
	s.messages = append(s.messages, m)
	close(s.arrived)
	s.arrived = make(chan struct{})
	return m
}

// list gives messages, newest first, by To and by the day of sending, in pages. As there, what was not sent yet has no
// day of sending, and a filter by it hides it.
func (s *Server) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	after, _ := time.Parse(time.RFC3339, q.Get("DateSent>"))
	size, _ := strconv.Atoi(q.Get("PageSize"))
	if size <= 0 || size > 1000 {
		size = 50
	}
	page, _ := strconv.Atoi(q.Get("Page"))
	s.mu.Lock()
	var found []map[string]any
	for _, m := range slices.Backward(s.messages) {

		unsent := m.Status == "queued" || m.Status == "accepted"
		if (q.Get("To") == "" || m.To == q.Get("To")) && (after.IsZero() || !unsent && !m.CreatedAt.Before(after.Truncate(24*time.Hour))) {
			found = append(found, resource(m, s.accountSID))
		}
	}
	s.mu.Unlock()
	from := min(page*size, len(found))
	to := min(from+size, len(found))
	answer := map[string]any{"messages": found[from:to], "page": page, "page_size": size, "next_page_uri": nil}
	if to < len(found) {
		next := url.Values{"Page": {strconv.Itoa(page + 1)}, "PageToken": {fmt.Sprintf("PA%d", to)}, "PageSize": {strconv.Itoa(size)}}
		answer["next_page_uri"] = r.URL.Path + "?" + next.Encode()
	}
	write(w, http.StatusOK, answer)
}

// Messages gives every message in the order of arrival.
func (s *Server) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.messages...)
}

// Wait gives the messages once there are at least n.
func (s *Server) Wait(ctx context.Context, n int) ([]Message, error) {
	for {
		s.mu.Lock()
		messages, arrived := append([]Message(nil), s.messages...), s.arrived
		s.mu.Unlock()
		if len(messages) >= n {
			return messages, nil
		}
		select {
		case <-arrived:
		case <-ctx.Done():
			return messages, ctx.Err()
		}
	}
}

// Arrived gives a channel that closes at the next message.
func (s *Server) Arrived() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.arrived
}

// nothing swallows the answer of a request that takes effect and then fails.
type nothing struct{ header http.Header }

func (n nothing) Header() http.Header         { return n.header }
func (n nothing) Write(p []byte) (int, error) { return len(p), nil }
func (n nothing) WriteHeader(int)             {}

func resource(m Message, account string) map[string]any {
	out := map[string]any{
		"sid": m.SID, "account_sid": account, "to": m.To, "from": m.From, "body": m.Body, "status": m.Status,
		"direction": "outbound-api", "api_version": "2010-04-01", "num_segments": "1", "num_media": "0",
		"date_created": m.CreatedAt.Format(time.RFC1123Z), "date_updated": m.CreatedAt.Format(time.RFC1123Z),
		"date_sent": nil, "error_code": nil, "error_message": nil, "price": nil, "price_unit": "USD",
		"uri": "/2010-04-01/Accounts/" + account + "/Messages/" + m.SID + ".json",
	}
	if m.Inbound {
		out["direction"] = "inbound"
	}
	if m.Status == "sent" || m.Status == "delivered" {
		out["date_sent"] = m.CreatedAt.Format(time.RFC1123Z)
	}
	if m.ErrorCode != 0 {
		out["error_code"] = m.ErrorCode
	}
	return out
}

// refuse answers as Twilio does.
func refuse(w http.ResponseWriter, status, code int) {
	write(w, status, map[string]any{
		"code": code, "message": "fault on demand", "status": status,
		"more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code),
	})
}

// number reads a fault's code; without one it is the usual of the status.
func number(code string, status int) int {
	if n, err := strconv.Atoi(code); err == nil {
		return n
	}
	switch status {
	case http.StatusTooManyRequests:
		return 20429
	case http.StatusUnauthorized:
		return 20003
	case http.StatusInternalServerError:
		return 20500
	default:
		return 20001
	}
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}
