package withdrawals

import (
	"context"
	"errors"
	"fmt"
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
	var err error
	if e.Lines, e.Last, err = db.VerifyEvidence(ctx); err != nil {
		return e, err
	}
	for seq := int64(0); seq < e.Lines; {
		lines, err := db.EvidenceAfter(ctx, seq, 500)
		if err != nil {
			return e, err
		}
		for _, line := range lines {
			id, ok := strings.CutPrefix(line.Object, "withdrawal:")
			if seq = line.Seq; !ok || line.Kind != "declared" {
				continue
			}
			if err := compare(ctx, db, id, line); err != nil {
				return e, err
			}
			e.Statements++
		}
		if len(lines) == 0 {
			break
		}
	}
	stored, err := db.CountWithdrawals(ctx)
	if err == nil && stored > e.Statements { // those made meanwhile come with their line in one commit
		return e, fmt.Errorf("%w: %d statements are stored, %d are in the evidence", store.ErrEvidence, stored, e.Statements)
	}
	return e, err
}

func compare(ctx context.Context, db *store.DB, id string, line store.Evidence) error {
	w, err := db.Withdrawal(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%w: the statement of line %d is gone", store.ErrEvidence, line.Seq)
	}
	if err == nil && !strings.Contains(line.Data, `"statement_sha256":"`+Digest(w)+`"`) {
		err = fmt.Errorf("%w: the statement %s is not the one of line %d", store.ErrEvidence, w.Reference, line.Seq)
	}
	return err
}
