package ops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// claimEntry is the form for a claim that came another way than online, as it was typed.
type claimEntry struct {
	Shops    []string
	Channels []string
	Kinds    []choice
	Remedies []choice
	Lines    []item // of the order that it names
	Typed    map[string]string
	Nonce    string
	Problem  string
}

// Open tells that the form shall stand open.
func (e claimEntry) Open() bool { return e.Problem != "" || len(e.Lines) > 0 }

// claimFields are the fields of the form that a person types, beside the units.
var claimFields = []string{"shop", "order", "channel", "came", "kind", "remedy", "text", "note"}

// claimRemedies lists every remedy that a consumer can ask for, each once.
func claimRemedies() []returns.Remedy {
	var all []returns.Remedy
	for _, kind := range returns.ClaimKinds {
		for _, r := range returns.ClaimRemedies(kind) {
			if !slices.Contains(all, r) {
				all = append(all, r)
			}
		}
	}
	return all
}

// claimEntryOf makes the form: empty, or with what was typed.
func (c *console) claimEntryOf(r *http.Request) claimEntry {
	e := claimEntry{Shops: c.Shops, Channels: cases.ClaimChannels, Typed: map[string]string{}, Nonce: id.Secret()}
	if r.Method == http.MethodPost {
		for _, field := range claimFields {
			e.Typed[field] = text(r, field)
		}
		e.Nonce = cmp.Or(text(r, "nonce"), e.Nonce)
	}
	for _, k := range returns.ClaimKinds {
		e.Kinds = append(e.Kinds, choice{string(k), plain(k), string(k) == e.Typed["kind"]})
	}
	for _, m := range claimRemedies() {
		e.Remedies = append(e.Remedies, choice{string(m), plain(m), string(m) == e.Typed["remedy"]})
	}
	return e
}

// enterClaim records a claim that came by letter, mail or telephone. The first sending of the form shows the goods of the order, the
// second one chooses among them.
func (c *console) enterClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	_ = r.PostFormValue("shop") // reads the form
	form := c.claimEntryOf(r)
	_, long := tooLong(r)
	shop, ok := c.Shop(form.Typed["shop"])
	if !ok {
		form.Problem = "Choose the shop."
		return c.showClaims(w, r, v, http.StatusUnprocessableEntity, form)
	}
	order, err := c.Store.OrderByNumber(r.Context(), shop.ID, orders.NumberKey(form.Typed["order"]))
	switch {
	case isNotFound(err):
		form.Problem = "This shop has no order of that number. A claim is about goods of an order: look for it with the search above, by name or address."
		return c.showClaims(w, r, v, http.StatusUnprocessableEntity, form)
	case err != nil:
		return err
	}
	chosen := r.PostForm.Has("lines")
	entry, problem := form.read(r, v, shop, order)
	problem = cmp.Or(long, problem)
	if !chosen || problem != "" {
		status := http.StatusOK // nothing is wrong: the lines are shown
		if chosen || long != "" {
			status, form.Problem = http.StatusUnprocessableEntity, problem
		}
		return c.showClaims(w, r, v, status, form)
	}
	return c.recordClaim(w, r, v, form, order, entry)
}

func (c *console) recordClaim(w http.ResponseWriter, r *http.Request, v visit, form claimEntry, order store.Order, entry cases.ClaimEntry) error {
	k, err := c.Claims.EnterClaim(r.Context(), order, entry)
	if _, refused := errors.AsType[*cases.Refused](err); refused {
		form.Problem = "Something is missing: say what is wrong, with which goods, and what is wished."
		return c.showClaims(w, r, v, http.StatusUnprocessableEntity, form)
	}
	if err != nil {
		return err
	}
	entered := act{name: "enter claim", object: "case:" + k.ID, note: entry.Note}
	entered.write = func(tx *store.Tx) ([]store.Task, error) { // a form that was sent twice is one act
		before, err := tx.AuditOf(r.Context(), entered.object, 1)
		if err == nil && len(before) > 0 {
			err = errStale
		}
		return nil, err
	}
	if err := c.mend(r.Context(), v, entered); err != nil && !errors.Is(err, errStale) {
		return err
	}
	return c.done(w, r, v, "claims", k.ID, nil, "entered")
}

// read reads the form; problem says what is missing.
func (e *claimEntry) read(r *http.Request, v visit, shop *config.Shop, order store.Order) (entry cases.ClaimEntry, problem string) {
	units, problem := e.units(r, order)
	zone := shop.Zone
	if zone == nil {
		zone = time.UTC
	}
	came, err := time.ParseInLocation("2006-01-02T15:04", e.Typed["came"], zone)
	kind := returns.ClaimKind(e.Typed["kind"])
	remedy, fits := returns.ClaimRemedy(kind, e.Typed["remedy"])
	switch {
	case problem != "":
	case !slices.Contains(cases.ClaimChannels, e.Typed["channel"]):
		problem = "Say how it came."
	case err != nil, came.After(v.now), came.Before(v.now.AddDate(-3, 0, 0)):
		problem = "Say when it came: a date and a time, not in the future and not more than three years ago."
	case !slices.Contains(returns.ClaimKinds, kind):
		problem = "Say what is wrong."
	case !fits:
		problem = "Choose what is wished. For this the law knows: " + remediesFor(kind) + "."
	case e.Typed["text"] == "":
		problem = "Write what it says, word for word."
	}
	return cases.ClaimEntry{
		ClaimRequest: returns.ClaimRequest{Kind: kind, Items: units, Text: e.Typed["text"], Remedy: remedy},
		Channel:      e.Typed["channel"], CameAt: came, User: v.user.Name, Note: text(r, "note"), Nonce: e.Nonce,
	}, problem
}

func remediesFor(kind returns.ClaimKind) string {
	var all []string
	for _, r := range returns.ClaimRemedies(kind) {
		all = append(all, strings.ToLower(plain(r)))
	}
	return strings.Join(all, ", ")
}

// units reads the fields qty.<line id>, and puts the order's lines into the form. An order of one line is about that one.
func (e *claimEntry) units(r *http.Request, order store.Order) (units []returns.Item, problem string) {
	lines := slices.DeleteFunc(slices.Clone(order.State.Order.Lines), func(l orders.Line) bool { return l.Quantity <= 0 })
	for _, line := range lines {
		typed := strings.TrimSpace(r.PostFormValue("qty." + line.ID))
		if !r.PostForm.Has("lines") && len(lines) == 1 {
			typed = strconv.Itoa(line.Quantity)
		}
		n, err := strconv.Atoi(cmp.Or(typed, "0"))
		if err != nil || n < 0 || n > line.Quantity {
			problem = "Write for each line how many units the claim is about, none at the least and all at the most."
		}
		if n > 0 {
			units = append(units, returns.Item{LineID: line.ID, Quantity: n})
		}
		e.Lines = append(e.Lines, item{Line: line, Asked: line.Quantity, Typed: typed})
	}
	if problem == "" && len(units) == 0 {
		problem = "A claim is about something: write how many units, of one line at least."
	}
	return units, problem
}

func (c *console) claims(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showClaims(w, r, v, http.StatusOK, c.claimEntryOf(r))
}

// claimRows reads what the list shows of claims.
func (c *console) claimRows(ctx context.Context, rows []store.Claim, now time.Time) ([]claimView, error) {
	var out []claimView
	for _, row := range rows {
		view, err := c.viewClaim(ctx, row, now)
		if err != nil {
			return nil, err
		}
		out = append(out, view)
	}
	return out, nil
}
