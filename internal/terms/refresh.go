package terms

import (
	"context"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
)

// Refresh puts the terms of an owner in step with the facts as they are in this transaction.
func Refresh(ctx context.Context, tx *store.Tx, shop *config.Shop, owner string, now time.Time) ([]store.Task, error) {
	kind, id, _ := strings.Cut(owner, ":")
	switch kind {
	case "case":
		return OfCase(ctx, tx, shop, id, now)
	case "withdrawal":
		return OfStatement(ctx, tx, shop, id, now)
	case "order":
		order, err := tx.Order(ctx, id)
		if err != nil {
			return nil, ignoreMissing(err)
		}
		return OfOrder(ctx, tx, shop, order, now)
	default:
		return nil, nil
	}
}
