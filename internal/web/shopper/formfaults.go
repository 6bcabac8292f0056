package shopper

import (
	"slices"
	"strings"

	"homeward/internal/returns"
	"homeward/internal/web/page"
	"homeward/internal/web/upload"
)

// tell puts faults into words, in the order of the form; wrong are those of its files.
func (p *formPage) tell(v *visit, offer returns.Offer, wrong []upload.Fault, faults returns.Faults) {
	words := v.words
	add := func(field, anchor, text string) {
		p.Errors = append(p.Errors, formError{Field: anchor, Text: text})
		p.Wrong[field] = text
		for _, choices := range [][]choice{p.Reasons, p.Remedy} {
			for _, c := range choices {
				for i := range c.Asks {
					if c.Asks[i].Field == field {
						c.Asks[i].Wrong = text
					}
				}
			}
		}
	}
	if code, ok := faults["form"]; ok {
		add("form", "form", words.T("page.error."+string(code)))
	}
	if code, ok := faults["items"]; ok {
		add("items", "items", v.itemsFault(code))
	}
	known := map[string]bool{"form": true, "items": true, "reason": true, "remedy": true, "note": true, "method": true, "photos": true, "photo": true, "name": true, "email": true}
	for _, line := range p.Lines {
		known[line.Field] = true
		if code, ok := faults[line.Field]; ok {
			add(line.Field, line.Field, v.lineFault(line, code))
		}
	}
	for _, field := range []string{"reason", "remedy"} {
		if code, ok := faults[field]; ok {
			add(field, field, words.T(choiceFault(field, code)))
		}
	}
	p.tellAsked(v, offer, faults, known, add)
	p.tellRest(words, wrong, faults, add)
	for field := range faults {
		if !known[field] { // a line that is not, or no longer, in the order; a question that is not asked
			add("form", "items", words.T("page.error.changed"))
			break
		}
	}
}

// tellRest tells of photos, the way of sending and the note.
func (p *formPage) tellRest(words page.Words, wrong []upload.Fault, faults returns.Faults, add func(field, anchor, text string)) {
	var photos []string
	if _, ok := faults["photo"]; ok {
		photos = photoFaults(words, wrong)
	} else if _, ok := faults["photos"]; ok {
		photos = []string{words.T("page.error.photos")}
	}
	for _, text := range photos {
		add("photo", "photo", text)
	}
	if p.Photos != nil {
		p.Photos.Wrong = photos
	}
	if _, ok := faults["method"]; ok && len(p.Method) == 0 { // the shop offered it before
		add("form", "items", words.T("page.error.changed"))
	} else if ok {
		add("method", "method", words.T("page.error.method"))
	}
	for _, field := range []string{"name", "email"} { // of the recipient of a gift
		if _, ok := faults[field]; ok {
			add(field, field, words.T("page.gift.error."+field))
		}
	}
	if _, ok := faults["note"]; ok {
		add("note", "note", words.T("page.error.note"))
	}
}

// tellAsked tells of the fields that a choice brought with it.
func (p *formPage) tellAsked(v *visit, offer returns.Offer, faults returns.Faults, known map[string]bool, add func(field, anchor, text string)) {
	for _, rule := range offer.Reasons() {
		chosen := slices.ContainsFunc(p.Reasons, func(c choice) bool { return c.Chosen && c.Value == string(rule.Code) })
		for _, q := range rule.Questions {
			if code, ok := faults[answerField+q.Code]; ok && chosen {
				field, text := answerField+string(rule.Code)+"."+q.Code, v.words.T("page.error.answer", "Question", v.questionText(q))
				if code == returns.AnswerTooLong {
					text = v.words.T("page.error.answer_long")
				}
				known[answerField+q.Code] = true
				add(field, field, text)
			}
		}
	}
	for _, line := range p.Lines {
		field := exchangeField + strings.TrimPrefix(line.Field, quantityField)
		known[field] = true
		if _, ok := faults[field]; ok {
			add(field, field, v.words.T("page.error.exchange", "Title", line.Title))
		}
	}
}

func (v *visit) itemsFault(code returns.Code) string {
	switch code {
	case returns.NothingChosen:
		return v.words.T("page.error.items")
	case returns.WindowOver:
		return v.words.T("page.blocked.window")
	default:
		return v.words.T("page.form.none")
	}
}

// lineFault says what is wrong with a quantity, or why the shop does not take the line.
func (v *visit) lineFault(line formLine, code returns.Code) string {
	if key := "why." + string(code); line.Blocked == "" && v.words.Has(key) {
		return v.words.T("page.error.refused", "Title", line.Title, "Why", v.words.T(key))
	}
	return v.words.T("page.error.quantity", "Title", line.Title, "Max", line.Left)
}

func choiceFault(field string, code returns.Code) string {
	switch code {
	case returns.KeepTooValuable:
		return "page.error.keep"
	case returns.RemedyNotForLine, returns.ReasonNotForLine:
		return "page.error." + field + "_line"
	default:
		return "page.error." + field
	}
}
