package cases

import (
	"context"
	"errors"
	"slices"
	"strings"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Approve lets a return that waits for staff go ahead; words are for the shopper and may be empty. Pressed twice it does it
// once. An error that wraps returns.ErrStep means that the case moved on meanwhile.
func (d *Desk) Approve(ctx context.Context, c store.Case, actor, words string) (store.Case, error) {
	return d.move(ctx, c.ID, func(c *store.Case) { c.Decision = words }, returns.Approve, actor, words)
}

// Reject ends a return with words to the shopper.
func (d *Desk) Reject(ctx context.Context, c store.Case, actor, words string) (store.Case, error) {
	return d.move(ctx, c.ID, func(c *store.Case) { c.Decision = words }, returns.Reject, actor, words)
}

// CallOff ends a return because the goods stay where they are.
func (d *Desk) CallOff(ctx context.Context, c store.Case, actor string) (store.Case, error) {
	return d.move(ctx, c.ID, nil, returns.CallOff, actor, "")
}

// End ends a case whose goods, or whose rest, never came back: nothing more is owed for what stayed away. So ends a withdrawal too that
// came late or concerns excluded goods, wherever these are: the shop says that it does not hold. An error that wraps
// returns.ErrStep means that the case is over; a *fault.Error that money of it is owed, or still under way.
func (d *Desk) End(ctx context.Context, c store.Case, actor, note string) (store.Case, error) {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := readAgain(ctx, tx, &c); err != nil {
			return err
		}
		refunds, err := tx.RefundsOfCase(ctx, c.ID)
		if err != nil {
			return err
		}
		owed, err := d.owedWithoutGoods(ctx, tx, c)
		if err != nil {
			return err
		}
		if _, odd, err := odd(ctx, tx, c); err != nil {
			return err
		} else if owed && !odd {
			return fault.New(fault.Permanent, "money_owed", "The goods were sent, or never left you: the money is owed. Mark them as received, and it goes back.", nil)
		}
		if slices.ContainsFunc(store.Standing(refunds), func(r store.Refund) bool { return r.Status != store.RefundSucceeded }) {
			return fault.New(fault.Permanent, "money_under_way", "A refund of this case has not arrived yet; wait for it, or mend it first.", nil)
		}
		return d.step(ctx, tx, &c, returns.Settle, actor, note)
	})
	return c, err
}

// ProofOfDispatch records that the shopper proved to have sent the goods: from then on the shop may no longer wait for those of a
// withdrawal (Directive 2011/83/EU, Art. 13(3)), or of a contract that ended for a defect (Directive (EU) 2019/771, Art. 16(3)). A
// return is on its way with it, as by a carrier's scan, and its money goes when it waits for that alone. Said twice it is kept
// once. An error that wraps returns.ErrStep says that the return cannot be on its way any more.
func (d *Desk) ProofOfDispatch(ctx context.Context, c store.Case, actor, note string) error {
	if c.Kind != returns.Return {
		return d.logOnce(ctx, c.ID, actor, DispatchProven, note)
	}
	shop, ok := d.Config.Shop(c.Shop)
	if !ok {
		return store.ErrNotFound
	}
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		tasks = nil
		now := c
		if err := alone(ctx, tx, &now); err != nil {
			return err
		}
		log, err := tx.CaseLog(ctx, c.ID)
		if err != nil || slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == DispatchProven }) {
			return err
		}
		order, err := tx.Order(ctx, c.OrderID)
		if err != nil {
			return err
		}
		if err := d.log(ctx, tx, c.ID, actor, DispatchProven, note); err != nil {
			return err
		}
		tasks, err = d.underWay(ctx, tx, shop, order, now, actor)
		return err
	})
	if err != nil {
		return err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return nil
}

// alone reads a case as it is now; nobody else moves it until the transaction ends.
func alone(ctx context.Context, tx *store.Tx, c *store.Case) error {
	if err := tx.Alone(ctx, "case:"+c.ID); err != nil {
		return err
	}
	return readAgain(ctx, tx, c)
}

// readAgain reads a case as it is now. What cannot be read stays as it was, for the transaction may run again.
func readAgain(ctx context.Context, tx *store.Tx, c *store.Case) error {
	now, err := tx.Case(ctx, c.ID)
	if err == nil {
		*c = now
	}
	return err
}

// underWay moves a case whose goods are on their way, tells its shopper, once, and plans what that made due.
func (d *Desk) underWay(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, c store.Case, actor string) ([]store.Task, error) {
	if err := d.step(ctx, tx, &c, returns.Send, actor, ""); err != nil {
		return nil, err
	}
	tasks, err := d.notify(ctx, tx, shop, order, c, messages.ReturnOnItsWay, string(returns.InTransit), messages.Data{})
	if err != nil {
		return nil, err
	}
	due, err := d.planEarly(ctx, tx, &c)
	return append(tasks, due...), err
}

// DispatchProven is the step of a case's log that ProofOfDispatch writes.
const DispatchProven = returns.StepDispatchProven

// MarkSent records that the shopper sent the goods, with the parcel's tracking number when there is one.
func (d *Desk) MarkSent(ctx context.Context, c store.Case, trackingNumber string) (store.Case, error) {
	number := orders.NormalizeTracking(trackingNumber)
	return d.move(ctx, c.ID, func(c *store.Case) {
		if number != "" {
			c.TrackingNumber = number
		}
	}, returns.Send, Shopper, number)
}

// Receive records that goods of a return came back, plans the refund of what they are worth and sets it going. No items
// means everything that was expected.
func (d *Desk) Receive(ctx context.Context, c store.Case, items []returns.Item, actor string) (store.Case, error) {
	shop, ok := d.Config.Shop(c.Shop)
	if !ok {
		return c, store.ErrNotFound
	}
	var tasks []store.Task
	var moved store.Case
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		order, err := tx.Order(ctx, c.OrderID)
		if err != nil {
			return err
		}
		moved, tasks, err = d.receive(ctx, tx, shop, order, c.ID, items, actor)
		return err
	})
	if err != nil {
		return c, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return moved, nil
}

// ReceiveByRMA takes the shop's word that goods of a return came back. An RMA that nobody knows, or whose case is over, is
// kept in the order's timeline and changes nothing.
func (d *Desk) ReceiveByRMA(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, r orders.ReturnReceipt) ([]store.Task, error) {
	c, err := tx.CaseByRMA(ctx, shop.ID, strings.ToUpper(strings.TrimSpace(r.RMA)))
	if errors.Is(err, store.ErrNotFound) || (err == nil && c.OrderID != order.ID) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if doubtful, err := d.doubtful(ctx, tx, c.ID, Shop); err != nil || doubtful {
		return nil, err
	}
	items := make([]returns.Item, 0, len(r.Lines))
	for _, line := range r.Lines {
		items = append(items, returns.Item{LineID: line.LineID, Quantity: line.Quantity})
	}
	_, tasks, err := d.receive(ctx, tx, shop, order, c.ID, items, Shop)
	if errors.Is(err, returns.ErrStep) || errors.Is(err, returns.ErrQuantity) || errors.Is(err, returns.ErrLine) {
		return nil, d.log(ctx, tx, c.ID, Shop, "received_again", "said again by the shop; nothing was left to receive")
	}
	return tasks, err
}

// ParcelMoved takes a carrier's news of the parcel back: a scan means that it is on its way, its delivery that the goods
// are back.
func (d *Desk) ParcelMoved(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, caseID string, stage orders.ParcelStage) ([]store.Task, error) {
	switch stage {
	case orders.Delivered, orders.Collected:
		if alone, err := d.claimedAlone(ctx, tx, caseID); err != nil || !alone {
			return nil, err
		}
		if doubtful, err := d.doubtful(ctx, tx, caseID, Carrier); err != nil || doubtful {
			return nil, err
		}
		_, tasks, err := d.receive(ctx, tx, shop, order, caseID, nil, Carrier)
		if errors.Is(err, returns.ErrStep) || errors.Is(err, returns.ErrQuantity) {
			return nil, nil // already received
		}
		return tasks, err
	case orders.HandedOver, orders.InTransit, orders.OutForDelivery:
		return d.scanned(ctx, tx, shop, order, caseID)
	default:
		return nil, nil
	}
}

// scanned takes a carrier's first scan of the parcel back: it is on its way, whoever said so before, for the shopper's own word is
// no proof; and its shopper is told, once.
func (d *Desk) scanned(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, caseID string) ([]store.Task, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return nil, err
	}
	log, err := tx.CaseLog(ctx, caseID)
	if err != nil || slices.ContainsFunc(log, byCarrier) {
		return nil, err
	}
	if c.Kind == returns.Return && c.Conditions.RefundWhen == returns.OnFirstScan { // the scan is all that its money waits for
		if alone, err := d.claimedAlone(ctx, tx, caseID); err != nil || !alone {
			return nil, err
		}
	}
	if _, err := returns.NextFor(c.Kind, c.State, returns.Send); err != nil {
		return nil, nil //nolint:nilerr // it is over: the scan changes nothing
	}
	return d.underWay(ctx, tx, shop, order, c, Carrier)
}

// claimedTwice is the step of a case's log that says that another order's case names the same parcel.
const claimedTwice = "parcel_claimed_twice"

// claimedAlone tells whether a case is the only one, of all orders, whose shopper gave its tracking number. A number that
// two orders claim proves neither parcel: one may have been typed to be paid for the other's goods, so staff look first.
func (d *Desk) claimedAlone(ctx context.Context, tx *store.Tx, caseID string) (bool, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return false, err
	}
	claims, err := tx.CasesByTracking(ctx, c.Shop, c.TrackingNumber)
	if err != nil {
		return false, err
	}
	for _, other := range claims {
		if other.OrderID != c.OrderID {
			log, err := tx.CaseLog(ctx, c.ID)
			if err != nil || slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == claimedTwice }) {
				return false, err
			}
			return false, d.log(ctx, tx, c.ID, Carrier, claimedTwice, "a carrier has it, but return "+other.RMA+" of another order names the same parcel")
		}
	}
	return true, nil
}

// move takes one step of a case and tells its shopper.
func (d *Desk) move(ctx context.Context, caseID string, change func(*store.Case), step returns.Step, actor, note string) (store.Case, error) {
	var c store.Case
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if c, err = tx.Case(ctx, caseID); err != nil {
			return err
		}
		shop, ok := d.Config.Shop(c.Shop)
		if !ok {
			return store.ErrNotFound
		}
		if c.Kind == returns.Claim && !claimMayMove(step, actor) {
			return returns.ErrStep
		}
		if change != nil {
			change(&c)
		}
		was := c.State
		if err = d.step(ctx, tx, &c, step, actor, note); err != nil {
			return err
		}
		tasks = nil
		if c.State != was {
			if tasks, err = d.tell(ctx, tx, shop, c); err != nil {
				return err
			}
		}
		due, err := d.planEarly(ctx, tx, &c)
		if err != nil {
			return err
		}
		woken, err := d.wake(ctx, tx, c)
		tasks = append(append(tasks, due...), woken...)
		return err
	})
	if err != nil {
		return c, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return c, nil
}

// wake lets the carrier's news go on that came before the shopper gave the number of the parcel back.
func (d *Desk) wake(ctx context.Context, tx *store.Tx, c store.Case) ([]store.Task, error) {
	if c.TrackingNumber == "" {
		return nil, nil
	}
	return tx.WakeEvents(ctx, c.Shop, []string{"tracking:" + c.TrackingNumber}, d.Now())
}

// step moves a case's state and writes its log.
func (d *Desk) step(ctx context.Context, tx *store.Tx, c *store.Case, step returns.Step, actor, note string) error {
	to, err := returns.NextFor(c.Kind, c.State, step)
	if err != nil {
		return err
	}
	if step == returns.Send || step == returns.Receive {
		if err := withoutLabel(ctx, tx, c); err != nil {
			return err
		}
	}
	c.State, c.UpdatedAt = to, d.Now()
	if err := tx.UpdateCase(ctx, *c); err != nil {
		return err
	}
	c.Version++
	return d.log(ctx, tx, c.ID, actor, string(step), note)
}

// planEarly plans what a step made due: the money of a return that does not wait for the goods.
func (d *Desk) planEarly(ctx context.Context, tx *store.Tx, c *store.Case) ([]store.Task, error) {
	if c.State != returns.Approved && c.State != returns.InTransit {
		return nil, nil
	}
	return d.planCase(ctx, tx, c)
}

// receive records goods that came back and plans their refund.
func (d *Desk) receive(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, caseID string, items []returns.Item, actor string) (store.Case, []store.Task, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return c, nil, err
	}
	fresh := left(c, items)
	if len(fresh) == 0 {
		return c, nil, returns.ErrQuantity
	}
	c.Received = append(c.Received, fresh...)
	if err := d.step(ctx, tx, &c, returns.Receive, actor, ""); err != nil {
		return c, nil, err
	}
	tasks, err := d.tell(ctx, tx, shop, c)
	if err != nil {
		return c, nil, err
	}
	more, err := d.PlanDue(ctx, tx, order, &c)
	return c, append(tasks, more...), err
}

// left gives what of the items is still expected; all that is, when no items are named.
func left(c store.Case, items []returns.Item) []returns.Item {
	open := make(map[string]int)
	for _, item := range c.Items {
		open[item.LineID] += item.Quantity
	}
	for _, item := range c.Received {
		open[item.LineID] -= item.Quantity
	}
	if len(items) == 0 {
		items = c.Items
	}
	var out []returns.Item
	for _, item := range items {
		n := item.Quantity
		if n == 0 { // the whole line, by the format of the standard source
			n = open[item.LineID]
		}
		if n = min(n, open[item.LineID]); n > 0 {
			out = append(out, returns.Item{LineID: item.LineID, Quantity: n})
			open[item.LineID] -= n
		}
	}
	return out
}
