package shopper

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
)

// inputs is a return form as it was typed.
type inputs struct {
	quantities           map[string]string // by line id
	reason, remedy, note string
	nonce                string
}

// nonceForm is what a nonce looks like: ours, or a short one of another client.
var nonceForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// quantityField is what the name of a line's field begins with.
const quantityField = "qty."

// newNonce gives the identity of one form. It is made anew each time a form is shown for the first time.
func readInputs(r *http.Request) inputs {
	in := inputs{
		quantities: map[string]string{}, reason: r.PostForm.Get("reason"), remedy: r.PostForm.Get("remedy"),
		note: strings.ReplaceAll(r.PostForm.Get("note"), "\r\n", "\n"), nonce: r.PostForm.Get("nonce"),
	}
	for name, values := range r.PostForm {
		if id, ok := strings.CutPrefix(name, quantityField); ok && len(values) > 0 {
			in.quantities[id] = strings.TrimSpace(values[0])
		}
	}
	return in
}

// request puts what was typed into the rules' words. Fields that are no number are told by name.
func (in inputs) request(lines []returns.EligibleLine) (returns.Request, returns.Faults) {
	req := returns.Request{Reason: returns.Reason(in.reason), Remedy: returns.Remedy(in.remedy), Note: strings.TrimSpace(in.note)}
	faults := returns.Faults{}
	known := map[string]bool{}
	add := func(id string) {
		typed := in.quantities[id]
		if typed == "" {
			return
		}
		n, err := strconv.Atoi(typed)
		if err != nil {
			faults[quantityField+id] = returns.QuantityInvalid
			return
		}
		req.Items = append(req.Items, returns.Item{LineID: id, Quantity: n})
	}
	for _, l := range lines {
		known[l.Line.ID] = true
		add(l.Line.ID)
	}
	for id := range in.quantities {
		if !known[id] {
			add(id)
		}
	}
	return req, faults
}

// formPage is the return form.
type formPage struct {
	page.Frame
	Action  string
	Nonce   string
	Lines   []formLine
	Reasons []choice
	Remedy  []choice
	Note    string
	Errors  []formError
	Wrong   map[string]string // by field
	Down    bool              // the database is away; what was typed is kept
	Ways    *ways
	Any     bool // something can be returned
}

// formLine is a line of the order on the form.
type formLine struct {
	Field          string
	Title, Variant string
	Bought, Each   string
	Options        []choice // 0 … what is left
	Number         bool     // too many for a list: typed as a number
	Left           int
	Value          string
	Blocked        string // why it cannot be chosen
}

type choice struct {
	Value, Text string
	Chosen      bool
}

// formError is a line of the summary, which leads to its field.
type formError struct{ Field, Text string }

func (h *handler) showReturnForm(w http.ResponseWriter, r *http.Request, v *visit) {
	l, err := h.ledger(r, v)
	if err != nil {
		h.complain(r, "returns not read", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	p := h.form(v, l, inputs{nonce: id.Secret(), remedy: string(returns.RefundRemedy)})
	h.render(w, r, http.StatusOK, "return", p)
}

// openReturn takes the form. The same nonce is the same case, however often it is posted.
func (h *handler) openReturn(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	in := readInputs(r)
	l, err := h.ledger(r, v)
	if err != nil {
		h.complain(r, "returns not read", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	// After the ledger was read: a twin of this form that was faster is in both, or in neither.
	if nonceForm.MatchString(in.nonce) {
		if c, err := h.Store.CaseByNonce(r.Context(), v.order.ID, in.nonce); err == nil {
			h.toCase(w, r, v, c)
			return
		}
	}
	req, faults := in.request(l.lines)
	for field, code := range returns.Check(req, l.lines, l.verdict) {
		if _, told := faults[field]; !told {
			faults[field] = code
		}
	}
	if !nonceForm.MatchString(in.nonce) {
		faults["form"] = "form"
		in.nonce = id.Secret()
	}
	if len(faults) > 0 {
		h.formAgain(w, r, v, l, in, faults)
		return
	}
	h.open(w, r, v, l, in, req)
}

func (h *handler) open(w http.ResponseWriter, r *http.Request, v *visit, l ledger, in inputs, req returns.Request) {
	c, err := h.Cases.Open(r.Context(), v.order, req, in.nonce)
	if errors.Is(err, store.ErrDuplicate) {
		c, err = h.Store.CaseByNonce(r.Context(), v.order.ID, in.nonce)
	}
	var refused *cases.Refused
	switch {
	case err == nil:
		h.toCase(w, r, v, c)
	case errors.As(err, &refused):
		h.formAgain(w, r, v, l, in, refused.Faults)
	case errors.Is(err, store.ErrConflict) || fault.Of(err).Class == fault.Permanent:
		h.complain(r, "return not opened", err)
		h.formAgain(w, r, v, l, in, returns.Faults{"form": "changed"})
	default:
		h.complain(r, "return not opened", err)
		p := h.form(v, l, in)
		p.Down, p.Ways = true, h.ways(v.shop, v.words)
		h.render(w, r, http.StatusServiceUnavailable, "return", p)
	}
}

func (h *handler) toCase(w http.ResponseWriter, r *http.Request, v *visit, c store.Case) {
	http.Redirect(w, r, v.path+"/cases/"+c.RMA, http.StatusSeeOther) //nolint:gosec // a path of this page
}

// formAgain shows the form with everything typed and what is wrong with it.
func (h *handler) formAgain(w http.ResponseWriter, r *http.Request, v *visit, l ledger, in inputs, faults returns.Faults) {
	p := h.form(v, l, in)
	p.tell(v, faults)
	h.render(w, r, http.StatusUnprocessableEntity, "return", p)
}
