package withdrawals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"homeward/internal/store"
)

// Evidence is what Verify found in order.
type Evidence struct {
	Lines      int64  // of the chain
	Statements int    // that the chain speaks of, each to the letter
	Last       string // the hash of the chain's last line: kept elsewhere, it shows when lines are cut off at the end
}

// Verify reads the whole chain of evidence and compares every statement with what it says of it. The error wraps
// store.ErrEvidence and names the first thing that was changed, or is the database's.
func Verify(ctx context.Context, db *store.DB) (Evidence, error) {
	var e Evidence
	stored, err := db.CountWithdrawals(ctx) // before the chain: what is stated meanwhile comes with its line in one commit
	if err != nil {
		return e, err
	}
	if e.Lines, e.Last, err = db.VerifyEvidence(ctx); err != nil {
		return e, err
	}
	newest := map[string]store.Evidence{}
	for seq := int64(0); seq < e.Lines; {
		lines, err := db.EvidenceAfter(ctx, seq, 500)
		if err != nil {
			return e, err
		}
		for _, line := range lines {
			id, ok := strings.CutPrefix(line.Object, "withdrawal:")
			if seq = line.Seq; ok && (line.Kind == declared || line.Kind == resolved) {
				newest[id] = line
			}
		}
		if len(lines) == 0 {
			break
		}
	}
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		if err := compare(ctx, db, id, newest[id]); err != nil {
			return e, err
		}
		e.Statements++
	}
	if stored > e.Statements {
		return e, fmt.Errorf("%w: %d statements are stored, %d are in the evidence", store.ErrEvidence, stored, e.Statements)
	}
	return e, nil
}

func compare(ctx context.Context, db *store.DB, id string, line store.Evidence) error {
	w, err := db.Withdrawal(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: the statement of line %d is gone", store.ErrEvidence, line.Seq)
	}
	if err != nil {
		return err
	}
	if !Proven(w, line) {
		return fmt.Errorf("%w: the statement %s is not the one of line %d", store.ErrEvidence, w.Reference, line.Seq)
	}
	return nil
}

// Newest gives the line that says how a statement stands now, of all lines about it.
func Newest(lines []store.Evidence) (newest store.Evidence) {
	for _, line := range lines {
		if line.Kind == declared || line.Kind == resolved {
			newest = line
		}
	}
	return newest
}

// Proven tells whether a statement is, in everything that counts, the one that a line of evidence speaks of, and the line the
// one that was written.
func Proven(w store.Withdrawal, line store.Evidence) bool {
	var said map[string]any
	if json.Unmarshal([]byte(line.Data), &said) != nil || line.Hash != line.Sum() {
		return false
	}
	for name, want := range testimony(w) {
		if fmt.Sprint(said[name]) != fmt.Sprint(want) {
			return false
		}
	}
	return true
}
