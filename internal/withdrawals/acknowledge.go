package withdrawals

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/contact"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/outbox"
	"homeward/internal/store"
)

// The open form is no mail cannon: to an address that is not on the order so many acknowledgements go in a day, and so many
// for one network. The statement itself is always taken, and its receipt page offers it in full.
const (
	perAddress = 3
	perNetwork = 20
	limitSpan  = 24 * time.Hour
)

// recipients gives the addresses that are told: the one that was typed, and the order's when it is certain that the
// statement is its shopper's: a mistyped number must not bring one person's letter to another. It flags what is not sent.
func (d *Desk) recipients(ctx context.Context, tx *store.Tx, shop *config.Shop, a about, w *store.Withdrawal) ([]string, error) {
	var to []string
	if a.certain {
		if own := outbox.Contact(shop, a.order.State.Order).Email; own != "" {
			to = append(to, own)
		}
	}
	typed, ok := contact.Email(w.Email)
	same := slices.ContainsFunc(to, func(s string) bool { return orders.EmailKey(s) == orders.EmailKey(typed) })
	if !ok || same {
		return to, nil
	}
	// Who counts at the same moment waits, or a hundred forms at once would all be the first one.
	if err := tx.Alone(ctx, "acknowledgements "+shop.ID); err != nil {
		return nil, err
	}
	byAddress, byNetwork, err := tx.WithdrawalsSince(ctx, shop.ID, typed, w.Network, d.Now().Add(-limitSpan))
	if err != nil {
		return nil, err
	}
	if w.EnteredBy == "" && (byAddress >= perAddress || byNetwork >= perNetwork) {
		w.Flags = append(w.Flags, NotAcknowledged)
		return to, nil
	}
	return append(to, typed), nil
}

// acknowledge makes the acknowledgements due, on the statutory queue.
func (d *Desk) acknowledge(ctx context.Context, tx *store.Tx, shop *config.Shop, order store.Order, w store.Withdrawal, to []string) ([]store.Task, error) {
	now := d.Now()
	if len(to) == 0 {
		return nil, nil
	}
	drafts := messages.ForWithdrawal(messages.Notice{
		Now: now, Topic: messages.WithdrawalReceived, ID: w.ID, Step: "received", Policy: outbox.Policy(shop),
		Contact: messages.Contact{Email: to[0]}, Also: to[1:],
	})
	// In the language of the statement, and on the order's timeline when there is one.
	order.Shop, order.Language = shop.ID, w.Language
	return outbox.Add(ctx, tx, order, drafts, now)
}

// The kinds of evidence about a statement.
const (
	declared = "declared" // it was made
	resolved = "resolved" // staff found its order
)

// testify writes the evidence: what was stated, as a digest, when, how it was asked for, and how many are told.
func (d *Desk) testify(ctx context.Context, tx *store.Tx, kind string, w store.Withdrawal, acknowledged int) error {
	said := testimony(w)
	said["acknowledged"] = acknowledged
	data, err := json.Marshal(said)
	if err != nil {
		return err
	}
	_, err = tx.AddEvidence(ctx, store.Evidence{At: d.Now(), Object: "withdrawal:" + w.ID, Kind: kind, Data: string(data)})
	return err
}

// testimony is what the evidence says of a statement, and must find in it again.
func testimony(w store.Withdrawal) map[string]any {
	return map[string]any{
		"shop": w.Shop, "order": w.OrderID, "case": w.CaseID, "reference": w.Reference, "channel": w.Channel,
		"submitted_at": w.SubmittedAt.UTC().Format(time.RFC3339Nano), "refund_due_at": w.RefundDueAt.UTC().Format(time.RFC3339Nano),
		"time_zone": w.TimeZone, "language": w.Language, "button": w.Button, "statement_sha256": Digest(w), "items": len(w.Items),
		"flags": strings.Join(w.Flags, ","), "entered_by": w.EnteredBy,
	}
}

// Digest binds a statement as it is stored: its words, its names, its time and where it came from.
func Digest(w store.Withdrawal) string {
	text, _ := json.Marshal([]any{ //nolint:errchkjson // strings and numbers
		w.ID, w.Shop, w.Name, w.Number, w.Email, w.Items, w.Body, w.SubmittedAt.UnixMilli(), w.Network, w.Agent,
	})
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
