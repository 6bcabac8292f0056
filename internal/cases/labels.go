package cases

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/providers"
)

// The steps of a case's log about its label.
const (
	LabelWanted = "label_wanted"
	LabelPaid   = "label_bought"   // its file is still on its way
	LabelReady  = "label_ready"    // its file can be opened
	MethodSaid  = "method"         // the shopper chose how to send goods back; the note is the returns.SendMethod
	LabelVoid   = "label_unwanted" // it was bought in the moment in which the case was called off, or sent another way
	LabelVoided = "label_voided"   // and the carrier account took it back
)

// LabelCode is the part of a label's file that is scanned at the counter.
const LabelCode = "qr"

// Methods gives the ways by which a shopper can send goods of an order back; none while the shop has no carrier account, so that
// there is nothing to choose. The code for the counter is offered where EasyPost's carriers have one: USPS, within the United
// States. None for the recipient of a gift: a label shows the name and the address that the order was sent to, which are the buyer's.
func Methods(shop *config.Shop, order store.Order, gift bool) []returns.SendMethod {
	l := shop.Returns.Labels
	if l == nil || gift {
		return nil
	}
	if l.To.Country == "US" && order.State.Order.ShipTo.Country == "US" {
		return []returns.SendMethod{returns.ByLabel, returns.ByQR, returns.ByOwn}
	}
	return []returns.SendMethod{returns.ByLabel, returns.ByOwn}
}

// offers tells whether a way of sending can be chosen; "" is while nobody chose, and own hands need no account.
func offers(shop *config.Shop, order store.Order, m returns.SendMethod, gift bool) bool {
	return m == "" || m == returns.ByOwn || slices.Contains(Methods(shop, order, gift), m)
}

// Sendable tells whether how goods come back can still be chosen: they are waited for, nothing was sent and no label was bought.
// The way back of a withdrawal is the consumer's own (Directive 2011/83/EU, Art. 14(1)), and no policy says what a label of the
// shop's would cost there.
func Sendable(c store.Case, labels []store.Label) bool {
	back := c.Kind == returns.Return || (c.Kind == returns.Claim && c.Remedy.GoodsBack())
	return back && Unsent(c) && !labelBought(labels)
}

// Unsent tells of a case whose goods are to be sent and of which nobody said that they were. Money of a return may have gone before.
func Unsent(c store.Case) bool {
	paidFirst := c.Kind == returns.Return && c.Conditions.RefundWhen == returns.AtOnce && c.State == returns.Refunding
	return (c.State == returns.Approved || paidFirst) && !c.Conditions.Keep && c.TrackingNumber == "" && len(c.Received) == 0
}

// costsMore tells that a label would cost its shopper what can no longer be taken, because the money went before.
func costsMore(c store.Case, m returns.SendMethod) bool {
	return c.State == returns.Refunding && m.Labelled() && !c.Wish.Method.Labelled() && c.Conditions.LabelFee > 0
}

// WantsLabel tells whether a case waits for goods that its shopper sends with a label of the shop's.
func WantsLabel(c store.Case) bool {
	return Unsent(c) && c.Wish.Method.Labelled() && c.GiftID == ""
}

func labelBought(labels []store.Label) bool {
	return slices.ContainsFunc(labels, func(l store.Label) bool { return l.Status == store.LabelBought })
}

// labelLost tells of a case that has no label and will have none, unless a person mends it.
func labelLost(labels []store.Label) bool {
	under := func(l store.Label) bool {
		return l.Status == store.LabelBought || (l.Status == store.LabelWanted && l.State != store.LabelHeld && l.State != store.LabelDropped)
	}
	return !slices.ContainsFunc(labels, under)
}

// ChooseMethod keeps how the shopper sends the goods of an approved case back, and asks for the label where that is one. Chosen
// again it changes nothing. An error that wraps returns.ErrStep says that it is too late, or that the shop does not offer it.
func (d *Desk) ChooseMethod(ctx context.Context, c store.Case, m returns.SendMethod) (store.Case, error) {
	shop, ok := d.Config.Shop(c.Shop)
	if !ok {
		return c, store.ErrNotFound
	}
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		tasks = nil
		if err := readAgain(ctx, tx, &c); err != nil || c.Wish.Method == m {
			return err
		}
		order, err := tx.Order(ctx, c.OrderID)
		if err != nil {
			return err
		}
		labels, err := tx.LabelsOf(ctx, c.ID)
		if err != nil {
			return err
		}
		if !Sendable(c, labels) || costsMore(c, m) || !slices.Contains(Methods(shop, order, c.GiftID != ""), m) {
			return fmt.Errorf("%w: send by %q while %s", returns.ErrStep, m, c.State)
		}
		c.Wish.Method, c.UpdatedAt = m, d.Now()
		if err := tx.UpdateCase(ctx, c); err != nil {
			return err
		}
		c.Version++
		if err := d.log(ctx, tx, c.ID, Shopper, MethodSaid, string(m)); err != nil {
			return err
		}
		if tasks, err = d.wantLabel(ctx, tx, shop, c); err != nil {
			return err
		}
		back, err := d.planExtras(ctx, tx, order) // what was taken for a label that is not wanted now
		if err != nil {
			return err
		}
		tasks = append(tasks, back...)
		return readAgain(ctx, tx, &c)
	})
	if err != nil {
		return c, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return c, nil
}

// LabelGivenUp gives back, in this transaction, what was taken for a label that does not come: it was dropped, or waits for a person.
// What cannot be reckoned is for staff, and never in the way of the work's end.
func (d *Desk) LabelGivenUp(ctx context.Context, tx *store.Tx, row store.Label) ([]store.Task, error) {
	order, err := tx.Order(ctx, row.OrderID)
	if err != nil {
		return nil, err
	}
	tasks, err := d.planExtras(ctx, tx, order)
	if beyondReckoning(err) {
		return nil, d.log(ctx, tx, row.CaseID, System, notReckoned, "what was taken for its label could not be reckoned: pay it back by hand")
	}
	return tasks, err
}

// LabelFeeBack gives what was given back to a case for a label that did not come, in minor units; refunds are its own. It is not taken again
// when the label comes after all.
func LabelFeeBack(c store.Case, refunds []store.Refund) int64 {
	var sum int64
	for _, e := range (account{c: c, refunds: refunds}).told() {
		if e.Reason == returns.LabelFeeBack {
			sum += e.Amount
		}
	}
	return sum
}

// withoutLabel makes a case that goes on before its label was bought one that is sent by its shopper, who then does not pay for
// the label. It changes c alone.
func withoutLabel(ctx context.Context, tx *store.Tx, c *store.Case) error {
	if !c.Wish.Method.Labelled() {
		return nil
	}
	labels, err := tx.LabelsOf(ctx, c.ID)
	if err == nil && !labelBought(labels) {
		c.Wish.Method = returns.ByOwn
	}
	return err
}

// wantLabel asks for a label when a case that is sent back with one was approved. One case has one.
func (d *Desk) wantLabel(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Case) ([]store.Task, error) {
	if !WantsLabel(c) || shop.Returns.Labels == nil {
		return nil, nil
	}
	there, err := tx.LabelsOf(ctx, c.ID)
	if err != nil || slices.ContainsFunc(there, func(l store.Label) bool { return l.Status == store.LabelWanted || l.Status == store.LabelBought }) {
		return nil, err
	}
	now := d.Now()
	row := store.Label{
		ID: id.New(now), Shop: c.Shop, OrderID: c.OrderID, CaseID: c.ID, Provider: shop.Returns.Labels.Provider, Method: string(c.Wish.Method),
		Status: store.LabelWanted, CreatedAt: now, UpdatedAt: now, Work: store.Work{DueAt: now},
	}
	if err := tx.AddLabel(ctx, row); err != nil {
		return nil, err
	}
	return []store.Task{{Kind: store.LabelWork, ID: row.ID, DueAt: now}}, d.log(ctx, tx, c.ID, System, LabelWanted, row.ID)
}

// LabelRequest says what label a case's goods need: from where the order went to where the shop takes goods back.
func LabelRequest(shop *config.Shop, order store.Order, reference string) providers.LabelRequest {
	o, to := order.State.Order, shop.Returns.Labels.To
	return providers.LabelRequest{
		Reference: reference,
		Shopper: providers.Place{
			Name: cmp.Or(o.ShipTo.Name, o.Customer.Name), Line1: o.ShipTo.Line1, Line2: o.ShipTo.Line2, City: o.ShipTo.City, Region: o.ShipTo.Region,
			PostalCode: o.ShipTo.PostalCode, Country: o.ShipTo.Country, Phone: o.Customer.Phone, Email: o.Customer.Email,
		},
		Shop: providers.Place{
			Name: to.Name, Line1: to.Line1, Line2: to.Line2, City: to.City, Region: to.Region, PostalCode: to.PostalCode, Country: to.Country,
			Phone: to.Phone, Email: to.Email,
		},
		Parcel: providers.Package{
			Grams: shop.Returns.Labels.Parcel.WeightG, LengthMM: shop.Returns.Labels.Parcel.LengthMM, WidthMM: shop.Returns.Labels.Parcel.WidthMM,
			HeightMM: shop.Returns.Labels.Parcel.HeightMM,
		},
	}
}

// LabelBought records a label that was paid for, and its tracking number with the case, so that the carrier's scans move it. A
// number that the shopper gave stays. When the case no longer wants a label its row becomes store.LabelVoid, and the case is left
// alone. The row is given as it was written.
func (d *Desk) LabelBought(ctx context.Context, row store.Label) (store.Label, error) {
	var err error
	for range openTries {
		err = d.DB.Write(ctx, func(tx *store.Tx) error {
			c, err := tx.Case(ctx, row.CaseID)
			if err != nil {
				return err
			}
			now, step := d.Now(), LabelPaid
			row.UpdatedAt, row.Status = now, store.LabelBought
			if !WantsLabel(c) {
				row.Status, step = store.LabelVoid, LabelVoid
			}
			if err := tx.SetLabel(ctx, row); err != nil {
				return err
			}
			if row.Status == store.LabelBought && c.TrackingNumber == "" && row.Tracking != "" {
				c.TrackingNumber, c.UpdatedAt = row.Tracking, now
				if err := tx.UpdateCase(ctx, c); err != nil {
					return err
				}
			}
			return d.log(ctx, tx, c.ID, System, step, row.ID)
		})
		if !errors.Is(err, store.ErrConflict) {
			break
		}
	}
	return row, err
}

// LabelKept records, in this transaction, that a label's file can be opened: only now its shopper reads that it is ready.
func (d *Desk) LabelKept(ctx context.Context, tx *store.Tx, row store.Label) error {
	return d.log(ctx, tx, row.CaseID, System, LabelReady, row.ID)
}

// LabelVoided records that the carrier account took a label back.
func (d *Desk) LabelVoided(ctx context.Context, row store.Label) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		row.Status, row.UpdatedAt = store.LabelVoided, d.Now()
		if err := tx.SetLabel(ctx, row); err != nil {
			return err
		}
		return d.log(ctx, tx, row.CaseID, System, LabelVoided, row.ID)
	})
}
