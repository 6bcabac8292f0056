package shopper

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/delays"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
)

// delayPage is where a buyer in the United States answers a notice of delay: wait, or cancel (16 CFR 435.2(b)). It says the same as
// the mail.
type delayPage struct {
	page.Frame
	Action string
	Body   []string
	Reason string
	Agreed bool
	Rest   []string // of an order of which a carrier has a part: what is waited for
	Key    string   // of the texts of the choice
	Wait   bool     // agreeing is possible
	Nonce  string
	Errors []formError
}

// findDelay looks for a notice of delay that the buyer can answer. Only orders to the United States have any.
func (h *handler) findDelay(r *http.Request, v *visit) error {
	if !strings.EqualFold(v.order.State.Order.ShipTo.Country, "US") {
		return nil
	}
	all, err := h.Store.DelaysOf(r.Context(), v.order.ID)
	if last, ok := cases.Waiting(v.order, all); ok {
		v.delay = &last
	}
	return err
}

// delayAction leads from the order page to the choice.
func (v *visit) delayAction() action {
	a := action{
		Title: v.words.T("page.action.confirm_delay.title"), Text: v.words.T("ship_delay.preheader"), Href: v.path + "/delay",
		Here: v.words.T("button.delay"),
	}
	if !v.delay.ConsentAt.IsZero() {
		a.Title, a.Text, a.Here = v.words.T("ship_delay.headline"), v.words.T("page.delay.agreed"), v.words.T("page.delay.cancel")
		a.Calm = true
	}
	if rest, ok := returns.Unshipped(v.order.State); ok && len(rest) > 0 {
		a.Text = v.words.T("ship_delay.rest.preheader")
		if a.Calm {
			a.Title, a.Text, a.Here = v.words.T("ship_delay.rest.headline"), v.words.T("page.delay.agreed"), v.words.T("page.delay.rest.cancel")
		}
	}
	return a
}

func (h *handler) showDelay(w http.ResponseWriter, r *http.Request, v *visit) {
	if h.delayFound(w, r, v) {
		h.render(w, r, http.StatusOK, "delay", h.delayPage(v, nil))
	}
}

// delayFound tells whether there is a notice to answer; if not it has answered: the order page says how things are.
func (h *handler) delayFound(w http.ResponseWriter, r *http.Request, v *visit) bool {
	err := h.findDelay(r, v)
	switch {
	case err != nil:
		h.complain(r, "delays not read", err)
		h.down(w, r, v.shop, v.words)
	case v.delay == nil:
		http.Redirect(w, r, v.path, http.StatusSeeOther) //nolint:gosec // the path of this very page, whose token was verified
	default:
		return true
	}
	return false
}

// delayPage says what the newest notice says; its nonce is the notice, so that an answer is to what was read.
func (h *handler) delayPage(v *visit, wrong []formError) *delayPage {
	d, words := v.delay, v.words
	p := &delayPage{
		Frame: h.visitFrame(v, words.T("ship_delay.headline"), "/delay"), Action: v.path + "/delay", Nonce: d.ID, Errors: wrong,
		Agreed: !d.ConsentAt.IsZero(), Wait: !d.Answered() && (d.SilenceAt.IsZero() || v.now.Before(d.SilenceAt)),
	}
	body, more := "ship_delay.body", "ship_delay.more"
	if d.Reason != delays.NotReady { // in the words of the shop's staff
		p.Reason = d.Reason
	}
	p.Key = "page.delay"
	rest, part := returns.Unshipped(v.order.State)
	switch {
	case d.Revised.IsZero():
		p.Reason = cmp.Or(p.Reason, words.T("ship_delay.reason"))
	case d.Silence == returns.SilenceConsents:
		body, more = "ship_delay.consent.body", "ship_delay.consent.more"
	default:
		body = "ship_delay.date.body"
	}
	if part {
		p.Key, p.Rest, p.Title = "page.delay.rest", v.unitRows(rest), words.T("ship_delay.rest.headline")
		body, more = strings.NewReplacer("ship_delay.body", "ship_delay.rest.body", "consent.", "rest_consent.", "date.", "rest_date.").Replace(body), restMore(more)
	}
	values := []any{"Number", v.order.State.Order.Number, "Day", "", "Until", ""}
	if !d.Revised.IsZero() {
		values[3] = words.Day(d.Revised.String())
	}
	if !d.SilenceAt.IsZero() {
		values[5] = words.Date(d.SilenceAt.Add(-1))
	}
	p.Body = []string{words.T(body, values...)}
	if p.Wait {
		p.Body = append(p.Body, words.T(more, values...))
	}
	return p
}

// restMore names the text that says what silence means, of a part of an order.
func restMore(key string) string {
	if key == "ship_delay.more" {
		return "ship_delay.rest.more"
	}
	return key
}

// unitRows lists units as "2 × Cup".
func (v *visit) unitRows(units []returns.Item) []string {
	var rows []string
	for _, unit := range units {
		if line, ok := v.line(unit.LineID); ok {
			rows = append(rows, v.words.T("items.times", "Count", v.words.Number(int64(unit.Quantity)))+" "+line.Title)
		}
	}
	return rows
}

// answerDelay keeps the answer of the form's button: "wait" or "cancel".
func (h *handler) answerDelay(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	if !h.delayFound(w, r, v) {
		return
	}
	answer := r.PostForm.Get("answer")
	if (answer != "wait" && answer != "cancel") || r.PostForm.Get("nonce") != v.delay.ID {
		h.delayAgain(w, r, v, "page.delay.again")
		return
	}
	err := h.Cases.AnswerDelay(r.Context(), v.order, v.delay.ID, answer == "wait")
	switch {
	case errors.Is(err, store.ErrNotFound): // a newer notice came meanwhile
		h.delayAgain(w, r, v, "page.delay.again")
	case fault.Code(err) == cases.DelayOver:
		key := "page.delay.over"
		if _, part := returns.Unshipped(v.order.State); part {
			key = "page.delay.rest.over"
		}
		h.delayAgain(w, r, v, key)
	case err != nil && fault.Code(err) != cases.PartlyShipped:
		h.complain(r, "answer to a delay not kept", err)
		h.down(w, r, v.shop, v.words)
	default:
		http.Redirect(w, r, v.path, http.StatusSeeOther) //nolint:gosec // the path of this very page, whose token was verified
	}
}

// delayAgain shows the choice again, as it is now, with what was wrong.
func (h *handler) delayAgain(w http.ResponseWriter, r *http.Request, v *visit, key string) {
	v.delay = nil
	if h.delayFound(w, r, v) {
		h.render(w, r, http.StatusUnprocessableEntity, "delay", h.delayPage(v, []formError{{Field: "answer", Text: v.words.T(key)}}))
	}
}
