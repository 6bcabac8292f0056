package jobs

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
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
	// labelBytes bounds a label's file.
	labelBytes = files.MaxBytes
)

// Labeler buys labels of a carrier account. Prepare costs nothing; Buy sells one label for a shipment, however often it is
// asked, and with qr a code for the counter where there is one. Find takes a shipment's id or our reference. Their errors are
// faults: Uncertain when money may have gone.
type Labeler interface {
	Prepare(ctx context.Context, r providers.LabelRequest) (shipment string, err error)
	Find(ctx context.Context, name string) (providers.Label, error)
	Buy(ctx context.Context, shipment string, qr bool) (providers.Label, error)
}

// Keeper keeps a label's file.
type Keeper interface {
	Keep(ctx context.Context, about uploads.About, c files.Content) (store.File, error)
}

// label moves a label one attempt: the shipment is made and written down, then its label bought, then its file fetched and
// kept. Each part that was done before is not done again: no case is ever charged two labels.
func (w *Worker) label(ctx context.Context, task store.Task) error {
	row, err := w.DB.Label(ctx, task.ID)
	if errors.Is(err, store.ErrNotFound) || (err == nil && !current(row.Work, task)) {
		return nil
	}
	if err != nil {
		return err
	}
	shop, f := w.shop(row.Shop)
	if f == nil && (shop.Returns.Labels == nil || w.Outside[row.Shop].Labels == nil || w.Files == nil) {
		f = fault.New(fault.Permanent, "labels_not_configured", "The shop has no carrier account in the configuration; set returns.labels and try again.", nil)
	}
	if f != nil {
		return w.finish(ctx, task, store.LabelHeld, f)
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	row.Attempt = before.Attempt + 1
	state, err := w.obtain(ctx, task, shop, row, before.Phase == store.Calling)
	if err == nil {
		w.labelled(ctx, row, state, nil)
		return ignore(w.finish(ctx, task, state, nil), store.ErrStale)
	}
	f = fault.Of(err)
	if f.Class == fault.Permanent || row.Attempt >= labelTries {
		w.labelled(ctx, row, store.LabelHeld, f)
		return w.finish(ctx, task, store.LabelHeld, f)
	}
	w.labelled(ctx, row, string(f.Class), f)
	return w.retry(ctx, task, max(backoff(row.Attempt, f), 10*time.Second), store.Calling, f)
}

// obtain does what is left to do and gives the state that the work ends in.
func (w *Worker) obtain(ctx context.Context, task store.Task, shop *config.Shop, row store.Label, again bool) (state string, err error) {
	if row.Status != store.LabelBought {
		c, err := w.DB.Case(ctx, row.CaseID)
		if err != nil {
			return "", err
		}
		if (c.State != returns.Approved || !c.Wish.Method.Labelled()) && row.ExternalID == "" { // called off, or on its way without it
			row.Status = store.LabelNeeded
			return store.LabelDropped, w.setLabel(ctx, row)
		}
		if row, err = w.buyLabel(ctx, task, shop, row, again); err != nil {
			return "", err
		}
	}
	return store.LabelReady, w.fetchLabel(ctx, row)
}

// buyLabel makes the shipment, unless an earlier attempt did, and buys its label.
func (w *Worker) buyLabel(ctx context.Context, task store.Task, shop *config.Shop, row store.Label, again bool) (store.Label, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*callTimeout)
	defer cancel()
	carrier := w.Outside[row.Shop].Labels
	if row.ExternalID == "" && again {
		there, err := carrier.Find(ctx, row.ID)
		if err != nil && fault.Code(err) != providers.LabelUnknown {
			return row, err
		}
		row.ExternalID = there.Shipment
	}
	if row.ExternalID == "" {
		order, err := w.DB.Order(ctx, row.OrderID)
		if err != nil {
			return row, err
		}
		if row.ExternalID, err = carrier.Prepare(ctx, cases.LabelRequest(shop, order, row.ID)); err != nil {
			return row, err
		}
	}
	// On disk before anything is paid for, and only by whoever still holds the row.
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetCalling(ctx, task.Kind, task.ID, task.Generation); err != nil {
			return err
		}
		row.UpdatedAt = w.Now()
		return tx.SetLabel(ctx, row)
	})
	if err != nil {
		return row, err
	}
	bought, err := carrier.Buy(ctx, row.ExternalID, row.Method == string(returns.ByQR))
	if err != nil {
		return row, err
	}
	row.Status, row.Carrier, row.Tracking, row.Cost, row.Currency = store.LabelBought, bought.Carrier, bought.Tracking, bought.Cost, bought.Currency
	row.LabelURL, row.QRURL = bought.LabelURL, bought.QRURL
	return row, w.Cases.LabelBought(ctx, row)
}

// fetchLabel keeps the label's file, and the code's when there is one.
func (w *Worker) fetchLabel(ctx context.Context, row store.Label) error {
	for _, address := range []string{row.LabelURL, row.QRURL} {
		if address == "" {
			continue
		}
		c, err := w.download(ctx, address)
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

func (w *Worker) download(ctx context.Context, address string) (files.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "https" && !config.IsLoopback(u.Hostname())) {
		return files.Content{}, fault.New(fault.Permanent, "label_address", "The carrier's label lies at no https address.", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return files.Content{}, fault.New(fault.Permanent, "label_address", "The carrier's label lies at no https address.", err)
	}
	res, err := w.Caller.Do(r)
	if err != nil {
		return files.Content{}, fault.New(fault.Later, "label_not_fetched", "The label was bought and its file could not be fetched yet.", err)
	}
	defer res.Body.Close() //nolint:errcheck // what was read counts
	if res.StatusCode != http.StatusOK {
		return files.Content{}, fault.New(fault.Later, "label_not_fetched", "The label was bought and its file could not be fetched yet.", nil)
	}
	return files.Document(ctx, io.LimitReader(res.Body, labelBytes+1))
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
