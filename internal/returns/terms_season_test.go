package returns_test

import (
	"testing"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// The shop's own times are not extended by weekends and holidays, in any country: over Christmas, Easter and leap day, each counted
// from an instant at noon UTC. The day stands where a law sets a time, "" where none is known here.
func TestTheShopsTimesOverHolidays(t *testing.T) {
	for _, season := range []struct{ name, at, fortnight, thirty, fortyFive, working string }{
		{"Christmas", "2026-12-11T12:00Z", "2026-12-25", "2027-01-10", "2027-01-25", "2026-12-22"},
		{"Easter", "2026-03-22T12:00Z", "2026-04-05", "2026-04-21", "2026-05-06", "2026-03-31"},
		{"leap day", "2028-02-15T12:00Z", "2028-02-29", "2028-03-16", "2028-03-31", "2028-02-25"}, // Presidents' Day within
	} {
		at := instant(season.at)
		for _, country := range []string{"PL", "SI", "DE", "FR", "GB", "US"} {
			c := between(country, country)
			refund, answer, ship := season.fortnight, season.fortnight, ""
			switch country {
			case "SI":
				answer = season.thirty
			case "US":
				refund, ship = season.working, season.thirty
			}
			due := returns.RefundDue(c, returns.Declaration{At: at, NothingToReturn: true})
			if due.Last.String() != refund || due.PayBy != due.End {
				t.Errorf("%s, %s: the money by %s, want %s", season.name, country, due.Last, refund)
			}
			if got := returns.ComplaintAnswer(c, returns.Complaint{ReceivedAt: at}); got.Last.String() != answer {
				t.Errorf("%s, %s: the answer by %s, want %s", season.name, country, got.Last, answer)
			}
			state := orders.State{Known: true, Order: orders.Order{PlacedAt: at, Lines: []orders.Line{{ID: "l1", Quantity: 1}}}}
			if w, ok := returns.ShipTermOf(state, c, calendar.Date{}); ok != (ship != "") || (ok && w.Last.String() != ship) {
				t.Errorf("%s, %s: to be shipped by %s, want %q", season.name, country, w.Last, ship)
			}
		}
		told := returns.Complaint{ReceivedAt: at, NoticeAt: at.AddDate(0, 0, 29)}
		if got := returns.ComplaintAnswer(between("SI", "SI"), told); got.Last.String() != season.fortyFive {
			t.Errorf("%s, Slovenia, extended: %s, want %s", season.name, got.Last, season.fortyFive)
		}
	}
}
