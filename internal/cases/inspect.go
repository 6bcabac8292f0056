package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/templates"
)

// ToldOfWithdrawal is the step of a case's log by which staff say how the consumer was told of the right of withdrawal.
const ToldOfWithdrawal = "told_of_withdrawal"

// Inspect records what staff found in the box, and sets going what it brings. Units that were not marked as received are received
// with it; those that are not there count as not received. photos are the nonces under which staff uploaded photos of what they found,
// one for each of found, or none at all; they are kept with it. An error is a returns.InspectionFaults by row, wraps returns.ErrStep
// when the case is not where goods are looked at, or is the store's.
func (d *Desk) Inspect(ctx context.Context, c store.Case, found []returns.Inspection, actor string, photos ...string) (store.Case, error) {
	var tasks []store.Task
	var moved store.Case
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		moved, tasks, err = d.inspect(ctx, tx, c.ID, found, actor, photos)
		return err
	})
	if err != nil {
		return c, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return moved, nil
}

func (d *Desk) inspect(ctx context.Context, tx *store.Tx, caseID string, found []returns.Inspection, actor string, photos []string) (store.Case, []store.Task, error) {
	room, err := d.inspectionRoom(ctx, tx, caseID)
	if err != nil {
		return room.c, nil, err
	}
	if found, err = withPhotos(ctx, tx, room.order.ID, found, photos); err != nil {
		return room.c, nil, err
	}
	if err := returns.CheckInspection(room.c.Kind, room.informed, room.shelves, found); err != nil {
		return room.c, nil, err
	}
	c := room.c
	if err := d.account(ctx, tx, &c, room.uninspected, found, actor); err != nil {
		return c, nil, err
	}
	ids, err := d.keepFound(ctx, tx, c, found, actor, photos)
	if err != nil {
		return c, nil, err
	}
	if err := d.step(ctx, tx, &c, returns.Inspect, actor, summary(found)); err != nil {
		return c, nil, err
	}
	items := returns.Payable(room.shelves, found)
	var tasks []store.Task
	if len(items) > 0 || slices.ContainsFunc(found, func(f returns.Inspection) bool { return f.Outcome != returns.Accept }) {
		data := messages.Data{Inspections: ids}
		if tasks, err = d.tellOf(ctx, tx, c, messages.ReturnInspected, ids[0], data); err != nil {
			return c, nil, err
		}
	}
	more, err := d.PlanDue(ctx, tx, room.order, &c)
	return c, append(tasks, more...), err
}

// withPhotos counts the photos that were uploaded with each finding.
func withPhotos(ctx context.Context, tx *store.Tx, orderID string, found []returns.Inspection, photos []string) ([]returns.Inspection, error) {
	found = slices.Clone(found)
	for i := range min(len(photos), len(found)) {
		kept, err := tx.FilesOfNonce(ctx, orderID, photos[i])
		if err != nil {
			return nil, err
		}
		kept = slices.DeleteFunc(kept, func(f store.File) bool {
			return f.Purpose != store.InspectionFile || f.LineID != found[i].LineID || f.CaseID != ""
		})
		found[i].Photos = len(kept)
	}
	return found, nil
}

// keepFound writes what was found, with its photos, and gives the ids.
func (d *Desk) keepFound(ctx context.Context, tx *store.Tx, c store.Case, found []returns.Inspection, actor string, photos []string) ([]string, error) {
	ids, now := make([]string, len(found)), d.Now()
	for i, f := range found {
		at := now.Add(time.Duration(i) * time.Millisecond) // they keep their order
		ids[i] = id.New(at)
		row := store.Inspection{ID: ids[i], CaseID: c.ID, Inspection: f, By: actor, At: at}
		if err := tx.AddInspection(ctx, row); err != nil {
			return nil, err
		}
		if i < len(photos) {
			if err := tx.AdoptInspectionPhotos(ctx, c.OrderID, photos[i], row); err != nil {
				return nil, err
			}
		}
	}
	return ids, nil
}

// room is what an inspection of a case is about.
type room struct {
	c           store.Case
	order       store.Order
	shelves     []returns.Shelf
	uninspected map[string]int // units of each line that came back and were not inspected
	informed    bool
}

func (d *Desk) inspectionRoom(ctx context.Context, tx *store.Tx, caseID string) (room, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return room{}, err
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return room{}, err
	}
	refunds, err := tx.RefundsOf(ctx, c.OrderID)
	if err != nil {
		return room{}, err
	}
	inspections, err := tx.InspectionsOf(ctx, caseID)
	if err != nil {
		return room{}, err
	}
	r := room{c: c, order: order, uninspected: Uninspected(c, inspections)}
	if r.shelves, err = Shelves(c, order.State.Order, inspections, refunds); err != nil {
		return room{}, err
	}
	r.informed, err = d.Informed(ctx, &tx.Reads, c)
	return r, err
}

// Standing gives the inspections that no other one stands in the place of.
func Standing(inspections []store.Inspection) []store.Inspection {
	return slices.DeleteFunc(slices.Clone(inspections), func(i store.Inspection) bool { return i.ReplacedBy != "" })
}

// Uninspected gives the units of each line that came back and were not inspected.
func Uninspected(c store.Case, inspections []store.Inspection) map[string]int {
	units := make(map[string]int)
	for _, item := range c.Received {
		units[item.LineID] += item.Quantity
	}
	for _, i := range Standing(inspections) {
		if !i.Grade.Absent() {
			units[i.LineID] -= i.Quantity
		}
	}
	return units
}

// Shelves says what an inspection of a case can speak of: what came back, or is expected, and was not inspected. refunds are all
// of the order's.
func Shelves(c store.Case, order orders.Order, inspections []store.Inspection, refunds []store.Refund) ([]returns.Shelf, error) {
	uninspected, planned := Uninspected(c, inspections), plannedUnits(c, inspections, refunds)
	expected := make(map[string]int)
	for _, item := range left(c, nil) {
		expected[item.LineID] += item.Quantity
	}
	before := earlier(refunds)
	var shelves []returns.Shelf
	seen := make(map[string]bool)
	for _, item := range c.Items {
		units := max(uninspected[item.LineID], 0) + expected[item.LineID]
		if units == 0 || seen[item.LineID] {
			continue
		}
		seen[item.LineID] = true
		brings, err := returns.Brings(order, before, item.LineID, units-min(max(planned[item.LineID], 0), units))
		if err != nil {
			return nil, err
		}
		shelves = append(shelves, returns.Shelf{LineID: item.LineID, Units: units, Brings: brings})
	}
	return shelves, nil
}

// plannedUnits gives the units of each line of a case whose money is back or on its way, and which were not inspected: goods of a
// return whose money goes when they arrive, say.
func plannedUnits(c store.Case, inspections []store.Inspection, refunds []store.Refund) map[string]int {
	units := make(map[string]int)
	for _, r := range store.Standing(refunds) {
		for _, line := range r.Lines {
			if r.CaseID == c.ID {
				units[line.LineID] += line.Quantity
			}
		}
	}
	for _, i := range Standing(inspections) {
		if i.Outcome != returns.DoNotPay {
			units[i.LineID] -= i.Quantity
		}
	}
	return units
}

// account makes the units that are there received, and those that are not there not received.
func (d *Desk) account(ctx context.Context, tx *store.Tx, c *store.Case, uninspected map[string]int, found []returns.Inspection, actor string) error {
	var fresh []returns.Item
	absent := make(map[string]int)
	for _, f := range found {
		if f.Grade.Absent() {
			absent[f.LineID] += f.Quantity
			continue
		}
		known := min(f.Quantity, max(uninspected[f.LineID], 0))
		uninspected[f.LineID] -= known
		if f.Quantity > known {
			fresh = append(fresh, returns.Item{LineID: f.LineID, Quantity: f.Quantity - known})
		}
	}
	if len(fresh) > 0 {
		c.Received = append(c.Received, fresh...)
		if err := d.step(ctx, tx, c, returns.Receive, actor, ""); err != nil {
			return err
		}
	}
	gone := false
	for line, n := range absent {
		n = min(n, max(uninspected[line], 0)) // what was not marked as received stays expected
		gone = gone || n > 0
		c.Received = without(c.Received, line, n)
	}
	if gone && c.State == returns.Closed {
		return d.step(ctx, tx, c, returns.Reopened, actor, "not everything is there")
	}
	return nil
}

// without takes units of a line out of what was received, the latest first.
func without(items []returns.Item, lineID string, n int) []returns.Item {
	items = slices.Clone(items)
	for i := len(items) - 1; i >= 0 && n > 0; i-- {
		if items[i].LineID == lineID {
			gone := min(n, items[i].Quantity)
			items[i].Quantity -= gone
			n -= gone
		}
	}
	return slices.DeleteFunc(items, func(i returns.Item) bool { return i.Quantity <= 0 })
}

// summary tells an inspection in the codes of the case's log; the words of it stand in its rows.
func summary(found []returns.Inspection) string {
	parts := make([]string, len(found))
	for i, f := range found {
		parts[i] = fmt.Sprintf("%d × %s: %s, %s", f.Quantity, f.LineID, f.Grade, f.Outcome)
	}
	return strings.Join(parts, "; ")
}

// Informed tells whether there is evidence that the consumer was told of the right of withdrawal: the confirmation of the order
// went out with it (Directive 2011/83/EU, Art. 8(7)), or staff said how it was done.
func (d *Desk) Informed(ctx context.Context, from *store.Reads, c store.Case) (bool, error) {
	log, err := from.CaseLog(ctx, c.ID)
	if err != nil || slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == ToldOfWithdrawal }) {
		return err == nil, err
	}
	order, err := from.Order(ctx, c.OrderID)
	if err != nil {
		return false, err
	}
	shop, ok := d.Config.Shop(c.Shop)
	country := order.State.Order.ShipTo.Country
	if country == "" && ok {
		country = shop.Country
	}
	if !templates.TellsOfWithdrawal(country) {
		return false, nil
	}
	sent, err := from.MessagesOf(ctx, c.OrderID)
	return slices.ContainsFunc(sent, func(m store.Message) bool {
		return m.Topic == messages.OrderPlaced && m.Channel == messages.Mail && m.State == store.MessageSent && m.Delivery != "bounced"
	}), err
}

// SayInformed records how the consumer was told of the right of withdrawal, where Homeward has no record of it. Said twice it is
// kept once.
func (d *Desk) SayInformed(ctx context.Context, c store.Case, actor, note string) error {
	return d.logOnce(ctx, c.ID, actor, ToldOfWithdrawal, note)
}

// tellOf makes a message about a case that is not one of its states.
func (d *Desk) tellOf(ctx context.Context, tx *store.Tx, c store.Case, topic messages.Topic, step string, data messages.Data) ([]store.Task, error) {
	shop, ok := d.Config.Shop(c.Shop)
	if !ok {
		return nil, store.ErrNotFound
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	return d.notify(ctx, tx, shop, order, c, topic, string(topic)+" "+step, data)
}

// Codes of an objection that is not kept: it was answered, or it is as long as it can be.
const (
	AppealOver = "appeal_over"
	AppealFull = "appeal_full"
)

// maxAppeal is the most characters of all that a shopper says against one inspection before somebody answers.
const maxAppeal = 5 * returns.MaxNote

// Appeal keeps what a shopper says against an inspection that keeps money back. The same words are kept once; other words, sent by the same form
// after the way back in the browser, stand below the first. store.ErrConflict when there is nothing to object to, a fault with the code
// AppealOver or AppealFull when words come too late or are too many.
func (d *Desk) Appeal(ctx context.Context, c store.Case, inspectionID, words string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "case:"+c.ID); err != nil {
			return err
		}
		all, err := tx.InspectionsOf(ctx, c.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(i store.Inspection) bool { return i.ID == inspectionID })
		switch {
		case i < 0:
			return store.ErrNotFound
		case !all[i].AppealedAt.IsZero():
			return addToAppeal(ctx, tx, all[i], words)
		case !Appealable(all, all[i]):
			return store.ErrConflict
		}
		if err := tx.AppealInspection(ctx, inspectionID, words, d.Now()); err != nil {
			return err
		}
		return d.log(ctx, tx, c.ID, Shopper, "appealed", "")
	})
}

// addToAppeal puts other words below those that stand.
func addToAppeal(ctx context.Context, tx *store.Tx, to store.Inspection, words string) error {
	const between = "\n\n"
	whole := to.Appeal + between + words
	switch {
	case strings.Contains(between+to.Appeal+between, between+words+between): // sent twice
		return nil
	case to.ReplacedBy != "":
		return fault.New(fault.Permanent, AppealOver, "This objection was answered.", nil)
	case utf8.RuneCountInString(whole) > maxAppeal:
		return fault.New(fault.Permanent, AppealFull, "This objection waits for an answer and is as long as it can be.", nil)
	default:
		return tx.AddToAppeal(ctx, to.ID, to.Appeal, whole)
	}
}

// Appealable tells whether a shopper can object to one of a case's inspections: it keeps money back, stands, and is not itself the
// answer to an objection.
func Appealable(all []store.Inspection, one store.Inspection) bool {
	return one.Outcome != returns.Accept && one.ReplacedBy == "" && one.AppealedAt.IsZero() && !IsAnswer(all, one)
}

// IsAnswer tells whether an inspection stands in the place of another.
func IsAnswer(all []store.Inspection, one store.Inspection) bool {
	return slices.ContainsFunc(all, func(i store.Inspection) bool { return i.ReplacedBy == one.ID })
}

// AnswerAppeal puts an inspection in the place of the one that a shopper objected to: what it keeps back less goes back, and the
// shopper is told. The same finding again, with words, upholds it. An error is a returns.InspectionFaults of row 0,
// store.ErrConflict when the appeal was answered, or as Inspect's.
func (d *Desk) AnswerAppeal(ctx context.Context, c store.Case, inspectionID string, now returns.Inspection, actor string) (store.Case, error) {
	var tasks []store.Task
	moved := c
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		moved, tasks, err = d.answer(ctx, tx, c.ID, inspectionID, now, actor)
		return err
	})
	if err != nil {
		return c, err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return moved, nil
}

func (d *Desk) answer(ctx context.Context, tx *store.Tx, caseID, inspectionID string, now returns.Inspection, actor string) (store.Case, []store.Task, error) {
	c, err := tx.Case(ctx, caseID)
	if err != nil {
		return c, nil, err
	}
	all, err := tx.InspectionsOf(ctx, caseID)
	if err != nil {
		return c, nil, err
	}
	i := slices.IndexFunc(all, func(i store.Inspection) bool { return i.ID == inspectionID })
	if i < 0 || all[i].AppealedAt.IsZero() || all[i].ReplacedBy != "" {
		return c, nil, store.ErrConflict
	}
	was := all[i]
	now.LineID, now.Quantity = was.LineID, was.Quantity
	if err := returns.CheckAnswer(c.Kind, was.Inspection, now); err != nil {
		return c, nil, err
	}
	row := store.Inspection{ID: id.New(d.Now()), CaseID: c.ID, Inspection: now, By: actor, At: d.Now()}
	if err := errors.Join(tx.AddInspection(ctx, row), tx.ReplaceInspection(ctx, was.ID, row.ID)); err != nil {
		return c, nil, err
	}
	tasks, err := d.carryOut(ctx, tx, &c, was, row, actor)
	if err != nil {
		return c, nil, err
	}
	told, err := d.tellOf(ctx, tx, c, messages.AppealAnswered, row.ID, messages.Data{Inspections: []string{row.ID}})
	return c, append(tasks, told...), err
}

// carryOut does what an answer changes: units that are there after all, and money.
func (d *Desk) carryOut(ctx context.Context, tx *store.Tx, c *store.Case, was, now store.Inspection, actor string) ([]store.Task, error) {
	if was.Outcome == now.Outcome && was.Deduction == now.Deduction {
		return nil, d.step(ctx, tx, c, returns.Inspect, actor, "upheld: "+summary([]returns.Inspection{now.Inspection}))
	}
	if c.State == returns.Closed || c.State == returns.Rejected {
		if err := d.step(ctx, tx, c, returns.Reopened, actor, "an appeal was right"); err != nil {
			return nil, err
		}
	}
	if was.Grade.Absent() && !now.Grade.Absent() {
		item := []returns.Item{{LineID: now.LineID, Quantity: now.Quantity}}
		if fresh := left(*c, item); len(fresh) == 0 || fresh[0].Quantity < now.Quantity {
			return nil, fault.New(fault.Permanent, "came_meanwhile", "The units came back meanwhile and were inspected: uphold this with words that say so.", nil)
		}
		c.Received = append(c.Received, item...)
		if err := d.step(ctx, tx, c, returns.Receive, actor, "an appeal was right"); err != nil {
			return nil, err
		}
	}
	if err := d.step(ctx, tx, c, returns.Inspect, actor, "replaced: "+summary([]returns.Inspection{now.Inspection})); err != nil {
		return nil, err
	}
	return d.planCase(ctx, tx, c)
}

// inspected puts inspections into the templates' words.
func inspected(all []store.Inspection, order orders.Order) []templates.Inspected {
	out := make([]templates.Inspected, 0, len(all))
	for _, i := range all {
		row := templates.Inspected{
			ID: i.ID, Line: orders.Line{ID: i.LineID}, Quantity: i.Quantity, Grade: i.Grade, Outcome: i.Outcome, Deduction: i.Deduction, Reason: i.Reason,
		}
		for _, line := range order.Lines {
			if line.ID == i.LineID {
				row.Line = line
			}
		}
		before := slices.IndexFunc(all, func(b store.Inspection) bool { return b.ReplacedBy == i.ID })
		row.Changed = before >= 0 && (all[before].Outcome != i.Outcome || all[before].Deduction != i.Deduction)
		out = append(out, row)
	}
	return out
}
