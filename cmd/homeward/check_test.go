package main

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"homeward/internal/store"
)

// Who looks at the evidence, or at a backup of it, changes nothing, not even the tables of an older version; a line that was changed
// is named, with exit code 1.
func TestEvidenceIsOnlyRead(t *testing.T) {
	dir := t.TempDir()
	path, cfg := filepath.Join(dir, "homeward.db"), filepath.Join(dir, "homeward.yaml")
	text := `
database: sqlite:` + path + `
public_url: http://localhost:8080
secret: "a-secret-for-tests-of-at-least-32-bytes"
shops: [{id: acme, name: Acme, country: PL, time_zone: Europe/Warsaw, languages: [pl],
  sources: [{name: shopify, kind: shopify, secret: "s3cret"}]}]
`
	if err := os.WriteFile(cfg, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, said := said(t, "check", "--evidence", "--config", cfg); code != 1 || strings.Contains(said, "hold together") {
		t.Errorf("no database: exit %d, %s", code, said)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a database was made")
	}
	db, err := store.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	err = db.Write(t.Context(), func(tx *store.Tx) error {
		_, err := tx.AddEvidence(t.Context(), store.Evidence{At: at, Object: "order:o1", Kind: "delay_told", Data: "{}"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	unchanged := func(want int, words string) {
		t.Helper()
		before, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if code, said := said(t, "check", "--evidence", "--config", cfg); code != want || !strings.Contains(said, words) {
			t.Errorf("exit %d, want %d: %s", code, want, said)
		}
		if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
			t.Errorf("looking changed the database (%v)", err)
		}
	}
	spoil := func(query string) {
		t.Helper()
		raw, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := raw.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
	}
	unchanged(0, "1 lines hold together")
	spoil("UPDATE evidence SET data = '{\"x\":1}'")
	unchanged(1, "line 1 was changed")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	spoil("CREATE TABLE from_before (id TEXT)")
	unchanged(1, "not one of this version")
}
