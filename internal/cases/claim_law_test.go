package cases_test

import (
	"testing"
	"time"

	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// A claim is answered by the law that held when it came: where its order is sent since changes neither the day, nor the row of the
// deadline, nor what silence means.
func TestAClaimKeepsItsLaw(t *testing.T) {
	for name, c := range map[string]struct {
		from, to string
		days     int
		silence  bool
	}{
		"poland, then germany": {"PL", "DE", 14, true}, "germany, then poland": {"DE", "PL", 14, false},
		"slovenia, then poland": {"SI", "PL", 30, false}, "poland, then slovenia": {"PL", "SI", 14, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.country(c.from, "Europe/Warsaw")
			claim := b.claim("n1", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l2", 1)))
			due := b.claimRow(claim).DueAt
			b.country(c.to, "Pacific/Kiritimati")
			b.write(func(tx *store.Tx) error {
				_, err := terms.OfCase(t.Context(), tx, b.shop, claim.ID, noon)
				return err
			})
			rows, err := b.db.TermsOf(t.Context(), store.OwnerOfCase(claim.ID))
			if err != nil || len(rows) != 1 {
				t.Fatalf("%v %+v", err, rows)
			}
			if row := rows[0]; !row.EndAt.Equal(due) || row.Silence != c.silence || row.EndAt.Before(noon.AddDate(0, 0, c.days)) {
				t.Errorf("the claim ends %v, its deadline %v, silence %v", due, row.EndAt, row.Silence)
			}
			b.write(func(tx *store.Tx) error {
				_, err := b.desk.DeemAccepted(t.Context(), tx, claim.ID, due)
				return err
			})
			if deemed := !b.claimRow(claim).DeemedAt.IsZero(); deemed != c.silence {
				t.Errorf("accepted by silence: %v", deemed)
			}
			longer := b.claim("n2", claimOf(returns.ClaimDefective, returns.RepairRemedy, units("l1", 1)))
			b.country(c.from, "Europe/Warsaw")
			_, err = b.desk.ExtendClaim(t.Context(), longer.ID, "Części są w drodze.", "staff:olga")
			if may := err == nil; may != (c.to == "SI") {
				t.Errorf("longer: %v", err)
			}
		})
	}
}

// country sends the order elsewhere.
func (b *bench) country(code, zone string) {
	b.Helper()
	if _, err := time.LoadLocation(zone); err != nil {
		b.Fatal(err)
	}
	b.write(func(tx *store.Tx) error {
		order, err := tx.Order(b.Context(), b.order.ID)
		if err != nil {
			return err
		}
		order.State.Order.ShipTo.Country, order.TimeZone = code, zone
		b.order = order
		b.order.Version++
		return tx.UpdateOrder(b.Context(), order)
	})
}
