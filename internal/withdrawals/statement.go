// Package withdrawals takes statements by which consumers withdraw from a contract (Directive 2011/83/EU, Art. 9 to 11a). A
// statement takes effect when it is sent: it is recorded and acknowledged at once, whatever its order, its time or the
// shop's policy; what is odd about it is flagged for staff, never refused.
package withdrawals

import (
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
)

// Statement is what a consumer confirmed, or what staff enter for one that came by letter.
type Statement struct {
	Shop    string
	OrderID string // behind a signed link; "" from the open form, where Number and Email find it
	// What the law lets us ask (Art. 11a(2)): the name, the contract, and where to send the acknowledgement. As typed, without
	// spaces around.
	Name, Number, Email string
	Items               []returns.Item // the goods concerned; none: the whole contract
	Language            string         // one of templates.Languages: of the page, the acknowledgement and Text
	Text                string         // the statement in full, as the consumer saw and confirmed it
	Button              string         // the label of the control that confirmed it
	Nonce               string         // of the form: confirmed twice, it is one statement
	Network, Agent      string         // where it came from: the client's network (clientip.Network) and user agent
}

// Receipt proves that a statement was recorded.
type Receipt struct {
	Key         string // of the receipt's page: 128 random bits, [A-Za-z0-9_-]
	Reference   string // for people: "W-7K2M9Q"
	Shop        string
	OrderID     string // "" while no order is known
	Name        string
	Number      string
	Email       string
	Language    string
	Text        string
	SubmittedAt time.Time      // when the statement took effect, UTC
	Zone        *time.Location // of the consumer, else of the shop
	// The last days for the goods and for the money; no day where there is none yet.
	SendBackBy, RefundBy calendar.Date
	RefundRule           returns.TermRule // by which the money is due; "": the Union's
	// Unsent tells that no acknowledgement goes to Email: it cannot be reached, or too many were asked for.
	Unsent bool
}
