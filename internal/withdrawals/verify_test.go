package withdrawals_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
)

// TestVerifyNoticesWhatWasChanged: a letter of a statement, a statement taken out, one put in, a line of the evidence.
func TestVerifyNoticesWhatWasChanged(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]string{
		"":                        "SELECT 1",
		"is not the one of line":  "UPDATE withdrawals SET body = body || '.' WHERE reference = $1",
		"W-":                      "UPDATE withdrawals SET channel = 'letter' WHERE reference = $1",
		"the statement":           "UPDATE withdrawals SET order_id = 'o2' WHERE reference = $1",
		"is not the one":          "UPDATE withdrawals SET channel = 'letter' WHERE reference = $1",
		"not the one of line":     "UPDATE withdrawals SET order_id = 'o2' WHERE reference = $1",
		"is gone":                 "DELETE FROM withdrawals WHERE reference = $1",
		"line 2 was changed":      "UPDATE evidence SET at = at + 1 WHERE seq = 2 AND $1 <> ''",
		"line 1 is missing":       "DELETE FROM evidence WHERE seq = 1 AND $1 <> ''",
		"2 statements are stored": "DELETE FROM evidence WHERE seq = 2 AND $1 <> ''",
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.declare(behindLink(returns.Item{LineID: "l1", Quantity: 2}))
			_, w := b.declare(behindLink(returns.Item{LineID: "l2", Quantity: 1}))
			other, err := sql.Open("sqlite", b.file)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if _, err := other.ExecContext(t.Context(), change, w.Reference); err != nil && want != "" {
				t.Fatal(err)
			}
			found, err := withdrawals.Verify(t.Context(), b.db)
			if want == "" {
				if err != nil || found.Statements != 2 || found.Lines != 2 || found.Last == "" {
					t.Errorf("%+v, %v", found, err)
				}
				return
			}
			if !errors.Is(err, store.ErrEvidence) || !strings.Contains(err.Error(), want) {
				t.Errorf("%v", err)
			}
		})
	}
}
