package returns

import (
	"slices"
	"time"
)

// The rules of the time to answer a complaint.
const (
	// ComplaintPL is 14 days from receipt, and silence accepts. Ustawa o prawach konsumenta (2014), art. 7a.
	ComplaintPL TermRule = "complaint.pl"
	// ComplaintSI is 30 days, and 15 more if the consumer is told before they end. ZVPot-1 (2023), on restoring conformity.
	ComplaintSI TermRule = "complaint.si"
	// ComplaintElsewhere is what the shop set itself. Directive (EU) 2019/771, Art. 14(1)(b): "a reasonable period".
	ComplaintElsewhere TermRule = "complaint"
)

// Complaint is what the time to answer depends on.
type Complaint struct {
	ReceivedAt time.Time
	NoticeAt   time.Time // when the consumer was told, with the reason, that it takes longer; zero: not
}

// AnswerTerm is a shop's time to answer a complaint.
type AnswerTerm struct {
	Term
	SilenceAccepts bool // when it ends without an answer, the complaint is accepted
	Extension      int  // days by which a notice before the end would make it longer; 0: it cannot, or it has
}

// ComplaintAnswer gives the end of a shop's time to answer a complaint, un-extended by weekends and holidays.
func ComplaintAnswer(c Contract, complaint Complaint) AnswerTerm {
	law := c.Law.Complaint
	if law.Days <= 0 {
		law = anyAnswer
	}
	came := Evidence{What: ComplaintCame, At: complaint.ReceivedAt.UTC()}
	due := c.strict(law.Rule, complaint.ReceivedAt, inDays(law.Days)).because(came)
	answer := AnswerTerm{Term: due, SilenceAccepts: law.SilenceAccepts, Extension: law.Extension}
	if law.Extension > 0 && !complaint.NoticeAt.IsZero() && complaint.NoticeAt.Before(due.End) {
		answer.Term = c.strict(law.Rule, complaint.ReceivedAt, inDays(law.Days+law.Extension)).
			because(came, Evidence{What: ExtensionNotice, At: complaint.NoticeAt.UTC()})
		answer.Extension = 0
	}
	return answer
}

// ReminderKind says which reminder it is.
type ReminderKind string

// The reminders.
const (
	HalfTime ReminderKind = "half_time"
	Escalate ReminderKind = "escalate" // between the two, where lateness costs most
	EndsSoon ReminderKind = "ends_soon"
)

// Reminder is when staff are to be reminded of a term.
type Reminder struct {
	Kind ReminderKind
	At   time.Time // UTC
}

// escalations gives further days, counted as the term counts them, on which staff are reminded. Polish silence accepts a
// claim, so its day 10 joins half time (day 7) and two days before the end (day 12).
var escalations = map[TermRule][]int{ComplaintPL: {10}}

// Reminders gives the times to remind of a term, in order: when half of it is over, and two days before the end, or a
// quarter of the term when that is less. None while it is open.
func Reminders(t Term) []Reminder {
	if t.End.IsZero() || !t.Since.Before(t.End) {
		return nil
	}
	length := t.End.Sub(t.Since)
	const soon = 48 * time.Hour
	list := []Reminder{{HalfTime, t.Since.Add(length / 2).Round(0).UTC()}, {EndsSoon, t.End.Add(-min(soon, length/4))}}
	for _, day := range escalations[t.Rule] {
		// The day begins as the one before it ends.
		if at := t.From.AddDays(day - 1).EndOfDay(t.Zone); at.After(t.Since) && at.Before(t.End) {
			list = append(list, Reminder{Escalate, at})
		}
	}
	slices.SortFunc(list, func(a, b Reminder) int { return a.At.Compare(b.At) })
	return list
}
