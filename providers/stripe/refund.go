// Package stripe issues refunds and reads Stripe's webhooks. Amounts are minor units as Homeward counts them; Stripe's own
// units (its zero- and three-decimal currencies) stay inside this package.
package stripe

// Charge is what a payment looks like at Stripe just now.
type Charge struct {
	ID       string // "ch_…"
	IntentID string // "pi_…", may be ""
	Captured int64
	Refunded int64  // what Stripe counts as refunded, pending ones included
	Currency string // ISO 4217, capitals
	// Dispute is the status of an open or lost dispute ("needs_response", "under_review", "lost"), or of an inquiry
	// ("warning_needs_response", "warning_under_review"); "" when there is none that matters.
	Dispute string
	// Settles is set for an inquiry that a full refund would settle without a fee (is_charge_refundable).
	Settles bool
}

// NoBalance is the reason of a pending refund that waits for the account to be topped up.
const NoBalance = "insufficient_funds"

// Disputed is the failure reason of a refund that was pending when the bank took the payment back for the shopper.
const Disputed = "charge_for_pending_refund_disputed"

// Request is a refund to issue: exactly these parameters go with exactly this key.
type Request struct {
	Key       string // the idempotency key, on disk before the call
	Reference string // "pi_…" or "ch_…"
	Amount    int64
	Currency  string
	RefundID  string // ours; goes into the metadata as homeward_refund
	CaseID    string // ours; goes into the metadata as homeward_case
}

// Refund is a refund at Stripe.
type Refund struct {
	ID            string // "re_…"
	Reference     string // the payment intent, else the charge
	ChargeID      string
	Amount        int64
	Currency      string
	Status        string // pending | requires_action | succeeded | failed | canceled, or a word of the future
	FailureReason string
	PendingReason string // "" with older versions of Stripe's API; see NoBalance
	BankReference string // destination_details: what the shopper can ask the bank for (ARN), may be ""
	RefundID      string // ours, from the metadata; "" when we did not make it
}
