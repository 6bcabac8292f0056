package templates

import (
	"cmp"
	"html/template"
	"strings"

	"homeward/internal/messages"
	"homeward/internal/returns"
)

// letter is a mail in words, before it becomes HTML and text. Every string is ready to read; values inside sentences
// stand between isolates.
type letter struct {
	Words     Words
	Palette   palette
	Shop      Shop
	Subject   string
	Preheader string
	Headline  string
	Body      []string
	Quote     string // staff's own words
	QuoteName string
	Progress  *progress
	Sections  []section
	Button    string
	Link      template.URL
	Legal     *legal
	Foot      []string
}

// Title is the subject as the HTML's title, which knows no elements.
func (l letter) Title() string { return forLine(l.Subject, l.Words.Dir()) }

// ShopName is the sender's name as one line.
func (l letter) ShopName() string { return clean(l.Shop.Name) }

// Logo is the shop's picture, only from an https address.
func (l letter) Logo() template.URL {
	if strings.HasPrefix(l.Shop.Logo, "https://") {
		return safeURL(l.Shop.Logo)
	}
	return ""
}

// FallbackText introduces the bare address of the button.
func (l letter) FallbackText() string { return l.Words.T("foot.link") }

// Address is the shop's postal address as one line.
func (l letter) Address() string {
	return oneLine(addressLines(l.Shop.Name, l.Shop.Address), l.Words.Dir())
}

// section is one card: a title, facts, somebody's own words, lines of goods, amounts, a link, sentences.
type section struct {
	Title    string
	Facts    []fact
	Verbatim *verbatim
	Items    []itemLine
	Sums     []fact
	Link     template.URL
	Label    string // of the link
	Text     []string
}

// fact is a label and its value; Big ones are what the reader needs in hand; Lines is a value of several lines.
type fact struct {
	Label, Value string
	Big, Strong  bool
	Lines        []string
	Literal      bool // a code, a number, an address: isolated, never translated
}

// LeftToRight tells a code or a number that reads from left to right wherever it stands: the two halves of "483 920"
// would change places in an Arabic line, and some mail clients drop <bdi>, which they do not know.
func (f fact) LeftToRight() bool { return f.Literal && !hasRightToLeft(f.Value) }

// itemLine is one kind of goods.
type itemLine struct {
	Count, Title, Variant, Amount string
}

// compose puts a view into words.
func (r *Renderer) compose(v View, w Words) letter {
	c := composer{v: v, w: w, variant: variant(v)}
	c.values = c.variables()
	l := letter{
		Words: w, Palette: r.palette(v.Shop.Color), Shop: v.Shop,
		Subject: c.text("subject"), Preheader: c.text("preheader"), Headline: c.text("headline"),
		Body:     []string{c.text("body")},
		Progress: c.progress(), Link: v.link(), Button: w.T("button." + button(v)),
		Foot: c.foot(),
	}
	if c.has("more") {
		l.Body = append(l.Body, c.text("more"))
	}
	if v.Topic == messages.ReturnRejected && v.Case != nil && v.Case.Decision != "" {
		l.Quote, l.QuoteName = clean(v.Case.Decision), w.T("label.answer")
	}
	if k := v.claim(); strings.TrimSpace(k.Words) != "" {
		l.Quote, l.QuoteName = clean(k.Words), w.T(answerLabel(v.Topic))
	}
	if v.Topic == messages.ShipDelay && (v.Data.NewDate == "" || clean(v.Data.Text) != "") {
		l.Quote, l.QuoteName = cmp.Or(clean(v.Data.Text), w.T("ship_delay.reason")), w.T("label.reason")
	}
	l.Sections = c.sections()
	if v.Topic == messages.OrderPlaced {
		l.Legal = c.legal()
	}
	return l
}

// troubled lists the topics that are not good news.
var troubled = map[messages.Topic]bool{
	messages.AttemptFailed: true, messages.Delayed: true, messages.Customs: true, messages.AddressProblem: true,
	messages.Returning: true, messages.OrderCancelled: true, messages.ReturnRejected: true, messages.RefundFailed: true,
	messages.RefundNeedsYou: true, messages.PickupEndsSoon: true, messages.ClaimRefused: true, messages.ClaimExtended: true, messages.ShipDelay: true,
}

// button names where the mail's button leads: a parcel is followed only when there is one.
func button(v View) string {
	if v.gift() {
		return "return"
	}
	switch v.Topic {
	case messages.Shipped, messages.InTransit, messages.OutForDelivery, messages.ReadyForPickup, messages.PickupEndsSoon,
		messages.AttemptFailed, messages.Delayed, messages.Customs:
		if len(v.Parcels) == 0 {
			return "order"
		}
		return "follow"
	case messages.ReturnRequested, messages.ReturnApproved, messages.ReturnRejected, messages.ReturnReceived, messages.ReturnSendSoon:
		if v.Case != nil && v.Case.Kind == returns.Claim {
			return "claim"
		}
		return "return"
	case messages.ClaimReceived, messages.ClaimGranted, messages.ClaimRefused, messages.ClaimExtended:
		return "claim"
	case messages.StaffDeadline, messages.StaffReply:
		return "console"
	case messages.ShipDelay:
		return "delay"
	default:
		return "order"
	}
}

// composer puts the parts of one view into words.
type composer struct {
	v       View
	w       Words
	variant string
	values  map[string]any
}

// A bank takes so many business days to show a refund (Stripe: https://docs.stripe.com/refunds).
const (
	bankDaysFrom = 5
	bankDaysTo   = 10
)

// variables gives everything that a text of a message may name.
func (c composer) variables() map[string]any {
	v, refund := c.v, c.v.refund()
	values := map[string]any{
		"Shop": v.Shop.Name, "Number": v.number(), "Reference": v.withdrawal().Reference, "RMA": "", "Day": c.w.Day(v.Data.NewDate), "Until": c.w.Day(v.Data.Until),
		"Amount": "", "Count": c.w.Number(int64(len(v.Parcels))), "From": c.w.Number(bankDaysFrom), "To": c.w.Number(bankDaysTo),
	}
	if v.Case != nil {
		values["RMA"] = v.Case.RMA
	}
	if refund.Currency != "" {
		values["Amount"] = c.w.Money(refund.Amount, refund.Currency)
	}
	return values
}

// key finds the text of a part ("subject") for the variant, else for what that is a variant of, up to its topic. At each the text for
// the recipient of a gift goes first, when one reads.
func (c composer) key(part string) (string, bool) {
	name, gift := strings.CutSuffix(c.variant, giftSuffix)
	for {
		if key := name + giftSuffix + "." + part; gift && c.w.Has(key) {
			return key, true
		}
		if key := name + "." + part; c.w.Has(key) {
			return key, true
		}
		up := strings.LastIndexByte(name, '.')
		if up < 0 {
			return string(c.v.Topic) + "." + part, false
		}
		name = name[:up]
	}
}

func (c composer) has(part string) bool { _, ok := c.key(part); return ok }

func (c composer) text(part string) string {
	key, _ := c.key(part)
	if c.w.speech.plural(key) {
		return c.w.N(key, len(c.v.Parcels), c.values)
	}
	return c.w.T(key, c.values)
}

func (c composer) foot() []string {
	lines := []string{c.w.T("foot.why", c.values)}
	if messages.ToStaff(c.v.Topic) { // no shopper's contact
		return []string{c.w.T("foot.why_staff", c.values)}
	}
	if c.v.gift() {
		lines[0] = c.w.T("foot.why_gift", c.values)
	}
	if c.v.Topic == messages.WithdrawalReceived {
		if !c.v.Order.Known {
			lines[0] = c.w.T("foot.why_statement", c.values)
		}
		lines = append(lines, c.w.T("foot.not_you"))
	}
	if c.v.Shop.ReplyTo != "" {
		lines = append(lines, c.w.T("foot.contact", "Email", c.v.Shop.ReplyTo))
	}
	return lines
}

// safeURL lets only addresses of web pages into a link.
func safeURL(s string) template.URL {
	if (strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")) && !strings.ContainsAny(s, " \t\r\n\"<>\\^`{|}") {
		return template.URL(s) //nolint:gosec // checked above; html/template still escapes it for the attribute
	}
	return ""
}
