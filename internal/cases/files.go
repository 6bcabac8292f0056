package cases

import (
	"context"
	"slices"
	"time"

	"homeward/internal/store"
)

// ProofSent is the step of a case's log that says that its shopper uploaded a proof of dispatch, ProofDoubted that staff looked at
// it and it proves nothing. They accept it by ProofOfDispatch. store.Reads.ProofsWaiting knows these names.
const (
	ProofSent    = "proof_sent"
	ProofDoubted = "proof_doubted"
)

// ProofWaits tells by a case's log whether its shopper uploaded a proof that nobody looked at.
func ProofWaits(log []store.CaseStep) bool {
	var sent, doubted time.Time
	for _, s := range log {
		switch {
		case s.Step == DispatchProven:
			return false
		case s.Step == ProofSent && s.At.After(sent):
			sent = s.At
		case s.Step == ProofDoubted && s.At.After(doubted):
			doubted = s.At
		}
	}
	return sent.After(doubted)
}

// DoubtProof records that what the shopper uploaded proves no dispatch; note says why. Another proof may be sent.
func (d *Desk) DoubtProof(ctx context.Context, c store.Case, actor, note string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error { return d.log(ctx, tx, c.ID, actor, ProofDoubted, note) })
}

// ProofUploaded records that the shopper sent a document that proves the dispatch; file is its id. Said twice it is kept once.
func (d *Desk) ProofUploaded(ctx context.Context, c store.Case, file string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.Alone(ctx, "case:"+c.ID); err != nil {
			return err
		}
		log, err := tx.CaseLog(ctx, c.ID)
		if err != nil || slices.ContainsFunc(log, func(s store.CaseStep) bool { return s.Step == ProofSent && s.Note == file }) {
			return err
		}
		return d.log(ctx, tx, c.ID, Shopper, ProofSent, file)
	})
}
