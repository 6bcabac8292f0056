// Package uploads ties kept files to orders and cases: what a form of the shopper's uploads stays under the form's nonce until
// the form makes a case, and then as long as the case needs it.
//
// The row comes before the bytes and goes after them. So a crash can leave a row without bytes, which is cleaned away, and
// never bytes that no row knows of.
package uploads

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/id"
	"homeward/internal/store"
)

const (
	// PerForm is how many files one form may upload.
	PerForm = 6
	// PerOrder is how many files an order may have, so that nobody's link fills a disk.
	PerOrder = 100
	// perGifts is as many of them as there may be when the recipient of a gift adds one: the rest is the buyer's.
	perGifts = PerOrder / 2
	// Orphaned is how long a file stays whose form never became a case.
	Orphaned = 48 * time.Hour
)

// Desk keeps files.
type Desk struct {
	DB     *store.DB
	Box    *files.Box
	Config *config.Config
	Now    func() time.Time
	Log    *slog.Logger
}

// ByGift begins who uploaded a file by the code of a gift; the gift's id follows.
const ByGift = "gift:"

// About says what a file belongs to. With a CaseID it belongs to that case at once; without, to the form of Nonce.
type About struct {
	Shop    string
	OrderID string
	CaseID  string
	Nonce   string
	LineID  string
	Purpose store.FilePurpose
	By      string // "shopper", "staff:olga", "homeward", ByGift and an id
}

// Keep stores a file. The same content for the same form (or the same case and purpose) is kept once, however often it is
// sent. The error is a *fault.Error: files.TooMany, files.Unavailable, or the database's.
func (d *Desk) Keep(ctx context.Context, about About, c files.Content) (store.File, error) {
	now := d.Now()
	f := store.File{
		ID: id.New(now), Shop: about.Shop, OrderID: about.OrderID, CaseID: about.CaseID, Nonce: about.Nonce, Purpose: about.Purpose,
		LineID: about.LineID, Key: files.NewKey(), ContentType: c.Type, Bytes: int64(len(c.Data)), Width: c.Width, Height: c.Height,
		SHA256: c.SHA256, By: about.By, CreatedAt: now, DeleteAt: now.Add(Orphaned),
	}
	var twin *store.File
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		twin = nil
		if err := tx.Alone(ctx, "files "+f.OrderID); err != nil {
			return err
		}
		there, err := siblings(ctx, &tx.Reads, about)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(there, func(o store.File) bool { return o.SHA256 == f.SHA256 && o.LineID == f.LineID }); i >= 0 {
			twin = &there[i]
			return nil
		}
		n, err := tx.CountFiles(ctx, f.OrderID)
		if err != nil {
			return err
		}
		if about.Purpose != store.LabelFile && (n >= mostFiles(about.By) || (about.CaseID == "" && len(there) >= PerForm)) {
			return files.Refuse(files.TooMany, nil)
		}
		return tx.AddFile(ctx, f)
	})
	switch {
	case err != nil:
		return store.File{}, err
	case twin != nil:
		return *twin, nil
	}
	if err := d.Box.Put(ctx, f.Key, c.Data, f.ContentType); err != nil {
		d.Log.LogAttrs(ctx, slog.LevelError, "file not stored", slog.String("file", f.ID), slog.String("code", fault.Code(err)))
		return store.File{}, err // its row goes when its time is over, and whatever did arrive with it
	}
	f.StoredAt = d.Now()
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.FileStored(ctx, f.ID, f.StoredAt); err != nil {
			return err
		}
		var err error
		f, err = tx.File(ctx, f.ID)
		return err
	})
	return f, err
}

func mostFiles(by string) int {
	if strings.HasPrefix(by, ByGift) {
		return perGifts
	}
	return PerOrder
}

// siblings gives the files that a new one must not repeat.
func siblings(ctx context.Context, r *store.Reads, about About) ([]store.File, error) {
	if about.CaseID == "" {
		return r.FilesOfNonce(ctx, about.OrderID, about.Nonce)
	}
	all, err := r.FilesOf(ctx, about.CaseID)
	return slices.DeleteFunc(all, func(f store.File) bool { return f.Purpose != about.Purpose }), err
}

// OfForm gives what a form uploaded so far.
func (d *Desk) OfForm(ctx context.Context, orderID, nonce string) ([]store.File, error) {
	return d.DB.FilesOfNonce(ctx, orderID, nonce)
}

// Drop takes files of a form away that no case has yet; others are left alone.
func (d *Desk) Drop(ctx context.Context, orderID, nonce string, ids []string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		for _, file := range ids {
			if err := tx.DropFile(ctx, orderID, nonce, file, d.Now()); err != nil && !errors.Is(err, store.ErrNotFound) {
				return err
			}
		}
		return nil
	})
}

// Find gives an order's file whose bytes are there, or store.ErrNotFound.
func (d *Desk) Find(ctx context.Context, orderID, fileID string) (store.File, error) {
	f, err := d.DB.File(ctx, fileID)
	if err == nil && (f.OrderID != orderID || f.StoredAt.IsZero()) {
		err = store.ErrNotFound
	}
	return f, err
}

// Bytes gives a file's content.
func (d *Desk) Bytes(ctx context.Context, f store.File) ([]byte, error) {
	return d.Box.Read(ctx, f.Key)
}

// OfCase gives a case's files.
func (d *Desk) OfCase(ctx context.Context, caseID string) ([]store.File, error) {
	return d.DB.FilesOf(ctx, caseID)
}
