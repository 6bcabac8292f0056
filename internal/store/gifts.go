package store

import (
	"context"
	"time"

	"homeward/internal/returns"
)

// Gift is a code by which the recipient of a gift returns some units of an order. It knows nothing of their price.
type Gift struct {
	ID        string
	Shop      string
	OrderID   string
	Code      string // id.GiftCode: 16 characters
	Nonce     string // of the form that made it: the same nonce is the same gift
	Items     []returns.Item
	Language  string // of the recipient's pages
	CreatedAt time.Time
	RevokedAt time.Time // zero: it is live
}

// Recipient is who asked for a return by the code of a gift. It is a person's: never in logs, tasks or errors.
type Recipient struct {
	Name     string `json:"name,omitempty"`
	Email    string `json:"email,omitempty"`
	Language string `json:"language,omitempty"`
}

const giftColumns = "id, shop, order_id, code, nonce, items, language, created_at, revoked_at"

func scanGift(r row) (Gift, error) {
	var g Gift
	err := r.Scan(&g.ID, &g.Shop, &g.OrderID, &g.Code, &g.Nonce, jsonColumn{&g.Items}, &g.Language, timeColumn{&g.CreatedAt}, timeColumn{&g.RevokedAt})
	return g, err
}

// Gift gives a gift, or ErrNotFound.
func (r *Reads) Gift(ctx context.Context, id string) (Gift, error) {
	return first(ctx, r.q, scanGift, "SELECT "+giftColumns+" FROM gifts WHERE id = $1", id)
}

// GiftByCode gives the gift of a code as id.GiftCode writes it, revoked ones too, or ErrNotFound.
func (r *Reads) GiftByCode(ctx context.Context, code string) (Gift, error) {
	return first(ctx, r.q, scanGift, "SELECT "+giftColumns+" FROM gifts WHERE code = $1", code)
}

// GiftByNonce gives the gift that one form made, however often it was posted, or ErrNotFound.
func (r *Reads) GiftByNonce(ctx context.Context, orderID, nonce string) (Gift, error) {
	return first(ctx, r.q, scanGift, "SELECT "+giftColumns+" FROM gifts WHERE order_id = $1 AND nonce = $2", orderID, nonce)
}

// GiftsOf gives an order's gifts, oldest first.
func (r *Reads) GiftsOf(ctx context.Context, orderID string) ([]Gift, error) {
	return list(ctx, r.q, scanGift, "SELECT "+giftColumns+" FROM gifts WHERE order_id = $1 ORDER BY created_at, id", orderID)
}

// InsertGift adds a gift. ErrDuplicate when its code, or a gift of its order and nonce, is there.
func (tx *Tx) InsertGift(ctx context.Context, g Gift) error {
	return must(ctx, tx.q, ErrDuplicate, "INSERT INTO gifts ("+giftColumns+") VALUES ("+placeholders(1, 9)+") ON CONFLICT DO NOTHING",
		g.ID, g.Shop, g.OrderID, g.Code, g.Nonce, jsonText(g.Items), g.Language, ms(g.CreatedAt), ms(g.RevokedAt))
}

// RevokeGift ends a gift of an order. One that was revoked before keeps its time; ErrNotFound when the order has no such gift.
func (tx *Tx) RevokeGift(ctx context.Context, orderID, id string, at time.Time) error {
	return must(ctx, tx.q, ErrNotFound, `UPDATE gifts SET revoked_at = CASE WHEN revoked_at = 0 THEN CAST($3 AS BIGINT) ELSE revoked_at END
		WHERE id = $1 AND order_id = $2`, id, orderID, ms(at))
}

// SetGiftLanguage keeps the language of a gift's pages. ErrNotFound when there is no such gift.
func (tx *Tx) SetGiftLanguage(ctx context.Context, id, language string) error {
	return must(ctx, tx.q, ErrNotFound, "UPDATE gifts SET language = $2 WHERE id = $1", id, language)
}
