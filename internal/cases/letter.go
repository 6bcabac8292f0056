package cases

import (
	"context"
	"slices"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/store"
)

// Wrote is the step of a case's log that Write leaves; its note is what was written.
const Wrote = "wrote"

// twiceWithin is how soon the same words of the same person are the same letter.
const twiceWithin = 10 * time.Minute

// Write sends words of a member of staff to a case's shopper. They answer to the shop's reply address. A *fault.Error when there
// is no address to write to. The same words a moment later are the same letter.
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
		return nil
	})
	if err != nil {
		return err
	}
	d.Queue.Enqueue(ctx, tasks...)
	return nil
}

// notify makes a message about a case due; step is what makes it news.
func (d *Desk) notify(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, c store.Case, topic messages.Topic, step string, data messages.Data) ([]store.Task, error) {
	now := d.Now()
	notice := messages.Notice{
		Now: now, Topic: topic, ID: c.ID, Step: step, Data: data, Policy: outbox.Policy(shop), Contact: outbox.Contact(shop, order.State.Order),
	}
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
