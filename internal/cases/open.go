package cases

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Open takes a request for a return by its buyer. The same nonce is the same case: a form posted twice opens one. The error is a
// *Refused when the policy does not take it, store.ErrNotFound for a shop that is not configured, or the store's.
func (d *Desk) Open(ctx context.Context, order store.Order, req returns.Request, nonce string) (store.Case, error) {
	shop, ok := d.Config.Shop(order.Shop)
	if !ok {
		return store.Case{}, store.ErrNotFound
	}
	req.Wish.Gift = false
	return d.take(ctx, func(tx *store.Tx) (store.Case, []store.Task, error) {
		return d.openOnce(ctx, tx, shop, order.ID, req, nonce, nil)
	})
}

// take opens a case in a transaction of its own and rings for what follows. It starts again when the twin of a form was faster, the
// number of the case is taken, or the order had news: then everything is asked as it is now.
func (d *Desk) take(ctx context.Context, once func(tx *store.Tx) (store.Case, []store.Task, error)) (store.Case, error) {
	var c store.Case
	var tasks []store.Task
	var err error
	for range openTries {
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			var err error
			c, tasks, err = once(tx)
			return err
		})
		if !errors.Is(err, store.ErrDuplicate) && !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	if err != nil {
		return store.Case{}, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return c, nil
}

// openTries bounds how often take starts again.
const openTries = 5

// openOnce gives the case that a form made before, else a new one and what is to be told of it. by is nil for the buyer.
func (d *Desk) openOnce(ctx context.Context, tx *store.Tx, shop *config.Shop, orderID string, req returns.Request, nonce string, by *asker) (store.Case, []store.Task, error) {
	c, err := tx.CaseByNonce(ctx, orderID, nonce)
	if !errors.Is(err, store.ErrNotFound) {
		return c, nil, err
	}
	if c, err = d.admit(ctx, tx, shop, orderID, req, nonce, by); err != nil {
		return store.Case{}, nil, err
	}
	tasks, err := d.tell(ctx, tx, shop, c)
	if err != nil {
		return c, nil, err
	}
	due, err := d.planEarly(ctx, tx, &c)
	return c, append(tasks, due...), err
}

// admit decides on a request by the shop's policy and the order as it is in this transaction, and stores the case.
func (d *Desk) admit(ctx context.Context, tx *store.Tx, shop *config.Shop, orderID string, req returns.Request, nonce string, by *asker) (store.Case, error) {
	c := store.Case{Nonce: nonce}
	var gift *store.Gift
	if by != nil {
		if err := by.admit(ctx, tx); err != nil {
			return store.Case{}, err
		}
		gift, c.GiftID, c.Recipient = &by.gift, by.gift.ID, by.who
	}
	order, err := tx.Order(ctx, orderID)
	if err != nil {
		return store.Case{}, err
	}
	decision, err := d.decide(ctx, tx, shop, order, req, "", gift)
	if err != nil {
		return store.Case{}, err
	}
	// The order's version makes two different requests at once take turns, so that no unit comes back twice.
	if err := tx.UpdateOrder(ctx, order); err != nil {
		return store.Case{}, err
	}
	now := d.Now()
	c.ID, c.Shop, c.OrderID, c.RMA, c.Kind, c.CreatedAt, c.UpdatedAt = id.New(now), shop.ID, orderID, id.RMA(), returns.Return, now, now
	grant(&c, req, decision)
	if err := tx.InsertCase(ctx, c); err != nil {
		return store.Case{}, err
	}
	if err := d.log(ctx, tx, c.ID, Shopper, "requested", ""); err != nil {
		return store.Case{}, err
	}
	return c, d.logApproval(ctx, tx, c)
}

// decide asks the shop's policy about a request. except is the case that the request is to replace, "" for a new one; gift is the one
// that its recipient asks with, nil for the buyer. The error is a *Refused when the policy does not take it.
func (d *Desk) decide(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, req returns.Request, except string, gift *store.Gift) (returns.Decision, error) {
	all, err := tx.CasesOf(ctx, order.ID)
	if err != nil {
		return returns.Decision{}, err
	}
	all = slices.DeleteFunc(all, func(c store.Case) bool { return c.ID == except })
	refunds, err := tx.RefundsOf(ctx, order.ID)
	if err != nil {
		return returns.Decision{}, err
	}
	now := d.Now()
	s := Situation(shop, order, all, refunds, now)
	if s.History, err = tx.HistoryOf(ctx, order, now); err != nil {
		return returns.Decision{}, err
	}
	if gift != nil {
		s.Gift = GiftOf(*gift, all)
	}
	decision, faults := Policy(shop).Decide(s, req)
	if faults == nil && !offers(shop, order, req.Wish.Method, gift != nil) {
		faults = returns.Faults{"method": returns.MethodUnknown}
	}
	if faults != nil {
		return decision, &Refused{Faults: faults}
	}
	return decision, nil
}

// grant writes on a case what was asked for and what the policy granted.
func grant(c *store.Case, req returns.Request, d returns.Decision) {
	c.State, c.Conditions = d.State, d.Conditions
	c.Items, c.Reason, c.Remedy, c.Note, c.Wish = chosen(req.Items), req.Reason, req.Remedy, req.Note, req.Wish
	if c.Remedy != returns.ExchangeRemedy {
		c.Wish.Exchange = nil
	}
	c.Answers = nil
	for _, reply := range req.Answers {
		if text := strings.TrimSpace(reply.Text); text != "" {
			c.Answers = append(c.Answers, returns.Reply{Question: reply.Question, Text: text})
		}
	}
}

// logApproval says in the log that nobody had to look, and by which rule.
func (d *Desk) logApproval(ctx context.Context, tx *store.Tx, c store.Case) error {
	if c.State != returns.Approved {
		return nil
	}
	note := "by the shop's policy"
	i := slices.IndexFunc(c.Conditions.Why, func(w returns.Why) bool { return w.Code == returns.ApprovedAtOnce && w.Rule != returns.DefaultRule })
	if i >= 0 {
		note += ", rule " + c.Conditions.Why[i].Rule
	}
	return d.log(ctx, tx, c.ID, System, "approved", note)
}

func chosen(items []returns.Item) []returns.Item {
	var out []returns.Item
	for _, item := range items {
		if item.Quantity > 0 {
			out = append(out, item)
		}
	}
	return out
}

// Changeable tells whether a return can still be asked for in another way: it waits or was approved, and nothing was sent,
// nothing came back and no money moved.
func Changeable(c store.Case, refunds []store.Refund) bool {
	waits := c.State == returns.Requested || c.State == returns.Approved
	paid := slices.ContainsFunc(refunds, func(r store.Refund) bool { return r.CaseID == c.ID })
	return c.Kind == returns.Return && waits && c.TrackingNumber == "" && len(c.Received) == 0 && !paid
}

// Change replaces what a return asks for, as long as it is Changeable; the policy decides anew, as it is now. The same again changes
// nothing and is told to nobody. The error is a
// *Refused when the policy does not take it (the case stays as it was), one that wraps returns.ErrStep when it is too late,
// store.ErrConflict when somebody else moved the case since c was read.
func (d *Desk) Change(ctx context.Context, c store.Case, req returns.Request) (store.Case, error) {
	shop, ok := d.Config.Shop(c.Shop)
	if !ok {
		return c, store.ErrNotFound
	}
	var changed store.Case
	var tasks []store.Task
	var err error
	for range openTries { // the order may have news meanwhile
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			var err error
			changed, tasks, err = d.changeOnce(ctx, tx, shop, c, req)
			return err
		})
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	if err != nil {
		return c, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return changed, nil
}

func (d *Desk) changeOnce(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case, req returns.Request) (store.Case, []store.Task, error) {
	was, err := tx.Case(ctx, c.ID)
	if err != nil {
		return c, nil, err
	}
	refunds, err := tx.RefundsOfCase(ctx, c.ID)
	if err != nil {
		return c, nil, err
	}
	if !Changeable(was, refunds) {
		return c, nil, fmt.Errorf("%w: change while %s", returns.ErrStep, was.State)
	}
	if was.Version != c.Version {
		return c, nil, store.ErrConflict
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return c, nil, err
	}
	gift, err := giftOf(ctx, tx, was)
	if err != nil {
		return c, nil, err
	}
	req.Wish.Gift = gift != nil
	decision, err := d.decide(ctx, tx, shop, order, req, c.ID, gift)
	if err != nil {
		return c, nil, err
	}
	now := was
	grant(&now, req, decision)
	if same, err := sameAs(now, was); err != nil || same {
		return was, nil, err
	}
	if err := tx.UpdateOrder(ctx, order); err != nil { // as for Open: two at once take turns
		return c, nil, err
	}
	now.UpdatedAt, now.Decision = d.Now(), ""
	if err := tx.UpdateCase(ctx, now); err != nil {
		return c, nil, err
	}
	now.Version++
	if err := d.log(ctx, tx, c.ID, Shopper, store.CaseChanged, "before: "+asked(was)); err != nil {
		return c, nil, err
	}
	if err := d.logApproval(ctx, tx, now); err != nil {
		return c, nil, err
	}
	tasks, err := d.tellStep(ctx, tx, shop, now, fmt.Sprintf("%s %d", now.State, now.Version))
	if err != nil {
		return now, nil, err
	}
	label, err := d.wantLabel(ctx, tx, shop, now)
	if err != nil {
		return now, nil, err
	}
	due, err := d.planEarly(ctx, tx, &now)
	return now, append(append(tasks, label...), due...), err
}

// asked says in codes what a case asked for.
func asked(c store.Case) string {
	parts := make([]string, 0, len(c.Items)+2)
	for _, item := range c.Items {
		parts = append(parts, fmt.Sprintf("%d × %s", item.Quantity, item.LineID))
	}
	return strings.Join(append(parts, string(c.Reason), string(c.Remedy), string(c.State)), ", ")
}

// sameAs tells that a change changes nothing: neither what is asked for nor what is granted. Nobody is told of it.
func sameAs(now, was store.Case) (bool, error) {
	a, err := json.Marshal(now)
	if err != nil {
		return false, err
	}
	b, err := json.Marshal(was)
	return bytes.Equal(a, b), err
}
