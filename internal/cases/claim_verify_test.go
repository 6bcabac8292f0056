package cases_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	_ "modernc.org/sqlite"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// A letter of what was claimed, of what was answered, or of when, shows; so does a claim that was taken out or put in.
func TestAChangedClaimIsFound(t *testing.T) {
	for change, want := range map[string]string{
		"SELECT 1": "",
		"UPDATE claims SET body = body || '.' WHERE case_id = $1":                "is not the one of line",
		"UPDATE claims SET came_at = came_at + 86400000 WHERE case_id = $1":      "is not the one of line",
		"UPDATE claims SET due_at = due_at + 86400000 WHERE case_id = $1":        "is not the one of line",
		"UPDATE claims SET amount = amount + 1 WHERE case_id = $1":               "is not the one of line",
		"UPDATE claims SET answer = 'Nie.' WHERE case_id = $1":                   "is not the one of line",
		"UPDATE claims SET granted = '', answered_at = 0 WHERE case_id = $1":     "is not the one of line",
		"UPDATE claims SET channel = 'phone' WHERE case_id = $1":                 "is not the one of line",
		"UPDATE claims SET notices = '[]' WHERE case_id = $1":                    "is not the one of line",
		"DELETE FROM claims WHERE case_id = $1":                                  "is gone",
		"DELETE FROM evidence WHERE object = 'claim:' || $1":                     "2 claims are stored, 1 are in the evidence",
		"UPDATE claims SET seen_at = 5, fulfilled_at = 5 WHERE case_id = $1":     "", // staff's own notes are no evidence
		"UPDATE evidence SET kind = 'claim_refused' WHERE object = 'claim:'||$1": "is not the one of line",
	} {
		t.Run(change, func(t *testing.T) {
			b := newBench(t)
			b.claim("n0", claimOf(returns.ClaimDamaged, returns.RepairRemedy, units("l2", 1)))
			c := b.claim("n1", claimOf(returns.ClaimDefective, returns.ReductionRemedy, units("l1", 1)))
			b.grant(c, cases.Grant{Remedy: returns.ReductionRemedy, Amount: 1250, Words: "Dobrze."})
			other, err := sql.Open("sqlite", b.path)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			if change != "SELECT 1" {
				if _, err := other.ExecContext(t.Context(), change, c.ID); err != nil {
					t.Fatal(err)
				}
			}
			n, err := cases.VerifyClaims(t.Context(), b.db)
			if want == "" && (err != nil || n != 2) || want != "" && (!errors.Is(err, store.ErrEvidence) || !strings.Contains(err.Error(), want)) {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
}
