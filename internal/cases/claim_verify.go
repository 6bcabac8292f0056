package cases

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"homeward/internal/store"
)

const claimObject = "claim:"

// VerifyClaims compares every claim, as it was made and as it was answered, with the newest line of evidence about it, and gives how
// many stand as they were. That the chain itself holds together is for [store.Reads.VerifyEvidence] to say. The error wraps
// store.ErrEvidence and names the first claim that was changed, or is the database's.
func VerifyClaims(ctx context.Context, db *store.DB) (proven int, err error) {
	stored, err := db.ClaimsStored(ctx) // before the chain: what is claimed meanwhile comes with its line in one commit
	if err != nil {
		return 0, err
	}
	newest := map[string]store.Evidence{}
	for seq := int64(0); ; {
		lines, err := db.EvidenceAfter(ctx, seq, 500)
		if err != nil {
			return 0, err
		}
		if len(lines) == 0 {
			break
		}
		for _, line := range lines {
			if id, ok := strings.CutPrefix(line.Object, claimObject); ok {
				newest[id] = line
			}
			seq = line.Seq
		}
	}
	for _, id := range slices.Sorted(maps.Keys(newest)) {
		if err := verifyClaim(ctx, db, id, newest[id]); err != nil {
			return proven, err
		}
		proven++
	}
	if stored > proven {
		return proven, fmt.Errorf("%w: %d claims are stored, %d are in the evidence", store.ErrEvidence, stored, proven)
	}
	return proven, nil
}

// verifyClaim compares one claim. One that was answered since its line was read is read again.
func verifyClaim(ctx context.Context, db *store.DB, id string, line store.Evidence) error {
	const tries = 3
	for range tries {
		claim, err := db.ClaimOfCase(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: the claim of line %d is gone", store.ErrEvidence, line.Seq)
		}
		if err != nil || ClaimProven(claim, line) {
			return err
		}
		lines, err := db.EvidenceOf(ctx, claimObject+id)
		if err != nil {
			return err
		}
		if len(lines) > 0 {
			line = lines[len(lines)-1]
		}
	}
	return fmt.Errorf("%w: the claim of case %s is not the one of line %d", store.ErrEvidence, id, line.Seq)
}

// ClaimProven tells whether a claim is, in everything that counts, what its newest line of evidence says, and the line the one that
// was written.
func ClaimProven(claim store.Claim, line store.Evidence) bool {
	text, err := json.Marshal(claimTestimony(claim))
	var said, want map[string]any
	if err != nil || json.Unmarshal(text, &want) != nil || json.Unmarshal([]byte(line.Data), &said) != nil || line.Hash != line.Sum() {
		return false
	}
	for name, value := range want {
		if !reflect.DeepEqual(said[name], value) {
			return false
		}
	}
	return true
}
