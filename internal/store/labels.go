package store

import (
	"context"
	"time"

	"homeward/internal/orders"
)

// The statuses of a label.
const (
	LabelWanted = "wanted"
	LabelBought = "bought"   // paid for; its file may still be on its way
	LabelNeeded = "unneeded" // the case went on without it
	LabelVoid   = "voiding"  // paid for when the case no longer wanted it: its money is asked back
	LabelVoided = "voided"   // and the carrier account took it back
)

// The final work states of a label.
const (
	LabelReady   = "ready" // its file is kept
	LabelHeld    = "held"  // for good; a person can mend it
	LabelDropped = "dropped"
)

// Label is a label of a carrier for the way back of a case.
type Label struct {
	ID         string // also the reference it is looked up by at the provider's
	Shop       string
	OrderID    string
	CaseID     string
	Provider   string
	Method     string // returns.ByLabel or returns.ByQR
	Status     string
	ExternalID string // the provider's id of the shipment, written before anything is paid for
	Carrier    string
	Tracking   string
	Cost       int64 // minor units
	Currency   string
	LabelURL   string
	QRURL      string
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Work
}

const labelColumns = "id, shop, order_id, case_id, provider, method, status, external_id, carrier, tracking_number, cost, currency, " +
	"label_url, qr_url, created_at, updated_at, " + workColumns

func scanLabel(r row) (Label, error) {
	var l Label
	err := r.Scan(append([]any{
		&l.ID, &l.Shop, &l.OrderID, &l.CaseID, &l.Provider, &l.Method, &l.Status, &l.ExternalID, &l.Carrier, &l.Tracking, &l.Cost, &l.Currency,
		&l.LabelURL, &l.QRURL, timeColumn{&l.CreatedAt}, timeColumn{&l.UpdatedAt},
	}, l.columns()...)...)
	return l, err
}

// Label gives a label, or ErrNotFound.
func (r *Reads) Label(ctx context.Context, id string) (Label, error) {
	return first(ctx, r.q, scanLabel, "SELECT "+labelColumns+" FROM labels WHERE id = $1", id)
}

// LabelsOf gives a case's labels, oldest first.
func (r *Reads) LabelsOf(ctx context.Context, caseID string) ([]Label, error) {
	return list(ctx, r.q, scanLabel, "SELECT "+labelColumns+" FROM labels WHERE case_id = $1 ORDER BY created_at, id", caseID)
}

// LabelsHeld gives the labels that wait for a person, oldest first.
func (r *Reads) LabelsHeld(ctx context.Context, limit int) ([]Label, error) {
	return list(ctx, r.q, scanLabel, "SELECT "+labelColumns+" FROM labels WHERE state = 'held' ORDER BY created_at, id LIMIT $1", limit)
}

// AddLabel makes a label due.
func (tx *Tx) AddLabel(ctx context.Context, l Label) error {
	_, err := exec(ctx, tx.q, "INSERT INTO labels ("+labelColumns+") VALUES ("+placeholders(1, 24)+")",
		append([]any{
			l.ID, l.Shop, l.OrderID, l.CaseID, l.Provider, l.Method, l.Status, l.ExternalID, l.Carrier, orders.NormalizeTracking(l.Tracking),
			l.Cost, l.Currency, l.LabelURL, l.QRURL, ms(l.CreatedAt), ms(l.UpdatedAt),
		}, l.values()...)...)
	return err
}

// SetLabel writes what is known of a label, but not its work.
func (tx *Tx) SetLabel(ctx context.Context, l Label) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE labels SET status = $2, external_id = $3, carrier = $4, tracking_number = $5, cost = $6,"+
		" currency = $7, label_url = $8, qr_url = $9, updated_at = $10 WHERE id = $1",
		l.ID, l.Status, l.ExternalID, l.Carrier, orders.NormalizeTracking(l.Tracking), l.Cost, l.Currency, l.LabelURL, l.QRURL, ms(l.UpdatedAt))
}
