// Package fault is the one shape of an error that somebody must act on.
//
// An error carries a stable code (for tests, metrics and the console), a sentence for the person who must act, how
// the work that met it goes on (its Class), and the cause inside. Code and Message hold ids and codes only: never a
// name, an address, a phone number, a token or a text, because they reach the log, Redis and the console.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Class says what becomes of the unit of work that met the error.
type Class string

const (
	// Permanent says that trying again unchanged cannot help; the work ends in the console with its reason.
	Permanent Class = "permanent"
	// Later says that nothing happened outside; try again after a delay.
	Later Class = "later"
	// Uncertain says that the call may or may not have taken effect outside; look before trying again.
	Uncertain Class = "uncertain"
)

// Error is a failure with a code, a sentence and a class.
type Error struct {
	Code    string        // stable, snake_case: "bad_signature", "mailbox_unknown"
	Message string        // one sentence in plain English, for the person who must act; no personal data
	Class   Class         // "" counts as Later
	After   time.Duration // for Later: what the other side asked for (Retry-After); 0 when it said nothing
	Cause   error         // the error inside; it may hold personal data and is never logged as it stands
}

// New makes an Error.
func New(class Class, code, message string, cause error) *Error {
	return &Error{Code: code, Message: message, Class: class, Cause: cause}
}

// Error gives "code: message"; the cause stays inside.
func (e *Error) Error() string { return fmt.Sprintf("%s: %s", e.Code, e.Message) }

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Of gives the Error in err's chain. An error that has none becomes a Later with code "internal", whose message is
// fixed, so that a foreign error's text never leaks.
func Of(err error) *Error {
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return New(Later, "internal", "Something inside Homeward failed; it will be tried again.", err)
}

// Code gives the code of err, "" for nil.
func Code(err error) string {
	if err == nil {
		return ""
	}
	return Of(err).Code
}
