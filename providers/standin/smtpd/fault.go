package smtpd

import (
	"sync"
	"time"
)

// Verb is a step of the conversation at which the stand-in can fail.
type Verb string

// The steps, in their order. Content is between the go-ahead and the first byte of the content: only Delay and Cut can
// happen there. AfterDot is the answer to a mail's whole content.
const (
	Connect  Verb = "CONNECT"
	Ehlo     Verb = "EHLO"
	StartTLS Verb = "STARTTLS"
	Auth     Verb = "AUTH"
	Mail     Verb = "MAIL"
	Rcpt     Verb = "RCPT"
	Data     Verb = "DATA" // before the content; only in clear, where the line can be read
	Content  Verb = "CONTENT"
	AfterDot Verb = "."
)

// Fault is what goes wrong at a step. The zero Fault is none.
type Fault struct {
	Code     int           // the answer, "451 4.3.0 text"; 0: the usual one
	Enhanced [3]int        // {5, 1, 1}; zero: none is said
	Text     string        // "" is a usual one
	Cut      bool          // end the line instead of answering
	Delay    time.Duration // wait before the answer, or before the cut
	Keep     bool          // at AfterDot: the mail was accepted, although the answer does not say so
}

// Call is one step that a client took.
type Call struct {
	Connection int // 1 for the first connection of the server
	Verb       Verb
	Argument   string // the address at MAIL and RCPT, the mechanism at AUTH, the name at EHLO
}

// script holds the faults to come and the calls that were.
type script struct {
	mu    sync.Mutex
	next  map[Verb][]Fault
	hook  func(Call) Fault
	calls []Call
}

// Fail makes the next calls of a verb fail, one fault each.
func (s *script) Fail(verb Verb, faults ...Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = map[Verb][]Fault{}
	}
	s.next[verb] = append(s.next[verb], faults...)
}

// Clear forgets what Fail has in store for a verb.
func (s *script) Clear(verb Verb) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.next, verb)
}

// Hook asks f at every step for which Fail has nothing in store; nil ends it. It is called from many goroutines.
func (s *script) Hook(f func(Call) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = f
}

// Calls gives every step that clients took, in order.
func (s *script) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Count gives how often a verb was called.
func (s *script) Count(verb Verb) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c.Verb == verb {
			n++
		}
	}
	return n
}

// at records a call and gives its fault.
func (s *script) at(c Call) Fault {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	if f := s.next[c.Verb]; len(f) > 0 {
		s.next[c.Verb] = f[1:]
		s.mu.Unlock()
		return f[0]
	}
	hook := s.hook
	s.mu.Unlock()
	if hook == nil {
		return Fault{}
	}
	return hook(c)
}
