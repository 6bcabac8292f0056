package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/store"
	"homeward/providers"
	"homeward/providers/smtp"
	"homeward/providers/stripe"
	"homeward/providers/twilio"
	"homeward/templates"
)

// Mailer hands a mail to a mail server. Its faults say whether the mail may have been accepted.
type Mailer interface {
	Send(ctx context.Context, m smtp.Message) (smtp.Receipt, error)
}

// Texter sends an SMS and finds one that may have been sent.
type Texter interface {
	Send(ctx context.Context, m twilio.Message) (sid string, err error)
	Find(ctx context.Context, to, body string, since time.Time) (sid string, err error)
	Sender() string
}

// Bank is Stripe as refunds need it.
type Bank interface {
	Charge(ctx context.Context, reference string) (stripe.Charge, error)
	Refund(ctx context.Context, request stripe.Request) (stripe.Refund, error)
	Refunds(ctx context.Context, reference string) ([]stripe.Refund, error)
	Get(ctx context.Context, refundID string) (stripe.Refund, error)
	Since(ctx context.Context, from time.Time, page string) (refunds []stripe.Refund, next string, err error)
}

// Renderer puts a message into words.
type Renderer interface {
	Mail(v templates.View) (templates.Mail, error)
	SMS(v templates.View) (string, error)
}

// Links makes the signed link of an order.
type Links interface {
	Order(order store.Order) string
}

// Outside is what a shop reaches the world with; nil where it has none.
type Outside struct {
	Mail   Mailer
	SMS    Texter
	Bank   Bank
	Labels Labeler
}

// Observer hears how work ended, for metrics. Outcomes: applied, known, waiting, ignored, failed; sent, later, failed, and so on.
type Observer interface {
	Event(shop, source, outcome string)
	Message(m store.Message, outcome string, took time.Duration)
	Refund(r store.Refund, outcome string)
}

// Worker does units of work. It runs the same under asynq and under a driver that walks the due rows.
type Worker struct {
	DB      *store.DB
	Config  *config.Config
	Sources map[string]providers.Source // "shop/source"
	Outside map[string]Outside          // by shop
	Files   Keeper                      // of labels
	Render  Renderer
	Links   Links
	Cases   *cases.Desk
	Queue   interface {
		Enqueue(ctx context.Context, tasks ...store.Task)
	}
	Caller   Caller // to the shops' own systems
	Fetcher  Caller // of files whose addresses a provider names
	Observe  Observer
	Log      *slog.Logger
	Now      func() time.Time
	Identity string // the host part of Message-IDs
	// Crash is called at each Point on a refund's way; a test that returns an error from it stops the worker there, as a
	// crash would. Nil in production.
	Crash func(Point) error
}

// Do does one unit of work: it loads the row, leaves it alone when the task is stale or the row final, claims it, works
// and records. An error of this package's kind says when the row's next attempt is; any other means that nothing could
// be recorded.
func (w *Worker) Do(ctx context.Context, task store.Task) error {
	return w.failing(ctx, task, w.guarded(ctx, task))
}

func (w *Worker) do(ctx context.Context, task store.Task) error {
	switch task.Kind {
	case store.EventWork:
		return w.apply(ctx, task)
	case store.MessageWork:
		return w.send(ctx, task)
	case store.RefundWork:
		return w.refund(ctx, task)
	case store.DeadlineWork:
		return w.deadline(ctx, task)
	case store.TermWork:
		return w.term(ctx, task)
	case store.CallWork:
		return w.tellShop(ctx, task)
	case store.LabelWork:
		return w.label(ctx, task)
	case store.ReadingWork:
		return w.reading(ctx, task)
	default:
		return fmt.Errorf("jobs: unknown kind of work %q", task.Kind)
	}
}

// current tells whether a task still speaks for its row.
func current(work store.Work, task store.Task) bool {
	return work.State == store.Due && work.Generation == task.Generation
}

// ready tells whether there is work on a row as it was read, with err, for a task: the row is there, and the task speaks for it.
func ready(work store.Work, task store.Task, err error) (bool, error) {
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil && current(work, task), err
}

// early makes a bell ring again that rang before its row is due: by a clock that goes before ours, or since asynq counts in whole
// seconds.
func early(work store.Work, now time.Time) error {
	if ahead := work.DueAt.Sub(now); ahead > 0 {
		return &again{code: "early", delay: ahead + time.Second}
	}
	return nil
}

// claim takes hold of a row and marks that a call outside begins; with writes whatever else belongs to that commit.
func (w *Worker) claim(ctx context.Context, task store.Task, with func(tx *store.Tx, before store.Work) error) (before store.Work, err error) {
	err = w.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		before, err = tx.ClaimCalling(ctx, task.Kind, task.ID, task.Generation, w.Now(), lease)
		if err != nil || with == nil {
			return err
		}
		return with(tx, before)
	})
	return before, err
}

// retry records that a row waits for another attempt and tells asynq the same. The phase says whether the call may have
// had its effect.
func (w *Worker) retry(ctx context.Context, task store.Task, delay time.Duration, phase string, f *fault.Error) error {
	due := w.Now().Add(delay).Truncate(time.Second)
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.Retry(ctx, task.Kind, task.ID, task.Generation, due, phase, f)
	})
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	if err != nil {
		return err
	}
	return &again{code: f.Code, delay: due.Sub(w.Now()) + time.Second}
}

// finish records that a row is final.
func (w *Worker) finish(ctx context.Context, task store.Task, state string, f *fault.Error) error {
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, state, f)
	})
	if errors.Is(err, store.ErrStale) {
		return nil
	}
	return err
}

// shop gives a shop of the configuration; a row of a shop that was taken out of it waits for a person.
func (w *Worker) shop(id string) (*config.Shop, *fault.Error) {
	if shop, ok := w.Config.Shop(id); ok {
		return shop, nil
	}
	return nil, fault.New(fault.Permanent, "shop_unknown", "The shop "+id+" is no longer in the configuration; put it back and try again.", nil)
}
