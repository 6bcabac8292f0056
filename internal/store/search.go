package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"homeward/internal/orders"
)

// Search finds orders of any shop for staff, newest first: by order number, e-mail, tracking number or return number,
// exactly; when room is left, by the beginning of the order number. Nothing typed gives the newest orders.
func (r *Reads) Search(ctx context.Context, query string, limit int) ([]Order, error) {
	query = strings.TrimSpace(query)
	if query == "" {
		return list(ctx, r.q, scanOrder, "SELECT "+orderColumns+" FROM orders ORDER BY placed_at DESC, id DESC LIMIT $1", limit)
	}
	key := orders.NumberKey(query)
	exact, err := list(ctx, r.q, scanOrder, "SELECT "+orderColumns+` FROM orders WHERE id IN (
		SELECT id FROM orders WHERE number_key = $1 AND number_key <> ''
		UNION SELECT id FROM orders WHERE email_key = $2 AND email_key <> ''
		UNION SELECT order_id FROM parcels WHERE tracking_number = $3 AND tracking_number <> ''
		UNION SELECT order_id FROM cases WHERE rma = $4
		) ORDER BY placed_at DESC, id DESC LIMIT $5`,
		key, orders.EmailKey(query), orders.NormalizeTracking(query), strings.ToUpper(query), limit)
	if err != nil || len(exact) >= limit || key == "" {
		return exact, err
	}
	// Nothing sorts behind U+10FFFF: both databases compare bytes.
	more, err := list(ctx, r.q, scanOrder, "SELECT "+orderColumns+` FROM orders WHERE number_key > $1 AND number_key < $2
		ORDER BY placed_at DESC, id DESC LIMIT $3`, key, key+"\U0010FFFF", limit)
	if err != nil {
		return nil, err
	}
	for _, o := range more {
		known := slices.ContainsFunc(exact, func(e Order) bool { return e.ID == o.ID })
		if !known && len(exact) < limit {
			exact = append(exact, o)
		}
	}
	return exact, nil
}

// Attention counts what waits for a person: events not understood, messages that failed or are held, returns to decide
// or to look at, objections to what was found and cases whose shopper wrote,
// statements of withdrawal with something odd about them, refunds that need somebody, the shop's deadlines that were missed
// or nearly end, calls to the shop's own systems that failed, and claims to answer, to look at or to fulfil.
type Attention struct {
	Events, Messages, Cases, Withdrawals, Refunds, Terms, Calls, Claims int
}

// NearlyDue is how long before its end a deadline of the shop that is not met waits for a person.
const NearlyDue = 4 * 24 * time.Hour

// Attention counts what waits for a person.
func (r *Reads) Attention(ctx context.Context, now time.Time) (Attention, error) {
	return first(ctx, r.q, func(r row) (Attention, error) {
		var a Attention
		err := r.Scan(&a.Events, &a.Messages, &a.Cases, &a.Withdrawals, &a.Refunds, &a.Terms, &a.Calls, &a.Claims)
		return a, err
	}, `SELECT (SELECT COUNT(*) FROM events WHERE state = 'failed'),
		(SELECT COUNT(*) FROM messages WHERE state IN ('failed', 'held')),
		(SELECT COUNT(*) FROM cases WHERE `+string(ToDecide)+`) + (SELECT COUNT(*) FROM cases WHERE `+string(ToSend)+`) +
			(SELECT COUNT(*) FROM cases WHERE `+string(ToLook)+`) +
			(SELECT COUNT(*) FROM inspections WHERE appealed_at <> 0 AND replaced_by = '') +
			(SELECT COUNT(*) FROM cases WHERE wrote_at <> 0) +
			(SELECT COUNT(*) FROM labels WHERE state = 'held') + (SELECT COUNT(*)`+proofWaits+`),
		(SELECT COUNT(*) FROM withdrawals WHERE seen_at = 0),
		(SELECT COUNT(*) FROM refunds WHERE (needs_person <> 0 OR state = 'held')),
		(SELECT COUNT(*) FROM terms WHERE state IN ('due', 'open', 'missed') AND party = 'shop' AND (state = 'missed' OR (state = 'due' AND end_at <= $1))),
		(SELECT COUNT(*) FROM calls WHERE state = 'failed'),
		(`+claimsWaiting+`)`, ms(now.Add(NearlyDue)))
}

// Unreachable gives the newest orders placed since then whose shopper cannot be told anything: the shop gave neither an e-mail
// address nor a telephone number.
func (r *Reads) Unreachable(ctx context.Context, since time.Time, limit int) ([]Order, error) {
	rows, err := list(ctx, r.q, scanOrder, "SELECT "+orderColumns+
		" FROM orders WHERE email_key = '' AND placed_at >= $1 ORDER BY placed_at DESC, id DESC LIMIT $2", ms(since), limit*unreachableRoom)
	if err != nil {
		return nil, err
	}
	rows = slices.DeleteFunc(rows, func(o Order) bool {
		return !o.State.Known || strings.TrimSpace(o.State.Order.Customer.Phone) != "" || strings.TrimSpace(o.State.Order.Customer.Email) != ""
	})
	return rows[:min(limit, len(rows))], nil
}

// unreachableRoom is how many orders without an address are read for each that is shown: some have a telephone number.
const unreachableRoom = 5
