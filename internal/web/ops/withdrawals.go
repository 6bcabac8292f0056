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

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// Withdrawals records statements of withdrawal that came another way than online.
type Withdrawals interface {
	Enter(ctx context.Context, e withdrawals.Entry) (store.Withdrawal, error)
	Resolve(ctx context.Context, id, orderID, actor, note string) (store.Withdrawal, error)
}

// withdrawalsData is what the room of withdrawals shows.
type withdrawalsData struct {
	Unseen []store.Withdrawal // with something odd about them
	Due    []termRow          // whose money has not gone, the nearest deadline first
	Recent []store.Withdrawal
	Pages  struct{ Unseen, Due, Recent paging }
	Shops  []string
	// The form for a statement that came another way, as it was typed.
	Channels []string
	Typed    map[string]string
	Problem  string
	Lines    []item // of the order that it names, when they were asked for
}

// Open tells that the form shall stand open.
func (d withdrawalsData) Open() bool { return d.Problem != "" || len(d.Lines) > 0 }

// withdrawalView is one statement with everything that is known of it.
type withdrawalView struct {
	store.Withdrawal
	Order    store.Order
	Lines    []item
	Messages []store.Message
	Evidence []store.Evidence
	Intact   bool // the statement is the one that the evidence speaks of
	Audit    []store.AuditEntry
	Problem  string // why a form was refused
}

// flagWords say what is odd about a statement, and what to do.
var flagWords = map[string]string{
	withdrawals.Late:            "It came after the period, as far as it can be reckoned. It stands all the same until you have answered; check the date of possession, and that the consumer was told of the right with the order: else the period is twelve months longer. If it does not hold, write to the consumer why, then end the case: nothing is paid.",
	withdrawals.OrderUnknown:    "No order has this number. Find the order, and write to the consumer.",
	withdrawals.EmailDiffers:    "The order has another address. Make sure who asked before any money or data goes out.",
	withdrawals.Cancelled:       "The order was cancelled before it was shipped. See that the money went back.",
	withdrawals.NothingLeft:     "No unit of the order is left that could come back: see its cases and refunds.",
	withdrawals.NotShipped:      "The goods have not left. Stop them, then mark them as received so that the money goes back.",
	withdrawals.Excluded:        "It concerns goods that the shop says cannot be withdrawn from. Whether that holds is for you to say (Art. 16). If the consumer cannot withdraw, write why, then end the case: nothing is paid.",
	withdrawals.NotAcknowledged: "Too many statements came from this address or network, so no acknowledgement went by mail. The receipt page offered it; write yourself.",
	withdrawals.EmailUnusable:   "No mail can reach the address. Acknowledge it in another way, without delay.",
}

// Sayings gives the flags in words.
func (withdrawalsData) Sayings(w store.Withdrawal) []string { return sayings(w) }

// Sayings gives the flags in words.
func (v withdrawalView) Sayings() []string { return sayings(v.Withdrawal) }

func sayings(w store.Withdrawal) []string {
	var out []string
	for _, f := range w.Flags {
		if s, ok := flagWords[f]; ok {
			out = append(out, s)
		} else {
			out = append(out, plain(f))
		}
	}
	return out
}

func (c *console) withdrawals(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showWithdrawals(w, r, v, http.StatusOK, withdrawalsData{})
}

func (c *console) showWithdrawals(w http.ResponseWriter, r *http.Request, v visit, status int, data withdrawalsData) error {
	ctx := r.Context()
	var err error
	data.Unseen, data.Pages.Unseen, err = paged(r, "odd", func(limit int) ([]store.Withdrawal, error) { return c.Store.WithdrawalsUnseen(ctx, limit) })
	if err != nil {
		return err
	}
	var due []store.Term
	due, data.Pages.Due, err = paged(r, "due", func(limit int) ([]store.Term, error) { return c.Store.MoneyAhead(ctx, limit) })
	if err != nil {
		return err
	}
	if data.Due, err = c.termRows(r.Context(), due, v.now); err != nil {
		return err
	}
	data.Recent, data.Pages.Recent, err = paged(r, "recent", func(limit int) ([]store.Withdrawal, error) { return c.Store.WithdrawalsSeen(ctx, limit) })
	if err != nil {
		return err
	}
	data.Channels, data.Shops = withdrawals.Channels, c.Shops
	if data.Typed == nil {
		data.Typed = map[string]string{}
	}
	c.render(w, r, v, status, "withdrawals", "Withdrawals", data)
	return nil
}

func (c *console) oneWithdrawal(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showWithdrawal(w, r, v, "")
}

// showWithdrawal shows one statement; problem says why a form was refused.
func (c *console) showWithdrawal(w http.ResponseWriter, r *http.Request, v visit, problem string) error {
	ctx, status := r.Context(), http.StatusOK
	row, err := c.Store.Withdrawal(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := withdrawalView{Withdrawal: row}
	if row.OrderID != "" {
		if view.Order, err = c.Store.Order(ctx, row.OrderID); err != nil && !isNotFound(err) {
			return err
		}
	}
	for _, i := range row.Items {
		view.Lines = append(view.Lines, item{Line: lineOf(view.Order, i.LineID), Asked: i.Quantity})
	}
	if view.Messages, err = c.Store.MessagesAbout(ctx, row.OrderID, row.ID+" "); err != nil {
		return err
	}
	if view.Evidence, err = c.Store.EvidenceOf(ctx, "withdrawal:"+row.ID); err != nil {
		return err
	}
	view.Intact = withdrawals.Proven(row, withdrawals.Newest(view.Evidence))
	if view.Audit, err = c.Store.AuditOf(ctx, "withdrawal:"+row.ID, auditShown); err != nil {
		return err
	}
	if view.Problem = problem; problem != "" {
		status = http.StatusUnprocessableEntity
	}
	c.render(w, r, v, status, "withdrawal", "Withdrawal "+row.Reference, view)
	return nil
}

// seeWithdrawal records that a member of staff dealt with what is odd about a statement.
func (c *console) seeWithdrawal(w http.ResponseWriter, r *http.Request, v visit) error {
	id, note := r.PathValue("id"), text(r, "note")
	if note == "" {
		return c.done(w, r, v, "withdrawals", id, nil, "need_note")
	}
	err := c.mend(r.Context(), v, act{name: "see", object: "withdrawal:" + id, note: note, write: func(tx *store.Tx) ([]store.Task, error) {
		row, err := tx.Withdrawal(r.Context(), id)
		if err != nil {
			return nil, err
		}
		if !row.SeenAt.IsZero() {
			return nil, errStale
		}
		return nil, tx.SeeWithdrawal(r.Context(), id, note, v.now)
	}})
	return c.done(w, r, v, "withdrawals", id, err, "seen")
}

// resolveWithdrawal finds the order of a statement that opened no case.
func (c *console) resolveWithdrawal(w http.ResponseWriter, r *http.Request, v visit) error {
	id, note := r.PathValue("id"), text(r, "note")
	if note == "" {
		return c.done(w, r, v, "withdrawals", id, nil, "need_note")
	}
	row, err := c.Store.Withdrawal(r.Context(), id)
	if err != nil {
		return err
	}
	order, err := c.Store.OrderByNumber(r.Context(), row.Shop, orders.NumberKey(text(r, "order")))
	if isNotFound(err) {
		return c.showWithdrawal(w, r, v, "Nothing was done: this shop has no order of that number.")
	}
	if err != nil {
		return err
	}
	var f *fault.Error
	if _, err = c.Withdrawals.Resolve(r.Context(), id, order.ID, v.actor(), note); errors.As(err, &f) && f.Class == fault.Permanent {
		return c.showAgain(w, r, v, "withdrawals", id, again{Status: http.StatusConflict, Problem: "Nothing was done. " + f.Message})
	}
	if err == nil {
		err = c.mend(r.Context(), v, act{name: "resolve", object: "withdrawal:" + id, note: note})
	}
	return c.done(w, r, v, "withdrawals", id, err, "resolved")
}

// enterWithdrawal records a statement that came by letter, mail or telephone.
func (c *console) enterWithdrawal(w http.ResponseWriter, r *http.Request, v visit) error {
	lines, units, problem, err := c.entryLines(r)
	if err != nil {
		return err
	}
	finds := r.PostFormValue("find") != ""
	var e withdrawals.Entry
	if _, long := tooLong(r); problem == "" {
		problem = long
	}
	if problem == "" && !finds {
		e, problem = c.entry(r, v)
		e.Items = units
	}
	if problem == "" && !finds {
		row, err := c.Withdrawals.Enter(r.Context(), e)
		if err == nil {
			if err = c.mend(r.Context(), v, act{name: "enter", object: "withdrawal:" + row.ID, note: e.Note}); err == nil {
				return c.done(w, r, v, "withdrawals", row.ID, nil, "entered")
			}
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		problem = "Choose the shop."
	}
	status, typed := http.StatusUnprocessableEntity, map[string]string{}
	if finds && problem == "" {
		status = http.StatusOK // nothing is wrong: the lines are shown
	}
	for _, field := range []string{"shop", "channel", "sent", "name", "order", "email", "text", "note"} {
		typed[field] = r.PostFormValue(field)
	}
	return c.showWithdrawals(w, r, v, status, withdrawalsData{Problem: problem, Typed: typed, Lines: lines})
}

// entryLines gives the lines of the order that a statement names, when they were asked for or stand on the form, and the units
// that it withdraws from; none is the whole order.
func (c *console) entryLines(r *http.Request) (lines []item, units []returns.Item, problem string, err error) {
	stated := func(id string) (string, bool) {
		values, ok := r.PostForm["qty."+id]
		return strings.TrimSpace(strings.Join(values, "")), ok
	}
	finds := r.PostFormValue("find") != "" // reads the form
	if !finds && !r.PostForm.Has("lines") {
		return nil, nil, "", nil
	}
	order, err := c.Store.OrderByNumber(r.Context(), r.PostFormValue("shop"), orders.NumberKey(text(r, "order")))
	if isNotFound(err) {
		return nil, nil, "This shop has no order of that number. The statement can be recorded all the same, as it stands.", nil
	}
	if err != nil {
		return nil, nil, "", err
	}
	whole := true
	for _, line := range order.State.Order.Lines {
		if line.Cancelled {
			continue
		}
		typed, ok := stated(line.ID)
		if !ok {
			typed = strconv.Itoa(line.Quantity)
		}
		n, err := strconv.Atoi(cmp.Or(typed, "0"))
		if err != nil || n < 0 || n > line.Quantity {
			problem = "Write for each line how many units the statement is about, none at the least and all at the most."
		}
		lines = append(lines, item{Line: line, Asked: line.Quantity, Typed: typed})
		whole = whole && n == line.Quantity
		if n > 0 {
			units = append(units, returns.Item{LineID: line.ID, Quantity: n})
		}
	}
	switch {
	case problem == "" && len(units) == 0:
		problem = "A statement is about something: write how many units, of one line at least."
	case whole:
		units = nil
	}
	return lines, units, problem, nil
}

// entry reads the form; problem says what is missing.
func (c *console) entry(r *http.Request, v visit) (e withdrawals.Entry, problem string) {
	shop, ok := c.Shop(r.PostFormValue("shop"))
	if !ok {
		return e, "Choose the shop."
	}
	zone := shop.Zone
	if zone == nil {
		zone = time.UTC
	}
	sent, err := time.ParseInLocation("2006-01-02T15:04", r.PostFormValue("sent"), zone)
	switch {
	case !slices.Contains(withdrawals.Channels, r.PostFormValue("channel")):
		return e, "Say how it came."
	case err != nil, sent.After(v.now), sent.Before(v.now.AddDate(-3, 0, 0)):
		return e, "Say when it was sent: a date and a time, not in the future and not more than three years ago."
	case text(r, "name") == "":
		return e, "Write whose statement it is."
	case text(r, "text") == "":
		return e, "Write what it says, word for word."
	}
	return withdrawals.Entry{
		Statement: withdrawals.Statement{
			Shop: shop.ID, Name: text(r, "name"), Number: text(r, "order"), Email: text(r, "email"),
			Language: shop.Languages[0], Text: text(r, "text"),
		},
		Channel: r.PostFormValue("channel"), SentAt: sent, User: v.user.Name, Note: text(r, "note"),
	}, ""
}
