package cases

import (
	"context"
	"slices"

	"homeward/internal/store"
)

// ProofSent is the step of a case's log that says that its shopper uploaded a proof of dispatch. Staff accept it or not: see
// ProofOfDispatch.
const ProofSent = "proof_sent"

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
