package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Evidence is one line of the log of statutory matters. Each line holds the hash of the one before it, so that a line that
// was changed, taken out or put in later shows. It holds digests, never what a person wrote.
type Evidence struct {
	Seq    int64 // 1, 2, 3, …
	At     time.Time
	Object string // "withdrawal:<id>"
	Kind   string // what happened
	Data   string // JSON
	Prev   string // the hash of the line before, "" for the first
	Hash   string // SHA-256, hex, over all of the above
}

// Sum gives the hash that a line must have.
func (e Evidence) Sum() string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		e.Prev, strconv.FormatInt(e.Seq, 10), strconv.FormatInt(ms(e.At), 10), strconv.Quote(e.Object), strconv.Quote(e.Kind), strconv.Quote(e.Data),
	}, "\n")))
	return hex.EncodeToString(sum[:])
}

func scanEvidence(r row) (Evidence, error) {
	var e Evidence
	err := r.Scan(&e.Seq, timeColumn{&e.At}, &e.Object, &e.Kind, &e.Data, &e.Prev, &e.Hash)
	return e, err
}

const evidenceColumns = "seq, at, object, kind, data, prev, hash"

// EvidenceOf gives the lines about an object, oldest first.
func (r *Reads) EvidenceOf(ctx context.Context, object string) ([]Evidence, error) {
	return list(ctx, r.q, scanEvidence, "SELECT "+evidenceColumns+" FROM evidence WHERE object = $1 ORDER BY seq", object)
}

// EvidenceAfter gives the lines after one, in order.
func (r *Reads) EvidenceAfter(ctx context.Context, seq int64, limit int) ([]Evidence, error) {
	return list(ctx, r.q, scanEvidence, "SELECT "+evidenceColumns+" FROM evidence WHERE seq > $1 ORDER BY seq LIMIT $2", seq, limit)
}

// AddEvidence appends a line; Seq, Prev and Hash are made here. Transactions that append take turns.
func (tx *Tx) AddEvidence(ctx context.Context, e Evidence) (Evidence, error) {
	if err := tx.lock(ctx, "evidence"); err != nil {
		return e, err
	}
	last, err := first(ctx, tx.q, scanEvidence, "SELECT "+evidenceColumns+" FROM evidence ORDER BY seq DESC LIMIT 1")
	if err != nil && !errors.Is(err, ErrNotFound) {
		return e, err
	}
	e.At = e.At.Truncate(time.Millisecond).UTC()
	e.Seq, e.Prev = last.Seq+1, last.Hash
	e.Hash = e.Sum()
	return e, must(ctx, tx.q, ErrConflict, "INSERT INTO evidence ("+evidenceColumns+") VALUES ("+placeholders(1, 7)+") ON CONFLICT DO NOTHING",
		e.Seq, ms(e.At), e.Object, e.Kind, e.Data, e.Prev, e.Hash)
}

// ErrEvidence is wrapped by the error of a chain that does not hold together.
var ErrEvidence = errors.New("store: the evidence does not hold together")

// VerifyEvidence reads the whole chain and gives how many lines it has and the hash of the last. The error names the first
// line that is not what it was, or wraps the database's.
func (r *Reads) VerifyEvidence(ctx context.Context) (lines int64, last string, err error) {
	for {
		some, err := r.EvidenceAfter(ctx, lines, 1000)
		if err != nil || len(some) == 0 {
			return lines, last, err
		}
		for _, e := range some {
			switch {
			case e.Seq != lines+1:
				return lines, last, fmt.Errorf("%w: line %d is missing", ErrEvidence, lines+1)
			case e.Prev != last:
				return lines, last, fmt.Errorf("%w: line %d does not follow line %d", ErrEvidence, e.Seq, lines)
			case e.Hash != e.Sum():
				return lines, last, fmt.Errorf("%w: line %d was changed", ErrEvidence, e.Seq)
			}
			lines, last = e.Seq, e.Hash
		}
	}
}
