package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// aFile is a photo of a form whose bytes are there.
func aFile(id, nonce string) store.File {
	return store.File{
		ID: id, Shop: "acme", OrderID: "o1", Nonce: nonce, Purpose: store.PhotoFile, LineID: "l1", Key: "key-" + id, ContentType: "image/jpeg",
		Bytes: 12_345_678_901, Width: 2048, Height: 1536, SHA256: "ab" + id, By: "shopper", CreatedAt: t0, StoredAt: t0.Add(time.Second), DeleteAt: t0.AddDate(0, 0, 2),
	}
}

func addFiles(t testing.TB, db *store.DB, files ...store.File) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error {
		for _, f := range files {
			if err := tx.AddFile(t.Context(), f); err != nil {
				return err
			}
		}
		return nil
	})
}

func fileIDs(files []store.File) []string {
	ids := []string{}
	for _, f := range files {
		ids = append(ids, f.ID)
	}
	return ids
}

// caseOf makes a case with a form's nonce.
func caseOf(t testing.TB, db *store.DB, id, nonce string, state returns.State) store.Case {
	t.Helper()
	c := store.Case{ID: id, Shop: "acme", OrderID: "o1", RMA: "R-" + id, Kind: returns.Return, State: state, Nonce: nonce, CreatedAt: t0, UpdatedAt: t0}
	write(t, db, func(tx *store.Tx) error { return tx.InsertCase(t.Context(), c) })
	return c
}

// TestFile: a file is kept whole, once by its id; it is there for its form only when its bytes are.
func TestFile(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, f, coming := t.Context(), aFile("f1", "n1"), aFile("f2", "n1")
		coming.StoredAt = time.Time{}
		addFiles(t, db, f, coming)
		if got := must[store.File](t)(db.File(ctx, "f1")); cmp.Diff(f, got) != "" {
			t.Error(cmp.Diff(f, got))
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.AddFile(ctx, f) }); err == nil {
			t.Error("two files of one id")
		}
		if _, err := db.File(ctx, "f3"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("none: %v", err)
		}
		there := func(want ...string) {
			t.Helper()
			if got := fileIDs(must[[]store.File](t)(db.FilesOfNonce(ctx, "o1", "n1"))); cmp.Diff(want, got) != "" {
				t.Errorf("of the form: %v, want %v", got, want)
			}
		}
		there("f1")
		if n := must[int](t)(db.CountFiles(ctx, "o1")); n != 2 {
			t.Errorf("%d files, those that are coming included", n)
		}
		write(t, db, func(tx *store.Tx) error { return tx.FileStored(ctx, "f2", t0.Add(time.Minute)) })
		there("f1", "f2")
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.FileStored(ctx, "f3", t0) }); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("stored and not there: %v", err)
		}
		for _, other := range [][2]string{{"o2", "n1"}, {"o1", "n2"}, {"o1", ""}} {
			if got := must[[]store.File](t)(db.FilesOfNonce(ctx, other[0], other[1])); len(got) != 0 {
				t.Errorf("%v has %v", other, fileIDs(got))
			}
		}
		write(t, db, func(tx *store.Tx) error { return tx.RemoveFile(ctx, "f1") })
		there("f2")
	})
}

// TestFilesOfAForm: the case that a form makes takes over what the form of that order sent, and that stays; what was still
// coming then stays once it has come.
func TestFilesOfAForm(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, coming, elsewhere := t.Context(), aFile("f2", "n1"), aFile("f4", "n1")
		coming.StoredAt, elsewhere.OrderID = time.Time{}, "o2"
		addFiles(t, db, aFile("f1", "n1"), coming, aFile("f3", "n2"), elsewhere, aFile("f5", ""))
		caseOf(t, db, "c1", "n1", returns.Requested)
		if got := fileIDs(must[[]store.File](t)(db.FilesOf(ctx, "c1"))); cmp.Diff([]string{"f1"}, got) != "" {
			t.Errorf("the case has %v", got)
		}
		if f := must[store.File](t)(db.File(ctx, "f1")); !f.DeleteAt.IsZero() {
			t.Errorf("goes at %v", f.DeleteAt)
		}
		if f := must[store.File](t)(db.File(ctx, "f2")); f.CaseID != "c1" || f.DeleteAt.IsZero() {
			t.Errorf("what is coming: %+v", f)
		}
		write(t, db, func(tx *store.Tx) error { return tx.FileStored(ctx, "f2", t0.Add(time.Minute)) })
		if got := fileIDs(must[[]store.File](t)(db.FilesOf(ctx, "c1"))); cmp.Diff([]string{"f1", "f2"}, got) != "" {
			t.Errorf("the case has %v", got)
		}
		if f := must[store.File](t)(db.File(ctx, "f2")); !f.DeleteAt.IsZero() {
			t.Errorf("came, and goes at %v", f.DeleteAt)
		}
		for _, id := range []string{"f3", "f4", "f5"} {
			if f := must[store.File](t)(db.File(ctx, id)); f.CaseID != "" || f.DeleteAt.IsZero() {
				t.Errorf("%s became the case's", id)
			}
		}
		if got := must[[]store.File](t)(db.FilesOf(ctx, "")); len(got) != 0 {
			t.Errorf("files of no case: %v", fileIDs(got))
		}
	})
}

// TestInspectionPhotos: an inspection takes the photos of its line that its own form sent.
func TestInspectionPhotos(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		inspected := func(id string, change func(*store.File)) store.File {
			f := aFile(id, "n1")
			f.Purpose = store.InspectionFile
			change(&f)
			return f
		}
		addFiles(t, db, inspected("f1", func(*store.File) {}), inspected("f2", func(f *store.File) { f.LineID = "l2" }),
			inspected("f3", func(f *store.File) { f.StoredAt = time.Time{} }), aFile("f4", "n1"))
		write(t, db, func(tx *store.Tx) error {
			return tx.AdoptInspectionPhotos(ctx, "o1", "n1", store.Inspection{ID: "i1", CaseID: "c1", Inspection: returns.Inspection{LineID: "l1"}})
		})
		got := must[[]store.File](t)(db.FilesOf(ctx, "c1"))
		if cmp.Diff([]string{"f1"}, fileIDs(got)) != "" || got[0].Inspection() != "i1" || got[0].Nonce != store.InspectionPhotos("i1") || !got[0].DeleteAt.IsZero() {
			t.Errorf("%+v", got)
		}
		if f := must[store.File](t)(db.File(ctx, "f4")); f.Inspection() != "" || f.CaseID != "" {
			t.Errorf("%+v", f)
		}
	})
}

// TestDropFile: a form takes away what it sent itself and no case has; it goes at once.
func TestDropFile(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx := t.Context()
		addFiles(t, db, aFile("f1", "n1"), aFile("f2", "n2"), aFile("f3", ""))
		caseOf(t, db, "c1", "n2", returns.Requested)
		for _, no := range [][3]string{{"o2", "n1", "f1"}, {"o1", "n2", "f1"}, {"o1", "n2", "f2"}, {"o1", "", "f3"}, {"o1", "n1", "f9"}} {
			if err := db.Write(ctx, func(tx *store.Tx) error { return tx.DropFile(ctx, no[0], no[1], no[2], t0) }); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%v: %v", no, err)
			}
		}
		write(t, db, func(tx *store.Tx) error { return tx.DropFile(ctx, "o1", "n1", "f1", t0) })
		if got := must[[]store.File](t)(db.FilesOfNonce(ctx, "o1", "n1")); len(got) != 0 {
			t.Errorf("still there: %v", fileIDs(got))
		}
		if got := fileIDs(must[[]store.File](t)(db.FilesToDelete(ctx, t0, 10))); cmp.Diff([]string{"f1"}, got) != "" {
			t.Errorf("to delete: %v", got)
		}
	})
}

// TestFilesEndWithTheirCase: a shop's files go some time after their case was over, and stay when it was opened again.
func TestFilesEndWithTheirCase(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, keep := t.Context(), 100*24*time.Hour
		addFiles(t, db, aFile("open", "n1"), aFile("over", "n2"), aFile("orphan", "n3"))
		caseOf(t, db, "c1", "n1", returns.Approved)
		over := caseOf(t, db, "c2", "n2", returns.Closed)
		end := func(shop string) {
			t.Helper()
			ids := must[[]string](t)(db.FilesToEnd(ctx, shop))
			write(t, db, func(tx *store.Tx) error {
				for _, file := range ids {
					if err := tx.EndFiles(ctx, shop, keep, file); err != nil {
						return err
					}
				}
				return nil
			})
		}
		at := func(id string) time.Time { t.Helper(); return must[store.File](t)(db.File(ctx, id)).DeleteAt }
		end("another")
		if !at("over").IsZero() {
			t.Error("another shop's term was taken")
		}
		end("acme")
		if !at("open").IsZero() || !at("over").Equal(t0.Add(keep)) || !at("orphan").Equal(t0.AddDate(0, 0, 2)) {
			t.Errorf("open %v, over %v, orphan %v", at("open"), at("over"), at("orphan"))
		}
		due := t0.Add(keep)
		if got := fileIDs(must[[]store.File](t)(db.FilesToDelete(ctx, due.Add(-time.Millisecond), 10))); cmp.Diff([]string{"orphan"}, got) != "" {
			t.Errorf("before: %v", got)
		}
		if got := fileIDs(must[[]store.File](t)(db.FilesToDelete(ctx, due, 1))); cmp.Diff([]string{"orphan"}, got) != "" {
			t.Errorf("the first: %v", got)
		}
		stale := must[store.File](t)(db.File(ctx, "over"))
		over.State = returns.Approved
		write(t, db, func(tx *store.Tx) error { return tx.UpdateCase(ctx, over) })
		end("acme")
		if !at("over").IsZero() {
			t.Errorf("opened again, and goes at %v", at("over"))
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.HoldFile(ctx, stale) }); !errors.Is(err, store.ErrConflict) {
			t.Errorf("held for a deletion that is off: %v", err)
		}
	})
}

// TestHeldFile: a file that is about to be deleted can be had by no case any more.
func TestHeldFile(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		ctx, f := t.Context(), aFile("f1", "n1")
		addFiles(t, db, f, aFile("f2", "n2"))
		write(t, db, func(tx *store.Tx) error { return tx.HoldFile(ctx, f) })
		caseOf(t, db, "c1", "n1", returns.Requested)
		if got := must[[]store.File](t)(db.FilesOf(ctx, "c1")); len(got) != 0 {
			t.Errorf("a case has %v", fileIDs(got))
		}
		stale := must[store.File](t)(db.File(ctx, "f2"))
		caseOf(t, db, "c2", "n2", returns.Requested)
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.HoldFile(ctx, stale) }); !errors.Is(err, store.ErrConflict) {
			t.Errorf("held what a case took: %v", err)
		}
	})
}
