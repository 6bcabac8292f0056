package shopper

import (
	"context"
	"net/http"
	"unicode/utf8"

	"homeward/internal/cases"
	"homeward/internal/files"
	"homeward/internal/id"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/internal/web/upload"
)

// reply is how a shopper answers what staff wrote.
type reply struct {
	Nonce  string
	Typed  string
	Full   bool   // too many answers wait: no more until staff write
	Waits  bool   // the newest word is the shopper's
	Accept string // what the field for photos takes; "" when none can be kept
}

// replyOf gives the form of a case; nil when staff never wrote.
func (h *handler) replyOf(log []store.CaseStep) *reply {
	written, answerable := cases.Written(log)
	if !written {
		return nil
	}
	form := &reply{Nonce: id.Secret(), Full: !answerable}
	for _, s := range log {
		switch s.Step {
		case cases.Wrote:
			form.Waits = false
		case cases.Replied:
			form.Waits = true
		}
	}
	if h.Files != nil {
		form.Accept = upload.Accept
	}
	return form
}

// replyTo keeps a shopper's answer to a letter. Its photos belong to the case as soon as they are here, so that nothing has to be
// sent again when the rest is not right. Sent twice it is kept once.
func (h *handler) replyTo(w http.ResponseWriter, r *http.Request, v *visit) {
	c, l, ok := h.findCase(w, r, v)
	if !ok {
		return
	}
	form, ok := h.readForm(w, r, v, upload.Spec{
		About:  uploads.About{Shop: v.shop.ID, OrderID: v.order.ID, CaseID: c.ID, Purpose: store.PhotoFile, By: v.uploader()},
		Fields: []string{"photo"},
	})
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	r = r.WithContext(ctx)
	p := h.casePage(r, v, c, l)
	if p.Reply == nil {
		h.toCase(w, r, v, c)
		return
	}
	words := plainText(form.Values.Get("text"))
	status := p.replyFaults(v, form, words)
	if len(p.Errors) == 0 {
		h.moved(w, r, v, c, h.Cases.Reply(ctx, c, form.Nonce, words))
		return
	}
	p.Reply.Typed, p.Speak = words, nil // another language would lose what was typed
	if !form.Forged {
		p.Reply.Nonce = form.Nonce
	}
	h.render(w, r, status, "case", p)
}

// replyFaults says on the page what is wrong with an answer, and gives the status to show it with.
func (p *casePage) replyFaults(v *visit, form upload.Form, words string) int {
	status := http.StatusUnprocessableEntity
	p.Wrong = map[string]string{}
	wrong := func(field, text string) {
		p.Wrong[field] = text
		p.Errors = append(p.Errors, formError{Field: field, Text: text})
	}
	switch {
	case p.Reply.Full:
		wrong("reply", v.words.T("page.reply.full"))
	case words == "" || utf8.RuneCountInString(words) > cases.MaxReply:
		wrong("reply", v.words.T("page.error.reply"))
	case form.Forged:
		wrong("reply", v.words.T("page.error.form"))
	}
	if len(form.Faults) > 0 {
		wrong("reply-photo", photoWords(v.words, form.Faults[0].Code))
		if form.Faults[0].Code == files.Unavailable {
			status = http.StatusServiceUnavailable
		}
	}
	return status
}
