package shopper

import (
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// appeal is how a shopper objects to what an inspection keeps back, and what became of it.
type appeal struct {
	ID    string // of the inspection
	Of    string // the one in whose place it stands, if any
	Can   bool
	Said  string // what the shopper wrote
	Waits bool   // nobody answered yet
	Field string // the id of the field on the page
	Typed string
	Wrong string
}

// appealOf tells how a shopper can object to one of a case's inspections, or did.
func appealOf(all []store.Inspection, one store.Inspection) appeal {
	a := appeal{ID: one.ID, Can: cases.Appealable(all, one), Said: one.Appeal, Waits: !one.AppealedAt.IsZero(), Field: "appeal-" + one.ID}
	for _, before := range all {
		if before.ReplacedBy == one.ID {
			a.Said, a.Of = before.Appeal, before.ID
		}
	}
	return a
}

// foundWord is the key of the words for what was found: what is not there is not merely not paid for.
func foundWord(i store.Inspection) string {
	if i.Grade.Absent() {
		return "page.case.found." + string(i.Grade)
	}
	return "page.case.found." + string(i.Outcome)
}

// objectTo keeps what a shopper says against an inspection; a person looks at it again. A form sent twice does it once, one with other words
// adds them until the answer is there. What is not kept is said, with the words.
func (h *handler) objectTo(w http.ResponseWriter, r *http.Request, v *visit) {
	c, l, ok := h.postedCase(w, r, v)
	if !ok {
		return
	}
	id, typed := r.PostForm.Get("inspection"), strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n"))
	if typed == "" || utf8.RuneCountInString(typed) > returns.MaxNote {
		h.appealAgain(w, r, v, h.casePage(r, v, c, l), id, typed, "page.error.appeal")
		return
	}
	err := h.Cases.Appeal(r.Context(), c, id, typed)
	switch fault.Code(err) {
	case cases.AppealOver:
		h.appealAgain(w, r, v, h.casePage(r, v, c, l), id, typed, "page.error.appeal_over")
	case cases.AppealFull:
		h.appealAgain(w, r, v, h.casePage(r, v, c, l), id, typed, "page.reply.full")
	default:
		if errors.Is(err, store.ErrNotFound) {
			h.refuse(w, r, http.StatusUnprocessableEntity)
			return
		}
		h.moved(w, r, v, c, err)
	}
}

// appealAgain shows the page with everything typed and what is wrong with it.
func (h *handler) appealAgain(w http.ResponseWriter, r *http.Request, v *visit, p *casePage, id, typed, wrong string) {
	for i := range p.Found {
		a := &p.Found[i].Appeal
		if (a.ID == id && (a.Can || a.Said != "")) || (id != "" && a.Of == id) {
			a.Typed, a.Wrong = typed, v.words.T(wrong)
			p.Errors = append(p.Errors, formError{Field: a.Field, Text: a.Wrong})
		}
	}
	if len(p.Errors) == 0 {
		h.refuse(w, r, http.StatusUnprocessableEntity)
		return
	}
	p.Speak = nil // another language would lose what was typed
	h.render(w, r, http.StatusUnprocessableEntity, "case", p)
}
