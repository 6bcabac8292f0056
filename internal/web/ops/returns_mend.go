package ops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"homeward/internal/fault"
	"homeward/internal/money"
	"homeward/internal/returns"
	"homeward/internal/store"
)

func (c *console) approveReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	words := text(r, "words")
	return c.moveCase(w, r, v, "approve", "approved", returns.Approve,
		func(k store.Case) (store.Case, error) { return c.Cases.Approve(r.Context(), k, v.actor(), words) })
}

func (c *console) rejectReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	words := text(r, "words")
	if words == "" {
		return c.done(w, r, v, "returns", r.PathValue("id"), nil, "need_words")
	}
	return c.moveCase(w, r, v, "reject", "rejected", returns.Reject,
		func(k store.Case) (store.Case, error) { return c.Cases.Reject(r.Context(), k, v.actor(), words) })
}

func (c *console) callOffReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.moveCase(w, r, v, "call off", "called_off", returns.CallOff,
		func(k store.Case) (store.Case, error) { return c.Cases.CallOff(r.Context(), k, v.actor()) })
}

// endReturn ends a case whose goods, or the rest of them, never came back.
func (c *console) endReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	note := text(r, "words")
	if note == "" {
		return c.done(w, r, v, "returns", r.PathValue("id"), nil, "need_note")
	}
	return c.moveCase(w, r, v, "end", "ended", returns.Settle,
		func(k store.Case) (store.Case, error) { return c.Cases.End(r.Context(), k, v.actor(), note) })
}

// proveDispatch records that the shopper proved to have sent the goods. A return moves with it.
func (c *console) proveDispatch(w http.ResponseWriter, r *http.Request, v visit) error {
	const action, notice = "proof of dispatch", "proven"
	k, err := c.Store.Case(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	note := text(r, "words")
	if k.Kind != returns.Return || note == "" {
		return c.noteOnCase(w, r, v, action, notice, c.Cases.ProofOfDispatch)
	}
	return c.moveCase(w, r, v, action, notice, returns.Send, func(k store.Case) (store.Case, error) {
		return k, c.Cases.ProofOfDispatch(r.Context(), k, v.actor(), note)
	})
}

// doubtProof records that what the shopper uploaded proves nothing.
func (c *console) doubtProof(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.noteOnCase(w, r, v, "doubt proof", "doubted", c.Cases.DoubtProof)
}

// noteOnCase keeps a fact about a case that moves nothing, with a note that says how staff know.
func (c *console) noteOnCase(w http.ResponseWriter, r *http.Request, v visit, action, notice string,
	do func(ctx context.Context, k store.Case, actor, note string) error,
) error {
	id, note := r.PathValue("id"), text(r, "words")
	if note == "" {
		return c.done(w, r, v, "returns", id, nil, "need_note")
	}
	k, err := c.Store.Case(r.Context(), id)
	if err != nil {
		return err
	}
	if err := do(r.Context(), k, v.actor(), note); err != nil {
		return err
	}
	err = c.mend(r.Context(), v, act{name: action, object: "case:" + id, note: note})
	return c.done(w, r, v, "returns", id, err, notice)
}

// payWithoutGoods lets the money go although the goods did not come.
func (c *console) payWithoutGoods(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.notedCase(w, r, v, "pay without goods", "let_go", c.Cases.PayWithoutGoods)
}

// fulfilReturn ends a return by exchange or repair.
func (c *console) fulfilReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.notedCase(w, r, v, "fulfil", "fulfilled", c.Cases.Fulfil)
}

// seenCase gives a case that is still as the form showed it, with its order; errStale when somebody moved it since.
func (c *console) seenCase(r *http.Request) (store.Case, store.Order, error) {
	k, err := c.Store.Case(r.Context(), r.PathValue("id"))
	if err != nil {
		return k, store.Order{}, err
	}
	if k.Version != seenGeneration(r) {
		return k, store.Order{}, errStale
	}
	order, err := c.Store.Order(r.Context(), k.OrderID)
	return k, order, err
}

// priceExchange says what the items that are wanted in exchange cost: the fields price.<place in the wish>.
func (c *console) priceExchange(w http.ResponseWriter, r *http.Request, v visit) error {
	k, order, err := c.seenCase(r)
	if errors.Is(err, errStale) {
		return c.done(w, r, v, "returns", k.ID, err, "")
	}
	if err != nil {
		return err
	}
	prices := map[int]int64{}
	for i, e := range k.Wish.Exchange {
		if e.Same() {
			continue
		}
		typed := strings.TrimSpace(r.PostFormValue("price." + strconv.Itoa(i)))
		price, err := amountOf(typed, order.State.Order.Currency)
		if err != nil || typed == "" || price < 0 {
			return c.showReturn(w, r, v, http.StatusUnprocessableEntity, problemOf("Nothing was done: write each price of one unit as a number with a point, like 12.50."))
		}
		prices[i] = price
	}
	_, err = c.Cases.Price(r.Context(), k, prices, v.actor())
	if errors.Is(err, returns.ErrStep) {
		err = errStale
	}
	if err == nil {
		err = c.mend(r.Context(), v, act{name: "price", object: "case:" + k.ID})
	}
	return c.done(w, r, v, "returns", k.ID, err, "priced")
}

// givePostage gives back what the shopper paid for the way back: the fields amount, and receipt when staff saw one.
func (c *console) givePostage(w http.ResponseWriter, r *http.Request, v visit) error {
	k, order, err := c.seenCase(r)
	if errors.Is(err, errStale) {
		return c.done(w, r, v, "returns", k.ID, err, "")
	}
	if err != nil {
		return err
	}
	typed, proven := r.PostFormValue("amount"), r.PostFormValue("receipt") != ""
	amount, err := amountOf(typed, order.State.Order.Currency)
	if err == nil {
		_, err = c.Cases.GivePostage(r.Context(), k, amount, proven, v.actor())
	} else {
		err = fault.New(fault.Permanent, "postage_invalid", "Write the postage as a number with a point, like 12.50.", err)
	}
	var f *fault.Error
	switch {
	case errors.Is(err, returns.ErrStep):
		err = errStale
	case errors.As(err, &f):
		return c.showReturn(w, r, v, http.StatusUnprocessableEntity, problemOf("Nothing was done. "+f.Message))
	case err == nil:
		note := "no receipt"
		if proven {
			note = "receipt seen"
		}
		err = c.mend(r.Context(), v, act{name: "postage", object: "case:" + k.ID, note: money.Decimal(amount, order.State.Order.Currency) + " " + order.State.Order.Currency + ", " + note})
	}
	return c.done(w, r, v, "returns", k.ID, err, "postage")
}

// notedCase does an act to a case that needs a note and does nothing when it was done before.
func (c *console) notedCase(w http.ResponseWriter, r *http.Request, v visit, action, notice string,
	do func(ctx context.Context, k store.Case, actor, note string) (store.Case, error),
) error {
	id, note := r.PathValue("id"), text(r, "words")
	if note == "" {
		return c.done(w, r, v, "returns", id, nil, "need_note")
	}
	k, err := c.Store.Case(r.Context(), id)
	if err != nil {
		return err
	}
	_, err = do(r.Context(), k, v.actor(), note)
	var f *fault.Error
	switch {
	case errors.Is(err, returns.ErrStep):
		return c.done(w, r, v, "returns", id, errStale, "")
	case errors.As(err, &f):
		return c.showReturn(w, r, v, http.StatusConflict, problemOf("Nothing was done. "+f.Message))
	case err != nil:
		return c.done(w, r, v, "returns", id, err, "")
	}
	err = c.mend(r.Context(), v, act{name: action, object: "case:" + id, note: note})
	return c.done(w, r, v, "returns", id, err, notice)
}

// errUnits: the quantities of a receipt are not quantities that can have come back.
var errUnits = errors.New("ops: quantities of a receipt")

func (c *console) receiveReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.moveCase(w, r, v, "receive", "received", returns.Receive,
		func(k store.Case) (store.Case, error) {
			items, err := receivedItems(r, k)
			if err != nil {
				return k, err
			}
			return c.Cases.Receive(r.Context(), k, items, v.actor())
		})
}

// receivedItems reads the fields qty.<line id>: none above what is still expected, at least one unit in all. A line whose
// units are all back already has no field.
func receivedItems(r *http.Request, k store.Case) ([]returns.Item, error) {
	var items []returns.Item
	for _, asked := range k.Items {
		left := asked.Quantity - quantityOf(k.Received, asked.LineID)
		if left <= 0 {
			continue
		}
		n, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("qty." + asked.LineID)))
		if err != nil || n < 0 || n > left {
			return nil, errUnits
		}
		if n > 0 {
			items = append(items, returns.Item{LineID: asked.LineID, Quantity: n})
		}
	}
	if len(items) == 0 {
		return nil, errUnits
	}
	return items, nil
}

// moveCase moves a return that is still as the form showed it, and audits. What the rules refuse comes back as a page with
// the reason and everything that was typed.
func (c *console) moveCase(w http.ResponseWriter, r *http.Request, v visit, action, notice string, step returns.Step,
	move func(store.Case) (store.Case, error),
) error {
	return c.moveCaseOr(w, r, v, action, notice, step, move, func(problem string) func(*caseView) {
		return problemOf(cmp.Or(problem, notices["need_units"].Text))
	})
}

// moveCaseOr is moveCase with what changes in the page when the form is shown again: for a problem, or for "" when the quantities cannot
// be taken.
func (c *console) moveCaseOr(w http.ResponseWriter, r *http.Request, v visit, action, notice string, step returns.Step,
	move func(store.Case) (store.Case, error), retype func(problem string) func(*caseView),
) error {
	k, err := c.Store.Case(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if k.Version != seenGeneration(r) || !takes(k, step) {
		err = errStale
	} else {
		_, err = move(k)
	}
	var f *fault.Error
	switch {
	case (isStale(err) || errors.Is(err, returns.ErrStep)) && hasTyped(r):
		return c.showReturn(w, r, v, http.StatusConflict, retype(keptWords))
	case errors.Is(err, returns.ErrStep):
		return c.done(w, r, v, "returns", k.ID, errStale, "")
	case errors.Is(err, errUnits), errors.Is(err, returns.ErrQuantity), errors.Is(err, returns.ErrLine):
		return c.showReturn(w, r, v, http.StatusUnprocessableEntity, retype(""))
	case errors.As(err, &f):
		return c.showReturn(w, r, v, http.StatusConflict, retype("Nothing was done. "+f.Message))
	case err != nil:
		return c.done(w, r, v, "returns", k.ID, err, "")
	}
	err = c.mend(r.Context(), v, act{name: action, object: "case:" + k.ID, note: text(r, "words")})
	return c.done(w, r, v, "returns", k.ID, err, notice)
}

// problemOf says on the page what is wrong with a form; what was typed is put back by [console.render].
func problemOf(problem string) func(*caseView) {
	return func(view *caseView) { view.Problem = problem }
}
