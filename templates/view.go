// Package templates holds the words: locales, mails, SMS and pages, and the renderer that puts an order into them. It
// reads nothing but its embedded files.
package templates

import (
	"time"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// Mail is a rendered mail.
type Mail struct {
	Subject string
	HTML    string
	Text    string
}

// View is everything a message or a shopper's page can say. It holds values, not words: the renderer formats amounts,
// dates and plurals by Language and Region, in Zone.
type View struct {
	Language string // one of Languages()
	Region   string // ISO 3166-1 alpha-2 for formats, may be ""
	Zone     *time.Location
	Now      time.Time
	Shop     Shop
	Order    orders.State
	Link     string // the shopper's order page
	Topic    messages.Topic
	Data     messages.Data
	Parcels  []orders.Parcel // those the message tells of
	Case     *Case
	Refund   *Refund
	// Withdrawal is what the messages of a withdrawal tell. Its acknowledgement to an address that is not on the order
	// comes without Order and Link: what is in them is not that reader's to see.
	Withdrawal *Withdrawal
	Claim      *Claim // beside Case, which has its number and its goods
}

// Shop is how a shop presents itself.
type Shop struct {
	ID      string
	Name    string
	Logo    string // an https URL, only for mails; pages load nothing from elsewhere
	Color   string // "#00aa55"
	Address string // the postal address, for the foot of a mail
	ReplyTo string
	// ReturnAddress is where returns go; Address when it is empty.
	ReturnAddress string
	Country       string
}

// Case is a return as its shopper sees it.
type Case struct {
	RMA            string
	Kind           returns.Kind
	State          returns.State
	Reason         returns.Reason
	Items          []CaseItem
	Note           string
	Decision       string // staff's words
	TrackingNumber string
	CreatedAt      time.Time
	Expected       int64               // what will be refunded when the goods come back, minor units; 0: no money, or not known
	Explained      []returns.Explained // what Expected consists of, to the cent
	Currency       string
	Refunds        []Refund
	Remedy         returns.Remedy
	Inspect        bool          // the goods are looked at before money goes
	Inspections    []Inspected   // in their order, those that were replaced included
	PaidBy         returns.Payer // of the way back; "": not told
	LabelFee       int64         // what the shop's label costs, minor units
	Method         returns.SendMethod
	Keep           bool      // the goods stay with the shopper
	SendBackBy     time.Time // a moment of the last day to send the goods, in View.Zone; zero: no such day
	Gift           bool      // asked for by the recipient of a gift: no amounts, and nothing of the order
	Settled        bool      // nothing more is paid when the goods arrive: it went before, or nothing is owed
}

// Inspected is what staff found of some units, as the shopper sees it.
type Inspected struct {
	ID        string
	Line      orders.Line
	Quantity  int
	Grade     returns.Grade
	Outcome   returns.Outcome
	Deduction int64 // minor units of the order's currency
	Reason    string
	Changed   bool // it stands in the place of another one, and keeps back less
}

// CaseItem is a part of a return.
type CaseItem struct {
	Line     orders.Line
	Quantity int
}

// Withdrawal is a statement of withdrawal as its messages tell it.
type Withdrawal struct {
	Reference           string // for people: "W-7K2M9Q"
	Number, Name, Email string // as typed
	Text                string // the statement in full, with its line breaks; "": Number, Name and Email are all it says
	Language            string // of Text; "": the mail's
	SubmittedAt         time.Time
	// The last days for the goods and for the money (Articles 14(1) and 13(1)), as an instant within that day in
	// View.Zone; zero: only the number of days is told.
	SendBackBy, RefundBy time.Time
	// RefundRule is the rule by which the money is due; "": the Union's.
	RefundRule returns.TermRule
	// Late says that the period had ended, as far as that is known. It is told only where Order is known.
	Late bool
}

// Claim is what a consumer says is wrong, and what was answered, as its messages tell it.
type Claim struct {
	Kind     returns.ClaimKind
	Text     string // in the consumer's words, with its line breaks; may be ""
	Language string // of Text; "": the mail's
	Wish     returns.Remedy
	CameAt   time.Time
	AnswerBy time.Time // a moment of the last day to answer, in View.Zone
	Silence  bool      // without an answer by then it counts as accepted
	Remedy   returns.Remedy
	ByLaw    bool   // nobody answered in time
	Words    string // staff's
	Notices  []returns.Notice
}

// Refund is money on its way back, as its shopper sees it.
type Refund struct {
	Amount    int64
	Currency  string
	Status    string // planned, issued, pending, requires_action, succeeded, failed, canceled, uncertain; paid: by hand
	Kind      string // of the payment: stripe, gift_card, …
	Reference string // the bank's reference; the code of store credit
	At        time.Time
	Postage   int64 // what of Amount is for the way back by the shopper's own carrier
}
