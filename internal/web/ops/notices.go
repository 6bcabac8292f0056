package ops

import "regexp"

// notice is a sentence at the head of a page after something was done.
type notice struct {
	Tone string // good | warn | bad
	Text string
	Of   string // the row it speaks of, when the page is a list
}

// notices are those that a redirect can name, so that nothing in an address becomes text on a page.
var notices = map[string]notice{
	"applied":   {Tone: "good", Text: "The event is on its way again. It leaves this list when it was applied."},
	"ignored":   {Tone: "good", Text: "Set aside. The event and your note stay on record."},
	"resent":    {Tone: "good", Text: "The message is on its way again."},
	"sent":      {Tone: "good", Text: "Marked as sent."},
	"dismissed": {Tone: "good", Text: "Let go. The message and its reason stay on record."},

	"dismissed_refund": {Tone: "good", Text: "Let go. The refund and its reason stay on record."},
	"too_old":          {Tone: "warn", Text: "Not sent: this news became too old to be true. Let it go instead."},
	"approved":         {Tone: "good", Text: "Approved. The shopper gets your words and the instructions."},
	"rejected":         {Tone: "good", Text: "Rejected. The shopper gets your words."},
	"received":         {Tone: "good", Text: "Marked as received. The refund follows by itself."},
	"ended":            {Tone: "good", Text: "Ended. What did not come back is not paid for."},
	"proven":           {Tone: "good", Text: "Noted: the goods were sent. The money may no longer wait for that."},
	"doubted":          {Tone: "good", Text: "Noted. Nothing changes for the shopper: write to them what you need to see."},
	"released":         {Tone: "good", Text: "Let go, with your name. The refund goes now, or waits to be paid by hand."},
	"yours":            {Tone: "bad", Text: "Nothing was done: you moved this case yourself, so somebody else must let its refund go."},
	"postage":          {Tone: "good", Text: "The postage goes back, and the shopper reads what it is for."},
	"priced":           {Tone: "good", Text: "Noted. A difference goes back to the shopper by itself; what is dearer is yours to collect."},
	"let_go":           {Tone: "good", Text: "The money goes now, though the goods did not come."},
	"fulfilled":        {Tone: "good", Text: "Noted. The case ends, unless money of it is still under way."},
	"call_again":       {Tone: "good", Text: "It is being sent again, under the same id."},
	"call_gone":        {Tone: "good", Text: "Let go. Your systems never heard of it; your note stays on record."},
	"unshipped":        {Tone: "good", Text: "The order was cancelled. What was paid goes back; the shopper and the shop's own systems are told."},
	"part_shipped":     {Tone: "bad", Text: "Nothing was done: a parcel that a carrier has does not say what is in it, or nothing is left. Give back by hand what was not shipped."},
	"delay_told":       {Tone: "good", Text: "The notice is on its way to the buyer. It counts when a mail server took it; until then the deadline stands."},
	"need_delay":       {Tone: "bad", Text: "Nothing was sent: enter the new date, or write to the buyer why there is none yet."},
	"delay_over":       {Tone: "bad", Text: "Nothing was sent: the order ships, its day has passed, or its buyer waits already without a date."},
	"delay_early":      {Tone: "bad", Text: "Nothing was sent: the new date must be later than the day that the buyer counts on."},
	"delay_same":       {Tone: "bad", Text: "Nothing was sent: the buyer was told the same, and can still answer. Enter another date, or another reason."},
	"delay_nobody":     {Tone: "bad", Text: "Nothing was sent: the order has no address for mail. Tell the buyer in another way."},
	"term_done":        {Tone: "good", Text: "Noted. The deadline stays on record as missed, with your note."},
	"seen":             {Tone: "good", Text: "Noted. The statement stays on record."},
	"resolved":         {Tone: "good", Text: "The statement belongs to this order now. Its goods are expected, and its money is due."},
	"entered":          {Tone: "good", Text: "Recorded, and acknowledged where there is an address."},
	"called_off":       {Tone: "good", Text: "Called off. The shopper keeps the goods."},
	"retried":          {Tone: "good", Text: "The refund is being tried again. Stripe is asked first, so nothing is paid twice."},
	"looking":          {Tone: "good", Text: "Stripe is being asked. What it does not know yet is issued then."},
	"settled":          {Tone: "good", Text: "Marked as paid otherwise. Your note stays on record."},
	"link_sent":        {Tone: "good", Text: "A fresh link goes to the address on the order, unless one went out in the last minutes."},
	"link_just":        {Tone: "warn", Text: "A fresh link went out less than a minute ago, so no second one was sent."},
	"revoked":          {Tone: "good", Text: "Every link to this order was revoked. A fresh link opens it again."},
	"stale":            {Tone: "warn", Text: "Nothing was done: this changed since you opened the page. Here is how it stands now."},
	"need_code":        {Tone: "bad", Text: "Nothing was done: enter the code of the store credit, the shopper reads it in the message and on the page."},
	"need_consent":     {Tone: "bad", Text: "Nothing was done: write where and when the shopper expressly agreed to be paid in another way than by card."},
	"need_note":        {Tone: "bad", Text: "Nothing was done: write a note first, so that others know why."},
	"need_words":       {Tone: "bad", Text: "Nothing was done: write to the shopper why it is rejected."},
	"need_units":       {Tone: "bad", Text: "Nothing was done: say how many units came back, at least one and no more than are expected."},
	"inspected":        {Tone: "good", Text: "Noted. The shopper is told what you found; what it brings follows by itself."},
	"answered":         {Tone: "good", Text: "Answered. The shopper gets your words."},
	"written":          {Tone: "good", Text: "Your words are on their way to the shopper."},
	"read":             {Tone: "good", Text: "Marked as read. The words stay in the log."},
	"wrote_again":      {Tone: "warn", Text: "Nothing was done: the shopper wrote again, or somebody was faster. Here is how it stands now."},
	"informed":         {Tone: "good", Text: "Noted. It stands in the log as evidence."},
	"need_letter":      {Tone: "bad", Text: "Nothing was sent: write something first."},
	"granted":          {Tone: "good", Text: "Granted. The shopper gets the answer and what happens next."},
	"refused":          {Tone: "good", Text: "Refused. The shopper gets your reasons and where to turn."},
	"extended":         {Tone: "good", Text: "Told. The new date counts from now on."},
	"reduced":          {Tone: "good", Text: "Noted. The amount goes back."},
	"looked_at":        {Tone: "good", Text: "Noted."},
	"label_again":      {Tone: "good", Text: "The label is being tried again. What was bought already is found, and not bought twice."},
}

var rowID = regexp.MustCompile(`^[0-9a-z-]{1,40}$`)

// noticeOf gives the notice of an address, nil when there is none.
func noticeOf(code, of string) *notice {
	n, ok := notices[code]
	if !ok {
		return nil
	}
	if rowID.MatchString(of) {
		n.Of = of
	}
	return &n
}
