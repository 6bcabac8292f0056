package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/notify"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Wrote is the step of a case's log that Write leaves; its note is what was written.
const Wrote = "wrote"

// Replied is the step of a case's log that Reply leaves, ReadByStaff that of MarkRead; the note of Replied is what was written.
const (
	Replied     = "replied"
	ReadByStaff = "read"
)

// MaxReply is the most characters of a shopper's answer, mostUnanswered how many may stand unanswered.
const (
	MaxReply       = 2000
	mostUnanswered = 10
)

// twiceWithin is how soon the same words of the same person are the same letter.
const twiceWithin = 10 * time.Minute

// Write sends words of a member of staff to a case's shopper, who can answer on the case's page. What the shopper wrote until
// c.WroteAt counts as read. A *fault.Error when there is no address to write to. The same words a moment later are the same letter.
func (d *Desk) Write(ctx context.Context, c store.Case, words, actor string) error {
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "case:"+c.ID); err != nil {
			return err
		}
		tasks = nil
		log, err := tx.CaseLog(ctx, c.ID)
		if err != nil || slices.ContainsFunc(log, func(s store.CaseStep) bool {
			return s.Step == Wrote && s.Actor == actor && s.Note == words && d.Now().Sub(s.At) < twiceWithin
		}) {
			return err // the button was pressed twice
		}
		step := store.CaseStep{ID: id.New(d.Now()), CaseID: c.ID, At: d.Now(), Actor: actor, Step: Wrote, Note: words}
		if err := tx.AddCaseStep(ctx, step); err != nil {
			return err
		}
		if tasks, err = d.tellOf(ctx, tx, c, messages.CaseMessage, step.ID, messages.Data{Text: words}); err != nil {
			return err
		}
		if len(tasks) == 0 {
			return fault.New(fault.Permanent, "unreachable", "This order has no e-mail address, so nothing was sent.", nil)
		}
		return ignoreRead(tx.ShopperRead(ctx, c.ID, c.WroteAt))
	})
	if err != nil {
		return err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return nil
}

// Written tells whether staff wrote to a case's shopper, and whether the shopper can answer, or has answered as often as can be
// before staff do. log is the case's, oldest first.
func Written(log []store.CaseStep) (written, answerable bool) {
	n := 0
	for _, s := range log {
		switch s.Step {
		case Wrote:
			written, n = true, 0
		case Replied:
			n++
		}
	}
	return written, written && n < mostUnanswered
}

// Reply keeps a shopper's answer to what staff wrote. It stands in the log, marks the case for staff, and they and the shop's own
// systems are told. nonce is the form's: the same words sent twice are kept once. An error that wraps returns.ErrStep means that staff wrote nothing,
// or that too many answers wait.
func (d *Desk) Reply(ctx context.Context, c store.Case, nonce, words string) error {
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "case:"+c.ID); err != nil {
			return err
		}
		tasks = nil
		step := store.CaseStep{ID: "reply-" + c.ID + "-" + nonce, CaseID: c.ID, At: d.Now(), Actor: Shopper, Step: Replied, Note: words}
		log, err := tx.CaseLog(ctx, c.ID)
		if err != nil {
			return err
		}
		base := step.ID
		for n := 2; ; n++ { // the same form with other words, after the way back in the browser, is another answer
			i := slices.IndexFunc(log, func(s store.CaseStep) bool { return s.ID == step.ID })
			if i < 0 {
				break
			}
			if log[i].Note == words {
				return nil
			}
			step.ID = base + "-" + strconv.Itoa(n)
		}
		if _, ok := Written(log); !ok {
			return returns.ErrStep
		}
		if err := tx.AddCaseStep(ctx, step); err != nil {
			return err
		}
		if err := readAgain(ctx, tx, &c); err != nil {
			return err
		}
		if tasks, err = d.tellOfReply(ctx, tx, c, step); err != nil {
			return err
		}
		return tx.ShopperWrote(ctx, c.ID, step.At)
	})
	if err != nil {
		return err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return nil
}

// tellOfReply tells staff by mail that a shopper answered, once until they read it, and the shop's own systems each time. Neither gets the
// words.
func (d *Desk) tellOfReply(ctx context.Context, tx *store.Tx, c store.Case, step store.CaseStep) ([]store.Task, error) {
	shop, ok := d.Config.Shop(c.Shop)
	if !ok {
		return nil, store.ErrNotFound
	}
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	tasks, err := notify.Add(ctx, tx, shop, notify.Event{
		Type: notify.CaseReplied, Key: step.ID, OrderID: c.OrderID,
		Data: map[string]any{"order": notify.OrderOf(order), "case": notify.CaseOf(c, order.State.Order.Currency)},
	}, step.At)
	staff, ok := outbox.Staff(shop)
	if err != nil || !ok || !c.WroteAt.IsZero() {
		return tasks, err
	}
	order.Language = shop.Languages[0]
	more, err := outbox.Add(ctx, tx, order, messages.ForStaff(messages.Notice{
		Now: step.At, Topic: messages.StaffReply, ID: c.ID, Step: step.ID, Policy: outbox.Policy(shop), Contact: staff, Data: messages.Data{CaseID: c.ID},
	}), step.At)
	return append(tasks, more...), err
}

// MarkRead takes the mark away that a shopper's answer left, up to the answer of c.WroteAt. An error that wraps store.ErrConflict means that
// the shopper wrote again, or that somebody was faster.
func (d *Desk) MarkRead(ctx context.Context, c store.Case, actor string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.ShopperRead(ctx, c.ID, c.WroteAt); err != nil {
			return err
		}
		return d.log(ctx, tx, c.ID, actor, ReadByStaff, "")
	})
}

// ignoreRead makes nothing of a mark that is not there, or that stays because the shopper wrote again.
func ignoreRead(err error) error {
	if errors.Is(err, store.ErrConflict) {
		return nil
	}
	return err
}

// notify makes a message about a case due; step is what makes it news.
func (d *Desk) notify(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, c store.Case, topic messages.Topic, step string, data messages.Data) ([]store.Task, error) {
	now := d.Now()
	notice, order := outbox.About(shop, order, c, now)
	notice.Topic, notice.Step, notice.Data = topic, step, data
	drafts := messages.ForCase(notice)
	if statement := StatementOf(c); statement != "" { // its messages name the statement
		for i := range drafts {
			drafts[i].Data.WithdrawalID = statement
		}
	}
	return outbox.Add(ctx, tx, order, drafts, now)
}

// logOnce writes a step that a case's log holds once.
func (d *Desk) logOnce(ctx context.Context, caseID, actor, step, note string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "case:"+caseID); err != nil {
			return err
		}
		log, err := tx.CaseLog(ctx, caseID)
		if err != nil || slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == step }) {
			return err
		}
		return d.log(ctx, tx, caseID, actor, step, note)
	})
}
