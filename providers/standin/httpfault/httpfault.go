// Package httpfault is how the stand-ins of HTTP APIs fail on demand and record who called.
package httpfault

import (
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Fault is what goes wrong with one request. The zero Fault is none.
type Fault struct {
	Status int    // answer with this status …
	Code   string // … and the vendor's own error code; "" is a usual one
	Body   string // … or with exactly this body
	// Header goes with the answer: Retry-After, Location.
	Header http.Header
	// Delay waits first; the caller giving up ends it.
	Delay time.Duration
	// Cut ends the line without an answer.
	Cut bool
	// Effect lets the request take effect before it fails.
	Effect bool
}

// Call is one request that came.
type Call struct {
	Method string
	Path   string
	Query  url.Values
	Form   url.Values // the body's
	Header http.Header
}

// Script holds the faults to come and the calls that were. The zero Script is ready.
type Script struct {
	mu    sync.Mutex
	next  map[string][]Fault
	hook  func(Call) Fault
	calls []Call
}

// Fail makes the next requests fail, one fault each. The route is a method and the start of a path: "POST /v1/refunds".
func (s *Script) Fail(route string, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = map[string][]Fault{}
	}
	s.next[route] = append(s.next[route], faults...)
}

// Hook asks f at every request for which Fail has nothing in store; nil ends it. It is called from many goroutines.
func (s *Script) Hook(f func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// Calls gives every request that came, in order.
func (s *Script) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Count gives how many requests of a route came.
func (s *Script) Count(route string) int {
	n := 0
	for _, c := range s.Calls() {
		if strings.HasPrefix(c.Method+" "+c.Path, route) {
			n++
		}
	}
	return n
}

// At records a request and gives its fault. It reads the form.
func (s *Script) At(r *http.Request) Fault {
	r.Body = http.MaxBytesReader(nil, r.Body, 1<<20)
	_ = r.ParseForm()
	c := Call{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Form: r.PostForm, Header: r.Header.Clone()}
	route := c.Method + " " + c.Path
	s.mu.Lock()
	s.calls = append(s.calls, c)
	longest := ""
	for prefix, faults := range s.next {
		if len(faults) > 0 && strings.HasPrefix(route, prefix) && len(prefix) > len(longest) {
			longest = prefix
		}
	}
	if longest != "" {
		f := s.next[longest][0]
		s.next[longest] = s.next[longest][1:]
		s.mu.Unlock()
		return f
	}
	hook := s.hook
	s.mu.Unlock()
	if hook == nil {
		return Fault{}
	}
	return hook(c)
}

// Fails tells that the request is not answered as usual.
func (f Fault) Fails() bool { return f.Cut || f.Status != 0 || f.Body != "" }

// Wait waits for Delay, or until the caller gives up.
func (f Fault) Wait(r *http.Request) {
	if f.Delay <= 0 {
		return
	}
	t := time.NewTimer(f.Delay)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}

// Play answers as the fault says; vendor writes the vendor's own error when no Body is given.
func (f Fault) Play(w http.ResponseWriter, vendor func(status int, code string)) {
	maps.Copy(w.Header(), f.Header)
	switch {
	case f.Cut:
		panic(http.ErrAbortHandler) // net/http's way to end the line
	case f.Body != "":
		if f.Status != 0 {
			w.WriteHeader(f.Status)
		}
		_, _ = io.WriteString(w, f.Body)
	default:
		vendor(f.Status, f.Code)
	}
}
