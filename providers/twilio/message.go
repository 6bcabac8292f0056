// Package twilio sends SMS and reads Twilio's callbacks.
package twilio

import "time"

// Message is one SMS, ready to go.
type Message struct {
	To             string // E.164
	Body           string
	StatusCallback string        // carries our message id, so that a callback tells the SID even when the answer was lost
	ValidFor       time.Duration // Twilio drops it when it could not be handed on by then; 0: Twilio's default
}
