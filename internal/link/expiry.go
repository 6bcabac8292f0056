package link

import "time"

// life is how long an order's link works. A withdrawal can be made for 12 months and 14 days after possession when the
// information about it was missing (CRD Art. 10(1)); the rest is room for a slow delivery.
const life = 500 * 24 * time.Hour

// freshLife is the least that a link sent on request works.
const freshLife = 30 * 24 * time.Hour

// Expiry gives the end of the link of an order placed at placedAt. It depends on the order alone, so that every message
// of an order carries the same link.
func Expiry(placedAt time.Time) time.Time { return placedAt.Add(life) }

// FreshExpiry gives the end of a link that the shopper asked for at now: Expiry, and never less than 30 days ahead.
func FreshExpiry(placedAt, now time.Time) time.Time {
	end, least := Expiry(placedAt), now.Add(freshLife)
	if end.Before(least) {
		return least
	}
	return end
}
