// Package smtp hands mails to a mail server, over kept connections.
package smtp

import "time"

// Message is one mail, ready to go.
type Message struct {
	From       string // "Acme <orders@acme.example>"
	To         string // a bare address
	ToName     string
	ReplyTo    string // a bare address, or ""
	Subject    string
	HTML       string
	Text       string
	MessageID  string   // without angle brackets; the same on every attempt
	References []string // Message-IDs without angle brackets, oldest first
	// Date is the message's own date, the same on every attempt.
	Date time.Time
	// Language goes into Content-Language: "pl".
	Language string
}

// Receipt is the server's answer to an accepted mail.
type Receipt struct {
	QueueID string // the queue id when the answer names one, else ""
}
