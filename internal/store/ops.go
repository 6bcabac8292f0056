package store

import (
	"context"
	"strings"
)

// MessageDismissed is the final state of a message that staff let go: it failed or stayed uncertain, a person decided that
// nothing more shall come of it, and error_code and the audit keep why.
const MessageDismissed = "dismissed"

// AgainID is the external id of the intent that staff put in the place of a refund that failed or was canceled at Stripe.
// There is at most one for each refund; the old row stays with its Stripe id, so that late news of it finds it.
func AgainID(refundID string) string { return againPrefix + refundID }

// AgainOf gives the refund in whose place one with this external id stands, "" for one that stands in no other's.
func AgainOf(externalID string) string {
	id, again := strings.CutPrefix(externalID, againPrefix)
	if !again {
		return ""
	}
	return id
}

const againPrefix = "again:"

// OfCancelled tells that a refund of ours gives back what was cancelled, and not what a case brought.
func (r Refund) OfCancelled() bool { return r.CaseID == "" && r.Origin == OriginHomeward }

// Standing gives the refunds that count: all but those that failed or were canceled and have an intent in their place.
func Standing(refunds []Refund) []Refund {
	replaced := map[string]bool{}
	for _, r := range refunds {
		replaced[r.ExternalID] = true
	}
	standing := make([]Refund, 0, len(refunds))
	for _, r := range refunds {
		if r.Counts() || !replaced[AgainID(r.ID)] {
			standing = append(standing, r)
		}
	}
	return standing
}

// Alone makes transactions that name the same key wait for each other, until they end: what is read after it stays so until
// the commit. It is for acts of people, which look before they write.
func (tx *Tx) Alone(ctx context.Context, key string) error { return tx.lock(ctx, "alone "+key) }

// AloneWithOrder keeps other transactions that write an order, move its cases or plan its money, waiting until this one ends.
// Whoever needs more locks takes this one first, also before the order's row and the evidence, but after a payment's: so no two wait
// for each other.
func (tx *Tx) AloneWithOrder(ctx context.Context, orderID string) error {
	return tx.lock(ctx, "cases "+orderID)
}
