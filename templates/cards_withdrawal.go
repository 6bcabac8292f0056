package templates

import (
	"cmp"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"homeward/internal/messages"
	"homeward/internal/returns"
)

// complete refuses an acknowledgement without the statement and its time: such a mail would only look like one
// (Directive 2011/83/EU, Article 11a(4)).
func complete(v View) error {
	if v.Topic != messages.WithdrawalReceived {
		return nil
	}
	k := v.withdrawal()
	if k.SubmittedAt.IsZero() || strings.TrimSpace(k.Text+k.Number+k.Name) == "" {
		return errors.New("templates: an acknowledgement of a withdrawal needs the statement and its time")
	}
	return nil
}

// number gives the order's number, else the one that was typed.
func (v View) number() string { return cmp.Or(v.Order.Order.Number, v.withdrawal().Number) }

// statement shows what was declared and when, word for word.
func (c composer) statement() section {
	k := c.v.withdrawal()
	s := section{Title: c.w.T("withdrawal.statement"), Facts: []fact{
		{Label: c.w.T("label.withdrawal"), Value: clean(k.Reference), Literal: true},
		{Label: c.w.T("label.sent_at"), Value: c.w.Instant(k.SubmittedAt)},
	}}
	if strings.TrimSpace(k.Text) != "" {
		s.Verbatim = newVerbatim(k.Text, cmp.Or(k.Language, c.w.Lang()))
		return s
	}
	for _, said := range []struct{ label, value string }{{"label.order", k.Number}, {"label.name", k.Name}, {"label.email", k.Email}} {
		if value := clean(said.value); value != "" {
			s.Facts = append(s.Facts, fact{Label: c.w.T(said.label), Value: value, Literal: true})
		}
	}
	return s
}

// afterStatement tells both sides' duties and their last days. It promises nothing about single goods: an acknowledgement
// is about receipt. In Great Britain the time to pay runs from the goods or the proof that they were sent (SI 2013/3134, reg. 34), and in
// the United States no law says when they go back.
func (c composer) afterStatement() section {
	k, within := c.v.withdrawal(), c.w.N("days.within", statutoryDays)
	s := section{Title: c.w.T("withdrawal.next")}
	if !k.SendBackBy.IsZero() {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.send_back_by"), Value: c.w.Date(k.SendBackBy), Big: true})
	}
	goods, refund, wait := "withdrawal.next.goods", "withdrawal.next.refund", "withdrawal.next.wait"
	switch k.RefundRule {
	case returns.RefundGB:
		refund, wait = refund+".goods", wait+".goods"
	case returns.RefundUS:
		goods, refund, wait = goods+".open", refund+".day", ""
	}
	s.Text = []string{c.w.T(goods, "Within", within)}
	if address := c.v.Shop.returnAddress(); address != "" {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.send_to"), Lines: addressLines(c.v.Shop.Name, address), Literal: true})
	} else {
		s.Text = append(s.Text, c.w.T("withdrawal.next.no_address"))
	}
	s.Facts = append(s.Facts, c.refundBy()...)
	s.Text = append(s.Text, c.w.T(refund, "Within", within))
	if wait != "" {
		s.Text = append(s.Text, c.w.T(wait))
	}
	return s
}

func (c composer) refundBy() []fact {
	by := c.v.withdrawal().RefundBy
	if by.IsZero() {
		return nil
	}
	return []fact{{Label: c.w.T("label.refund_by"), Value: c.w.Date(by), Big: true}}
}

// withdrawnGoods shows which withdrawal the goods belong to and when the money is due.
func (c composer) withdrawnGoods() section {
	s := section{Title: c.w.T("label.refund"), Facts: c.refundBy()}
	for _, said := range []struct{ label, value string }{{"label.withdrawal", c.v.withdrawal().Reference}, {"label.order", c.v.number()}} {
		if value := clean(said.value); value != "" {
			s.Facts = append(s.Facts, fact{Label: c.w.T(said.label), Value: value, Literal: true})
		}
	}
	return s
}

// verbatim is somebody's own words, line by line, in their own direction.
type verbatim struct {
	Lang, Dir string
	Lines     []string
}

func newVerbatim(text, lang string) *verbatim {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(text)
	k := &verbatim{Lang: lang, Dir: Direction(lang)}
	for line := range strings.SplitSeq(strings.Trim(text, "\n"), "\n") {
		k.Lines = append(k.Lines, harmless(line))
	}
	return k
}

// Side is where lines of this direction start, for the align attribute.
func (k verbatim) Side() string {
	if k.Dir == "rtl" {
		return "right"
	}
	return "left"
}

// plain indents the lines, so that nothing in them can pass for a line of the mail. Words that run the other way than the
// mail stand between isolates, and a mark in front says which way, whatever their first letter is.
func (k *verbatim) plain(dir string) []string {
	if k == nil {
		return nil
	}
	mark := leftToRightMark
	if k.Dir == "rtl" {
		mark = rightToLeftMark
	}
	lines := make([]string, len(k.Lines))
	for i, line := range k.Lines {
		switch {
		case strings.TrimSpace(line) == "":
		case k.Dir != dir:
			lines[i] = "  " + firstStrongIsolate + mark + forLine(line, k.Dir) + popIsolate
		default:
			lines[i] = "  " + lineStart(dir) + forLine(line, dir)
		}
	}
	return lines
}

// harmless keeps a line as it is, but for what would reach beyond it: control characters and characters that steer
// direction. Pairs of isolates stay: the words of right-to-left languages come with them.
func harmless(line string) string {
	if !paired(line) {
		line = withoutIsolates(line)
	}
	return strings.Map(func(r rune) rune {
		isolate := r == '\u2068' || r == '\u2069'
		switch {
		case r == utf8.RuneError, steersDirection(r) && !isolate:
			return -1
		case unicode.IsControl(r):
			return ' '
		default:
			return r
		}
	}, line)
}

// paired tells whether every isolate of a line is closed before the next one opens.
func paired(line string) bool {
	open := false
	for _, r := range line {
		if (r == '\u2068' && open) || (r == '\u2069' && !open) {
			return false
		}
		open = r == '\u2068' || (open && r != '\u2069')
	}
	return !open
}
