package jobs

import (
	"context"
	"log/slog"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
	"homeward/providers"
)

const (
	// labelTries bounds the attempts of one label before a person looks: some hours.
	labelTries = 12
	// labelSettles is how long after an unanswered purchase it may still appear at the carrier's.
	labelSettles = 5 * time.Minute
)

// Labeler buys labels of a carrier account. Prepare costs nothing; Buy sells one label for a shipment, however often it is
// asked, and with qr a code for the counter where there is one. Find takes a shipment's id or our reference. Their errors are
// faults: Uncertain when money may have gone.
type Labeler interface {
	Prepare(ctx context.Context, r providers.LabelRequest) (shipment string, err error)
	Find(ctx context.Context, name string) (providers.Label, error)
	Buy(ctx context.Context, shipment string, qr bool) (providers.Label, error)
}

// Voider gives a bought label back that was never used. Said again of the same shipment, it changes nothing. A Labeler of which it
// is not known leaves that to staff.
type Voider interface {
	Void(ctx context.Context, shipment string) error
}

// Keeper keeps a label's file.
type Keeper interface {
	Keep(ctx context.Context, about uploads.About, c files.Content) (store.File, error)
}

// label moves a label one attempt: the shipment is made and written down, then its label bought, then its file fetched and
// kept. Each part that was done before is not done again: no case is ever charged two labels. One that its case stopped to want
// is not bought; bought in the same moment, it is given back.
func (w *Worker) label(ctx context.Context, task store.Task) error {
	row, err := w.DB.Label(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return err
	}
	shop, f := w.shop(row.Shop)
	if f == nil && (shop.Returns.Labels == nil || w.Outside[row.Shop].Labels == nil || w.Files == nil) {
		f = fault.New(fault.Permanent, "labels_not_configured", "The shop has no carrier account in the configuration; set returns.labels and try again.", nil)
	}
	if f != nil {
		return w.endLabel(ctx, task, row, store.LabelHeld, f)
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	row.Work = before
	row.Attempt++
	state, err := w.obtain(ctx, task, shop, row)
	if err == nil {
		w.labelled(ctx, row, state, nil)
		return w.endLabel(ctx, task, row, state, nil)
	}
	f = fault.Of(err)
	if f.Class == fault.Permanent || row.Attempt >= labelTries {
		w.labelled(ctx, row, store.LabelHeld, f)
		return w.endLabel(ctx, task, row, store.LabelHeld, f)
	}
	w.labelled(ctx, row, string(f.Class), f)
	return w.retry(ctx, task, max(backoff(row.Attempt, f), 10*time.Second), store.Calling, f)
}

// endLabel ends the work of a label. What its shopper paid for one that does not come goes back in the same transaction.
func (w *Worker) endLabel(ctx context.Context, task store.Task, row store.Label, state string, f *fault.Error) error {
	var tasks []store.Task
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		tasks = nil
		err := tx.Finish(ctx, task.Kind, task.ID, task.Generation, state, f)
		if err != nil {
			return err
		}
		if state == store.LabelReady {
			return w.Cases.LabelKept(ctx, tx, row)
		}
		tasks, err = w.Cases.LabelGivenUp(ctx, tx, row)
		return err
	})
	if err == nil {
		w.Queue.Enqueue(ctx, tasks...)
	}
	return ignore(err, store.ErrStale)
}

// obtain does what is left to do and gives the state that the work ends in.
func (w *Worker) obtain(ctx context.Context, task store.Task, shop *config.Shop, row store.Label) (state string, err error) {
	if row.Status == store.LabelWanted {
		if row, err = w.buyLabel(ctx, task, shop, row); err != nil {
			return "", err
		}
	}
	switch row.Status {
	case store.LabelNeeded:
		return store.LabelDropped, nil
	case store.LabelVoid:
		return store.LabelDropped, w.voidLabel(ctx, row)
	default:
		return store.LabelReady, w.fetchLabel(ctx, shop, row)
	}
}

// buyLabel makes the shipment, unless an earlier attempt did, and buys its label, unless the case does not want it any more.
func (w *Worker) buyLabel(ctx context.Context, task store.Task, shop *config.Shop, row store.Label) (store.Label, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	intended := row.ExternalID != "" // an earlier attempt was about to buy, or did
	if !intended {
		var err error
		if row.ExternalID, err = w.prepareLabel(ctx, shop, row); err != nil {
			return row, err
		}
	}
	wanted, err := w.intendLabel(ctx, task, &row)
	switch {
	case err != nil:
		return row, err
	case !wanted && intended:
		return w.lookLabel(ctx, row)
	case !wanted:
		row.Status = store.LabelNeeded
		return row, w.setLabel(ctx, row)
	}
	bought, err := w.Outside[row.Shop].Labels.Buy(ctx, row.ExternalID, row.Method == string(returns.ByQR))
	if err != nil {
		return row, err
	}
	return w.Cases.LabelBought(ctx, paidFor(row, bought))
}

// prepareLabel gives the shipment of a label that no attempt was about to buy; "" when its case does not want it.
func (w *Worker) prepareLabel(ctx context.Context, shop *config.Shop, row store.Label) (string, error) {
	c, err := w.DB.Case(ctx, row.CaseID)
	if err != nil || !cases.WantsLabel(c) {
		return "", err
	}
	carrier := w.Outside[row.Shop].Labels
	if row.Phase == store.Calling { // an earlier attempt may have made it
		there, err := carrier.Find(ctx, row.ID)
		if err == nil || fault.Code(err) != providers.LabelUnknown {
			return there.Shipment, err
		}
	}
	order, err := w.DB.Order(ctx, row.OrderID)
	if err != nil {
		return "", err
	}
	return carrier.Prepare(ctx, cases.LabelRequest(shop, order, row.ID))
}

// intendLabel puts on disk, before anything is paid for and only by whoever still holds the row, that the label is about to be
// bought. In the same commit it looks whether the case still wants it; when not, nothing is written.
func (w *Worker) intendLabel(ctx context.Context, task store.Task, row *store.Label) (wanted bool, err error) {
	err = w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetCalling(ctx, task.Kind, task.ID, task.Generation); err != nil {
			return err
		}
		c, err := tx.Case(ctx, row.CaseID)
		if wanted = err == nil && row.ExternalID != "" && cases.WantsLabel(c); err != nil || !wanted {
			return err
		}
		row.UpdatedAt = w.Now()
		return tx.SetLabel(ctx, *row)
	})
	return wanted, err
}

// lookLabel finds out whether a label that is not wanted any more was bought by an attempt whose answer was lost. A purchase may
// still be under way at the carrier's a moment later.
func (w *Worker) lookLabel(ctx context.Context, row store.Label) (store.Label, error) {
	there, err := w.Outside[row.Shop].Labels.Find(ctx, row.ExternalID)
	switch {
	case err != nil:
		return row, err
	case there.Bought:
		return w.Cases.LabelBought(ctx, paidFor(row, there))
	case w.Now().Sub(row.UpdatedAt) < labelSettles:
		f := fault.New(fault.Later, "label_unwanted", "The case does not want its label any more; it is looked up once more whether it was bought.", nil)
		f.After = labelSettles
		return row, f
	}
	row.Status = store.LabelNeeded
	return row, w.setLabel(ctx, row)
}

func paidFor(row store.Label, l providers.Label) store.Label {
	row.Carrier, row.Tracking, row.Cost, row.Currency = l.Carrier, l.Tracking, l.Cost, l.Currency
	row.LabelURL, row.QRURL = l.LabelURL, l.QRURL
	return row
}

// voidLabel gives a label back that was bought in the moment in which its case stopped to want it.
func (w *Worker) voidLabel(ctx context.Context, row store.Label) error {
	carrier, ok := w.Outside[row.Shop].Labels.(Voider)
	if !ok {
		return fault.New(fault.Permanent, "label_not_returnable", "A label was bought that the case no longer wants, and the carrier account takes none back by itself: give it back there.", nil)
	}
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	if err := carrier.Void(ctx, row.ExternalID); err != nil {
		return err
	}
	return w.Cases.LabelVoided(ctx, row)
}

// fetchLabel keeps the label's file, and the code's when there is one.
func (w *Worker) fetchLabel(ctx context.Context, shop *config.Shop, row store.Label) error {
	for _, address := range []string{row.LabelURL, row.QRURL} {
		if address == "" {
			continue
		}
		c, err := w.download(ctx, shop, address)
		if err != nil {
			return err
		}
		_, err = w.Files.Keep(ctx, uploads.About{
			Shop: row.Shop, OrderID: row.OrderID, CaseID: row.CaseID, Purpose: store.LabelFile, By: cases.System, LineID: labelPart(row, address),
		}, c)
		if err != nil {
			return err
		}
	}
	return nil
}

// labelPart tells the code's file from the label's.
func labelPart(row store.Label, address string) string {
	if address == row.QRURL {
		return cases.LabelCode
	}
	return ""
}

func (w *Worker) setLabel(ctx context.Context, row store.Label) error {
	row.UpdatedAt = w.Now()
	return w.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetLabel(ctx, row) })
}

func (w *Worker) labelled(ctx context.Context, row store.Label, outcome string, f *fault.Error) {
	code := ""
	if f != nil {
		code = f.Code
	}
	w.Log.LogAttrs(ctx, slog.LevelInfo, "label", slog.String("label", row.ID), slog.String("case", row.CaseID), slog.String("shop", row.Shop),
		slog.String("provider", row.Provider), slog.String("outcome", outcome), slog.String("code", code), slog.Int("attempt", row.Attempt))
}
