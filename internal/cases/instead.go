package cases

import (
	"context"
	"slices"

	"homeward/internal/fault"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// The steps of a case's log that what is sent in the place of money leaves.
const (
	Fulfilled = store.StepFulfilled // it was sent
	Priced    = "priced"            // staff said what another item costs
)

// sendsGoods tells of a return's remedies that bring goods.
func sendsGoods(r returns.Remedy) bool {
	return r == returns.ExchangeRemedy || r == returns.RepairRemedy
}

func isFulfilled(log []store.CaseStep) bool {
	return slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == Fulfilled })
}

// owesGoods tells of a return by exchange or repair whose goods are, or will be, back and for which nothing was sent yet.
func (d *Desk) owesGoods(ctx context.Context, tx *store.Tx, c store.Case) (bool, error) {
	if c.Kind != returns.Return || !sendsGoods(c.Remedy) {
		return false, nil
	}
	log, err := tx.CaseLog(ctx, c.ID)
	return !isFulfilled(log), err
}

// Fulfillable tells of a return by exchange or repair whose goods are back, and for which nothing was sent by its log.
func Fulfillable(c store.Case, log []store.CaseStep) bool {
	back := (c.State == returns.Received || c.State == returns.Refunding) && len(left(c, nil)) == 0
	return c.Kind == returns.Return && sendsGoods(c.Remedy) && back && !isFulfilled(log)
}

// Fulfil records that staff sent the shopper of a return what was agreed by exchange or repair. It ends the case, unless a
// difference in price is still on its way back. An error that wraps returns.ErrStep means that its goods are not back, that it was
// done, or that the case is over; a *fault.Error that nobody said what the other item costs.
func (d *Desk) Fulfil(ctx context.Context, c store.Case, actor, note string) (store.Case, error) {
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := alone(ctx, tx, &c); err != nil {
			return err
		}
		log, err := tx.CaseLog(ctx, c.ID)
		if err != nil {
			return err
		}
		if !Fulfillable(c, log) {
			return returns.ErrStep
		}
		if Unpriced(c) {
			return fault.New(fault.Permanent, "price_unknown", "Say first what the other item costs: a difference goes back, or is collected.", nil)
		}
		if err := d.log(ctx, tx, c.ID, actor, Fulfilled, note); err != nil {
			return err
		}
		return d.settle(ctx, tx, &c, actor, "")
	})
	return c, err
}

// Unpriced tells of a return by exchange for another item whose price nobody said.
func Unpriced(c store.Case) bool {
	unknown := func(e returns.Exchange) bool { return !e.Known() }
	return c.Kind == returns.Return && c.Remedy == returns.ExchangeRemedy && slices.ContainsFunc(c.Wish.Exchange, unknown)
}

// Priceable tells whether staff can say what the items wanted in exchange cost: there are such, the case is under way, and nothing was
// planned by an earlier price. refunds are the case's.
func Priceable(c store.Case, refunds []store.Refund) bool {
	other := slices.ContainsFunc(c.Wish.Exchange, func(e returns.Exchange) bool { return !e.Same() })
	return c.Kind == returns.Return && c.Remedy == returns.ExchangeRemedy && other && !c.State.Final() && len(refunds) == 0
}

// Price says what the items that a return's shopper wants in exchange cost: minor units of the order's currency for one unit, by their
// place in the wish; what is the same again has none. What became due by it is planned. An error that wraps returns.ErrStep means
// that it is too late.
func (d *Desk) Price(ctx context.Context, c store.Case, prices map[int]int64, actor string) (store.Case, error) {
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := readAgain(ctx, tx, &c); err != nil {
			return err
		}
		refunds, err := tx.RefundsOfCase(ctx, c.ID)
		if err != nil {
			return err
		}
		if !Priceable(c, refunds) {
			return returns.ErrStep
		}
		c.Wish.Exchange = slices.Clone(c.Wish.Exchange)
		for i, price := range prices {
			if i < 0 || i >= len(c.Wish.Exchange) || c.Wish.Exchange[i].Same() || price < 0 {
				return fault.New(fault.Permanent, "price_invalid", "A price is an amount of money, for an item that is wanted in exchange.", nil)
			}
			c.Wish.Exchange[i].UnitPrice, c.Wish.Exchange[i].Priced = price, true
		}
		c.UpdatedAt = d.Now()
		if err := tx.UpdateCase(ctx, c); err != nil {
			return err
		}
		c.Version++
		if err := d.log(ctx, tx, c.ID, actor, Priced, ""); err != nil {
			return err
		}
		tasks, err = d.planCase(ctx, tx, &c)
		return err
	})
	if err == nil {
		d.Queue.Enqueue(ctx, tasks...)
	}
	return c, err
}

// ToCollect gives by how much what is sent in exchange costs more than the goods that come back bring, in minor units of the order's
// currency: staff collect it. 0 while a price is not known. The arguments are those of Expected.
func ToCollect(c store.Case, order orders.Order, refunds []store.Refund, inspections ...store.Inspection) int64 {
	if c.Kind != returns.Return || c.Remedy != returns.ExchangeRemedy || c.State.Final() || Unpriced(c) {
		return 0
	}
	plan, err := account{c: c, order: order, refunds: refunds, looks: rules(inspections)}.rest()
	if err != nil {
		return 0 // the order says something that nobody can reckon with
	}
	return plan.Collect
}
