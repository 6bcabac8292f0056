package uploads_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/files"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
)

var t0 = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// world is a desk over a database and a folder of its own, with a clock that the test turns.
type world struct {
	*uploads.Desk
	now    time.Time
	folder string
}

func open(t *testing.T) *world {
	t.Helper()
	w := &world{now: t0, folder: filepath.Join(t.TempDir(), "files")}
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	box, err := files.Open(t.Context(), w.folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(box.Close(), db.Close()); err != nil {
			t.Error(err)
		}
	})
	shop := config.Shop{ID: "acme", Returns: config.Returns{KeepFiles: 730 * 24 * time.Hour}}
	w.Desk = &uploads.Desk{
		DB: db, Box: box, Config: &config.Config{Shops: []config.Shop{shop}}, Now: func() time.Time { return w.now }, Log: slog.New(slog.DiscardHandler),
	}
	return w
}

// kept lists what lies in the folder.
func (w *world) kept(t *testing.T) []string {
	t.Helper()
	var all []string
	err := filepath.Walk(w.folder, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			all = append(all, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func (w *world) write(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := w.DB.Write(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func (w *world) clean(t *testing.T) {
	t.Helper()
	if err := w.Clean(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// aCase stores a case of order o1.
func (w *world) aCase(t *testing.T, id, nonce string) store.Case {
	t.Helper()
	c := store.Case{ID: id, Shop: "acme", OrderID: "o1", RMA: "R-" + id, Kind: returns.Return, State: returns.Approved, Nonce: nonce, CreatedAt: w.now, UpdatedAt: w.now}
	w.write(t, func(tx *store.Tx) error {
		if err := tx.InsertCase(t.Context(), c); err != nil {
			return err
		}
		return tx.AdoptFiles(t.Context(), c.OrderID, nonce, c.ID)
	})
	return c
}

func (w *world) move(t *testing.T, id string, state returns.State) {
	t.Helper()
	w.write(t, func(tx *store.Tx) error {
		c, err := tx.Case(t.Context(), id)
		if err != nil {
			return err
		}
		c.State, c.UpdatedAt = state, w.now
		return tx.UpdateCase(t.Context(), c)
	})
}

func some(text string) files.Content {
	c, err := files.Document(context.Background(), strings.NewReader("%PDF-"+text))
	if err != nil {
		panic(err)
	}
	return c
}

var form = uploads.About{Shop: "acme", OrderID: "o1", Nonce: "n1", Purpose: store.PhotoFile, By: "shopper"}

func (w *world) keep(t *testing.T, about uploads.About, text string) store.File {
	t.Helper()
	f, err := w.Keep(t.Context(), about, some(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFormBecomesCase: what a form uploaded stays over its posts, goes to its case once, and stays while the case lives and
// as long after as the shop says.
func TestFormBecomesCase(t *testing.T) {
	t.Parallel()
	w := open(t)
	a := w.keep(t, form, "a")
	if again := w.keep(t, form, "a"); again.ID != a.ID {
		t.Error("the same photo of the same form was kept twice")
	}
	w.keep(t, form, "b")
	w.now = w.now.Add(time.Hour)
	c := w.aCase(t, "c1", "n1")
	w.now = w.now.Add(100 * 24 * time.Hour)
	w.clean(t)
	if all, err := w.DB.FilesOf(t.Context(), c.ID); err != nil || len(all) != 2 || !all[0].DeleteAt.IsZero() {
		t.Fatalf("the case has %+v, %v", all, err)
	}
	if data, err := w.Bytes(t.Context(), a); err != nil || string(data) != "%PDF-a" {
		t.Errorf("read %q, %v", data, err)
	}
	w.move(t, c.ID, returns.Closed)
	w.now = w.now.Add(729 * 24 * time.Hour)
	w.clean(t)
	if n := len(w.kept(t)); n != 2 {
		t.Fatalf("%d files before their time was over", n)
	}
	w.now = w.now.Add(24 * time.Hour)
	w.clean(t)
	if n := w.kept(t); len(n) != 0 {
		t.Errorf("still there: %v", n)
	}
	if _, err := w.DB.File(t.Context(), a.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the row is still there: %v", err)
	}
}

// TestReopened: money that turns out not to have arrived opens a case again, and its files stay.
func TestReopened(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.keep(t, form, "a")
	c := w.aCase(t, "c1", "n1")
	w.move(t, c.ID, returns.Closed)
	w.clean(t)
	w.move(t, c.ID, returns.Refunding)
	w.now = w.now.Add(800 * 24 * time.Hour)
	w.clean(t)
	if n := len(w.kept(t)); n != 1 {
		t.Errorf("%d files of a case that lives", n)
	}
}

// TestOrphans: what no case took goes after two days, and not before.
func TestOrphans(t *testing.T) {
	t.Parallel()
	w := open(t)
	w.keep(t, form, "a")
	w.now = w.now.Add(uploads.Orphaned - time.Second)
	w.clean(t)
	if len(w.kept(t)) != 1 {
		t.Fatal("gone too early")
	}
	w.now = w.now.Add(time.Second)
	w.clean(t)
	if len(w.kept(t)) != 0 {
		t.Error("still there")
	}
}

// TestDrop: a form's own file can be taken away until a case has it; nobody else's ever.
func TestDrop(t *testing.T) {
	t.Parallel()
	w := open(t)
	a, b := w.keep(t, form, "a"), w.keep(t, form, "b")
	other := form
	other.OrderID = "o2"
	stranger := w.keep(t, other, "c")
	if err := w.Drop(t.Context(), "o1", "n1", []string{a.ID, stranger.ID, "nobody"}); err != nil {
		t.Fatal(err)
	}
	w.clean(t)
	if all, _ := w.OfForm(t.Context(), "o1", "n1"); len(all) != 1 || all[0].ID != b.ID {
		t.Errorf("left: %+v", all)
	}
	c := w.aCase(t, "c1", "n1")
	if err := w.Drop(t.Context(), "o1", "n1", []string{b.ID}); err != nil {
		t.Fatal(err)
	}
	w.clean(t)
	if all, _ := w.DB.FilesOf(t.Context(), c.ID); len(all) != 1 {
		t.Error("a case's file was taken away by its form")
	}
	if _, err := w.Find(t.Context(), "o1", stranger.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another order's file was found: %v", err)
	}
	if _, err := w.Find(t.Context(), "o2", stranger.ID); err != nil {
		t.Errorf("an order's own file was not found: %v", err)
	}
}

// TestLimits: no form and no order fills a disk.
func TestLimits(t *testing.T) {
	t.Parallel()
	w := open(t)
	for i := range uploads.PerForm {
		w.keep(t, form, string(rune('a'+i)))
	}
	if _, err := w.Keep(t.Context(), form, some("z")); fault.Code(err) != files.TooMany {
		t.Errorf("one more than a form may have: %v", err)
	}
	own := uploads.About{Shop: "acme", OrderID: "o1", CaseID: "c1", Purpose: store.ProofFile}
	for i := range uploads.PerOrder - uploads.PerForm {
		w.keep(t, own, string(rune(1000+i)))
	}
	if _, err := w.Keep(t.Context(), own, some("z")); fault.Code(err) != files.TooMany {
		t.Errorf("one more than an order may have: %v", err)
	}
}

// TestGiftsLeaveRoom: the recipient of a gift, who need not be known to the buyer, cannot take the room of the buyer's evidence.
func TestGiftsLeaveRoom(t *testing.T) {
	t.Parallel()
	w := open(t)
	n := 0
	fill := func(about uploads.About) {
		for n = range uploads.PerOrder + 1 {
			if _, err := w.Keep(t.Context(), about, some(about.CaseID+string(rune(1000+n)))); err != nil {
				if fault.Code(err) != files.TooMany {
					t.Fatal(err)
				}
				return
			}
		}
	}
	fill(uploads.About{Shop: "acme", OrderID: "o1", CaseID: "c1", Purpose: store.ProofFile, By: uploads.ByGift + "g1"})
	if n != uploads.PerOrder/2 {
		t.Errorf("%d files of a gift", n)
	}
	fill(uploads.About{Shop: "acme", OrderID: "o1", CaseID: "c2", Purpose: store.ProofFile, By: "shopper"})
	if n != uploads.PerOrder/2 {
		t.Errorf("%d files of the buyer beside them", n)
	}
}

// TestCrashBetweenRowAndBytes: wherever a crash hits, no bytes are left that no row knows of, and nothing of a case is lost.
func TestCrashBetweenRowAndBytes(t *testing.T) {
	t.Parallel()
	w := open(t)
	row := store.File{ID: "f1", Shop: "acme", OrderID: "o1", Nonce: "n1", Purpose: store.PhotoFile, Key: files.NewKey(), CreatedAt: t0, DeleteAt: t0.Add(uploads.Orphaned)}
	w.write(t, func(tx *store.Tx) error { return tx.AddFile(t.Context(), row) })
	// The crash came after the bytes and before the word that they are there; the form was posted again and made a case.
	if err := w.Box.Put(t.Context(), row.Key, []byte("bytes"), files.PDF); err != nil {
		t.Fatal(err)
	}
	kept := w.keep(t, form, "a")
	c := w.aCase(t, "c1", "n1")
	if all, _ := w.DB.FilesOf(t.Context(), c.ID); len(all) != 1 || all[0].ID != kept.ID {
		t.Errorf("the case has %+v", all)
	}
	w.now = w.now.Add(uploads.Orphaned)
	w.clean(t)
	if n := w.kept(t); len(n) != 1 {
		t.Errorf("kept: %v", n)
	}
	// A crash after the bytes went and before the row did: the next round finds nothing to delete and goes on.
	w.move(t, c.ID, returns.Closed)
	w.clean(t)
	if err := w.Box.Delete(t.Context(), kept.Key); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(800 * 24 * time.Hour)
	w.clean(t)
	if _, err := w.DB.File(t.Context(), kept.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the row is still there: %v", err)
	}
}

// TestClaimedMeanwhile: a file that a case takes while it is about to be deleted stays.
func TestClaimedMeanwhile(t *testing.T) {
	t.Parallel()
	w := open(t)
	f := w.keep(t, form, "a")
	c := w.aCase(t, "c1", "n1")
	w.write(t, func(tx *store.Tx) error {
		if err := tx.HoldFile(t.Context(), f); !errors.Is(err, store.ErrConflict) {
			t.Errorf("HoldFile of a file that a case took: %v", err)
		}
		return nil
	})
	if all, _ := w.DB.FilesOf(t.Context(), c.ID); len(all) != 1 {
		t.Error("the file is gone")
	}
}

// TestAway: a folder that cannot be written is told by a code, and mends itself.
func TestAway(t *testing.T) {
	t.Parallel()
	w := open(t)
	if err := os.RemoveAll(w.folder); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.folder, nil, 0o600); err != nil { // a file where the folder was
		t.Fatal(err)
	}
	if _, err := w.Keep(t.Context(), form, some("a")); fault.Code(err) != files.Unavailable || fault.Of(err).Class != fault.Later {
		t.Errorf("Keep: %v", err)
	}
	if all, _ := w.OfForm(t.Context(), "o1", "n1"); len(all) != 0 {
		t.Error("a file without bytes is shown")
	}
	if err := os.Remove(w.folder); err != nil {
		t.Fatal(err)
	}
	w.keep(t, form, "a")
}
