package returns_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // zones load wherever the tests run

	"pgregory.net/rapid"

	"homeward/internal/calendar"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

var termZones = map[string]string{
	"PL": "Europe/Warsaw", "SI": "Europe/Ljubljana", "DE": "Europe/Berlin", "FR": "Europe/Paris", "GB": "Europe/London",
	"US": "America/New_York", "GR": "Europe/Athens", "PT": "Atlantic/Azores", "CH": "Europe/Zurich", "SE": "Europe/Stockholm",
}

func termZone(country string) *time.Location {
	zone, err := time.LoadLocation(termZones[country])
	if err != nil {
		panic(err)
	}
	return zone
}

// between gives a contract of a consumer and a shop in their countries' zones.
func between(consumer, shop string) returns.Contract {
	return returns.NewContract(returns.Party{Country: consumer, Zone: termZone(consumer)}, returns.Party{Country: shop, Zone: termZone(shop)})
}

func instant(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02T15:04Z", text)
	if err != nil {
		panic(err)
	}
	return t
}

func written(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04Z")
}

func delivered(at ...string) orders.State {
	s := orders.State{Known: true}
	for i, text := range at {
		p := inHand(instant(text))
		p.Key = fmt.Sprintf("p%d", i)
		s.Parcels = append(s.Parcels, p)
	}
	return s
}

// The deadline table: 14 days from possession, over Christmas, Easter and leap day.
func TestWithdrawalEndTable(t *testing.T) {
	for _, tc := range []struct{ name, consumer, shop, possessed, last, end string }{
		{"an ordinary fortnight", "PL", "PL", "2026-03-02T10:00Z", "2026-03-16", "2026-03-16T23:00Z"},
		{"a weekend at the end", "DE", "DE", "2026-03-07T10:00Z", "2026-03-23", "2026-03-23T23:00Z"},
		{"summer begins within", "PL", "PL", "2026-03-17T10:00Z", "2026-03-31", "2026-03-31T22:00Z"},
		{"after midnight here, before it there", "PL", "PL", "2026-03-02T23:30Z", "2026-03-17", "2026-03-17T23:00Z"},

		{"Christmas Eve is a holiday", "PL", "PL", "2025-12-10T12:00Z", "2025-12-29", "2025-12-29T23:00Z"},
		{"and was none", "PL", "PL", "2024-12-10T12:00Z", "2024-12-24", "2024-12-24T23:00Z"},
		{"Christmas", "SI", "SI", "2026-12-11T12:00Z", "2026-12-28", "2026-12-28T23:00Z"},
		{"Christmas", "DE", "DE", "2026-12-11T12:00Z", "2026-12-28", "2026-12-28T23:00Z"},
		{"26 December is none in France", "FR", "FR", "2025-12-12T12:00Z", "2025-12-26", "2025-12-26T23:00Z"},
		{"but in Germany, where the shop is", "FR", "DE", "2025-12-12T12:00Z", "2025-12-29", "2025-12-29T23:00Z"},
		{"Boxing Day made up for", "GB", "GB", "2026-12-11T12:00Z", "2026-12-29", "2026-12-30T00:00Z"},
		{"Christmas Day and Boxing Day made up for", "GB", "GB", "2027-12-11T12:00Z", "2027-12-29", "2027-12-30T00:00Z"},
		{"New Year in Slovenia has two days", "SI", "SI", "2026-12-18T12:00Z", "2027-01-04", "2027-01-04T23:00Z"},

		{"Good Friday", "DE", "DE", "2026-03-20T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"Good Friday", "GB", "GB", "2026-03-20T12:00Z", "2026-04-07", "2026-04-07T23:00Z"},
		{"Good Friday is none in Poland", "PL", "PL", "2026-03-20T12:00Z", "2026-04-03", "2026-04-03T22:00Z"},
		{"but in Germany, where the shop is", "PL", "DE", "2026-03-20T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"or where the consumer is", "DE", "PL", "2026-03-20T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"Easter Monday", "PL", "PL", "2026-03-23T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"Easter Monday", "SI", "SI", "2026-03-23T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"Easter Monday", "FR", "FR", "2026-03-23T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"two Easters", "DE", "GR", "2026-03-20T12:00Z", "2026-04-07", "2026-04-07T22:00Z"},
		{"the other Easter", "DE", "GR", "2026-03-27T12:00Z", "2026-04-14", "2026-04-14T22:00Z"},

		{"ends on leap day", "PL", "PL", "2028-02-15T12:00Z", "2028-02-29", "2028-02-29T23:00Z"},
		{"begins on leap day", "DE", "DE", "2028-02-29T12:00Z", "2028-03-14", "2028-03-14T23:00Z"},
		{"Prešeren's day", "SI", "SI", "2028-01-25T12:00Z", "2028-02-09", "2028-02-09T23:00Z"},

		{"the later midnight is the shop's", "PL", "GB", "2026-03-02T10:00Z", "2026-03-16", "2026-03-17T00:00Z"},
		{"the later midnight is the consumer's", "GB", "PL", "2026-03-02T10:00Z", "2026-03-16", "2026-03-17T00:00Z"},
		{"an American shop, and Presidents' Day", "PL", "US", "2026-02-02T12:00Z", "2026-02-17", "2026-02-18T05:00Z"},
	} {
		got := returns.WithdrawalEnd(delivered(tc.possessed), between(tc.consumer, tc.shop), returns.Information{})
		if got.Last.String() != tc.last || written(got.End) != tc.end || got.Rule != returns.WithdrawalOfGoods || got.Code != "" {
			t.Errorf("%s (%s from %s): %s, %s, want %s, %s", tc.name, tc.consumer, tc.shop, got.Last, written(got.End), tc.last, tc.end)
		}
		if want := []returns.Evidence{{What: returns.InHand, ParcelKey: "p0", At: instant(tc.possessed)}}; !slices.Equal(got.Evidence, want) {
			t.Errorf("%s: evidence %+v", tc.name, got.Evidence)
		}
		if got.Last.EndOfDay(got.Zone) != got.End {
			t.Errorf("%s: %s does not end %s in %s", tc.name, got.End, got.Last, got.Zone)
		}
	}
}

func TestWithdrawalIsOpenUntilEverythingIsInHand(t *testing.T) {
	live := func(stage orders.ParcelStage, to string) orders.Parcel {
		return orders.Parcel{Key: "q", Stage: stage, DeliveredTo: to, DeliveredAt: day(1, 0)}
	}
	two := []orders.Line{{ID: "a", Quantity: 2}, {ID: "b", Quantity: 1}}
	packed := func(items ...orders.ParcelItem) orders.Parcel {
		p := inHand(day(1, 10))
		p.Key, p.Items = "p", items
		return p
	}
	service := []orders.Line{{ID: "s", Quantity: 1, NotShipped: true}}
	for name, tc := range map[string]struct {
		state orders.State
		want  string // code, else the last day
		open  bool
	}{
		"in hand":                {orders.State{Parcels: []orders.Parcel{inHand(day(2, 10))}}, "2026-03-16", false},
		"the last counts":        {orders.State{Parcels: []orders.Parcel{inHand(day(3, 10)), inHand(day(2, 10))}}, "2026-03-17", false},
		"one on the road":        {orders.State{Parcels: []orders.Parcel{inHand(day(2, 10)), live(orders.InTransit, "")}}, "not_delivered_yet", true},
		"in a locker":            {orders.State{Parcels: []orders.Parcel{live(orders.ReadyForPickup, "")}}, "not_delivered_yet", true},
		"left at a pickup point": {orders.State{Parcels: []orders.Parcel{live(orders.Delivered, orders.ToPickupPoint)}}, "not_delivered_yet", true},
		"at a neighbour's":       {orders.State{Parcels: []orders.Parcel{live(orders.Delivered, orders.ToNeighbour)}}, "not_delivered_yet", true},
		"nobody said to whom":    {orders.State{Parcels: []orders.Parcel{live(orders.Delivered, "")}}, "not_delivered_yet", true},
		"a cancelled one":        {orders.State{Parcels: []orders.Parcel{inHand(day(2, 10)), live(orders.ParcelGone, "")}}, "2026-03-16", false},
		"all cancelled":          {orders.State{Parcels: []orders.Parcel{live(orders.ParcelGone, "")}}, "all_parcels_cancelled", true},
		"no parcel":              {orders.State{}, "nothing_shipped", true},
		"order called off":       {orders.State{CancelledAt: day(1, 0), Parcels: []orders.Parcel{live(orders.ParcelGone, "")}}, "order_cancelled", false},
		"called off, yet it came": {
			orders.State{CancelledAt: day(1, 0), Parcels: []orders.Parcel{inHand(day(2, 10))}}, "2026-03-16", false,
		},
		"goods in no parcel": {
			orders.State{Order: orders.Order{Lines: two}, Parcels: []orders.Parcel{packed(orders.ParcelItem{LineID: "a"})}}, "not_delivered_yet", true,
		},
		"all of the goods": {
			orders.State{Order: orders.Order{Lines: two}, Parcels: []orders.Parcel{packed(orders.ParcelItem{LineID: "a"}, orders.ParcelItem{LineID: "b", Quantity: 1})}},
			"2026-03-16", false, // 15 March is a Sunday
		},
		"one line refunded instead": {
			orders.State{
				Order: orders.Order{Lines: two}, Parcels: []orders.Parcel{packed(orders.ParcelItem{LineID: "a", Quantity: 2})},
				Refunds: []orders.RefundFact{{Refund: orders.Refund{Lines: []orders.RefundLine{{LineID: "b", Quantity: 1}}}}},
			}, "2026-03-16", false,
		},
		"what is in it is not known": {orders.State{Order: orders.Order{Lines: two}, Parcels: []orders.Parcel{packed()}}, "2026-03-16", false},
		"only a service":             {orders.State{Order: orders.Order{Lines: service, PlacedAt: day(3, 10)}}, "2026-03-17", false},
		"a service, when is unknown": {orders.State{Order: orders.Order{Lines: service}}, "order_unknown", true},
	} {
		t.Run(name, func(t *testing.T) {
			got := returns.WithdrawalEnd(tc.state, between("PL", "PL"), returns.Information{})
			said := string(got.Code)
			if got.Code == "" {
				said = got.Last.String()
			}
			if said != tc.want || got.Open() != tc.open || got.End.IsZero() != (got.Code != "") || got.Over(day(10, 0)) {
				t.Errorf("%s, open %t: %+v", said, got.Open(), got)
			}
		})
	}
}

func TestNoPeriodWhereNoLawSetsOne(t *testing.T) {
	for _, consumer := range []string{"US", "CH"} {
		got := returns.WithdrawalEnd(delivered("2026-03-02T10:00Z"), between(consumer, "PL"), returns.Information{})
		if got.Code != returns.NoStatutoryPeriod || got.Open() || got.Over(day(30, 0)) {
			t.Errorf("%s: %+v", consumer, got)
		}
	}
	// A country that is not known is the shop's.
	c := returns.NewContract(returns.Party{}, returns.Party{Country: "PL", Zone: termZone("PL")})
	if got := returns.WithdrawalEnd(delivered("2026-03-02T10:00Z"), c, returns.Information{}); written(got.End) != "2026-03-16T23:00Z" {
		t.Errorf("%+v", got)
	}
	// What a shop knows better, it sets.
	c.Law.Withdrawal = 30
	if got := returns.WithdrawalEnd(delivered("2026-03-02T10:00Z"), c, returns.Information{}); got.Last.String() != "2026-04-01" {
		t.Errorf("%+v", got)
	}
}

// Directive 2011/83/EU, Art. 10: twelve months more, or fourteen days from when the information came.
func TestMissingInformation(t *testing.T) {
	for _, tc := range []struct{ name, possessed, given, last, rule string }{
		{"never", "2026-03-02T10:00Z", "", "2027-03-16", "withdrawal.uninformed"},
		{"the end is rolled forward too", "2026-03-07T10:00Z", "", "2027-03-22", "withdrawal.uninformed"},
		{"from leap day", "2028-02-15T10:00Z", "", "2029-02-28", "withdrawal.uninformed"},
		{"to leap day there is no way", "2027-02-14T10:00Z", "", "2028-02-28", "withdrawal.uninformed"},
		{"before possession", "2026-03-02T10:00Z", "2026-02-20T10:00Z", "2026-03-16", "withdrawal.goods"},
		{"a week after", "2026-03-02T10:00Z", "2026-03-09T10:00Z", "2026-03-23", "withdrawal.informed_late"},
		{"in summer, over a holiday", "2026-03-02T10:00Z", "2026-08-01T10:00Z", "2026-08-17", "withdrawal.informed_late"},
		{"too late to matter", "2026-03-02T10:00Z", "2027-03-10T10:00Z", "2027-03-16", "withdrawal.uninformed"},
	} {
		info := returns.Information{Missing: true, GivenAt: instant(tc.given)}
		got := returns.WithdrawalEnd(delivered(tc.possessed), between("PL", "PL"), info)
		if got.Last.String() != tc.last || string(got.Rule) != tc.rule || len(got.Evidence) != 2 {
			t.Errorf("%s: %s by %s, %+v; want %s by %s", tc.name, got.Last, got.Rule, got.Evidence, tc.last, tc.rule)
		}
	}
	road := orders.State{Parcels: []orders.Parcel{{Stage: orders.InTransit}}}
	if got := returns.WithdrawalEnd(road, between("PL", "PL"), returns.Information{Missing: true}); !got.Open() {
		t.Errorf("it cannot end before it begins: %+v", got)
	}
}

func TestMustSendBack(t *testing.T) {
	if got := returns.MustSendBack(between("PL", "DE"), instant("2026-03-20T12:00Z")); written(got.End) != "2026-04-07T22:00Z" || got.Rule != returns.SendBack {
		t.Errorf("%+v", got)
	}
	if got := returns.MustSendBack(between("US", "PL"), day(1, 0)); got.Rule != "" || got.Open() {
		t.Errorf("%+v", got)
	}
}

var termCountries = []string{"PL", "SI", "DE", "FR", "GB", "GR", "PT", "SE"}

func drawContract(t *rapid.T) returns.Contract {
	return between(rapid.SampledFrom(termCountries).Draw(t, "consumer"), rapid.SampledFrom(append(termCountries, "US", "CH")).Draw(t, "shop"))
}

func drawInstant(t *rapid.T, label string) time.Time {
	minutes := rapid.IntRange(0, 10*365*24*60).Draw(t, label)
	return time.Date(2024, 6, 1, 0, minutes, 0, 0, time.UTC)
}

func TestWithdrawalEndFavoursTheConsumer(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		at := drawInstant(t, "at")
		info := returns.Information{Missing: rapid.Bool().Draw(t, "missing")}
		if rapid.Bool().Draw(t, "told") {
			info.GivenAt = drawInstant(t, "given")
		}
		got := returns.WithdrawalEnd(delivered(written(at)), c, info)
		for _, zone := range []*time.Location{c.Consumer.Zone, c.Shop.Zone} {
			if plain := calendar.Of(at, c.Consumer.Zone).AddDays(14).EndOfDay(zone); got.End.Before(plain) {
				t.Fatalf("%s is before the fourteenth day, %s", got.End, plain)
			}
		}
		if got.Last.Before(got.Plain) || got.End != got.Last.EndOfDay(got.Zone) {
			t.Fatalf("%+v", got)
		}
		for _, country := range []string{c.Consumer.Country, c.Shop.Country} {
			if !c.Calendar.WorkingDay(country, got.Last) {
				t.Fatalf("%s is no working day in %s", got.Last, country)
			}
		}
		later := returns.WithdrawalEnd(delivered(written(at.Add(time.Duration(rapid.IntRange(0, 100_000).Draw(t, "later"))*time.Minute))), c, info)
		if later.End.Before(got.End) {
			t.Fatalf("possessed later, ended earlier: %s, %s", got.End, later.End)
		}
		if promised := returns.WithdrawalEnd(delivered(written(at)), c, returns.Information{}); promised.End.After(got.End) {
			t.Fatalf("less information, less time: %s, %s", promised.End, got.End)
		}
	})
}

func TestWithdrawalEndForgetsTheOrderOfParcels(t *testing.T) {
	stages := []orders.ParcelStage{orders.Collected, orders.Collected, orders.Delivered, orders.InTransit, orders.ParcelGone, orders.Returning}
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		var state orders.State
		for i := range rapid.IntRange(0, 5).Draw(t, "parcels") {
			state.Parcels = append(state.Parcels, orders.Parcel{
				Key: fmt.Sprintf("p%d", i), Stage: rapid.SampledFrom(stages).Draw(t, "stage"), DeliveredTo: rapid.SampledFrom([]string{"", "recipient"}).Draw(t, "to"),
				DeliveredAt: day(1+rapid.IntRange(0, 3).Draw(t, "day"), 12),
			})
		}
		want := returns.WithdrawalEnd(state, c, returns.Information{})
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		rng.Shuffle(len(state.Parcels), func(i, j int) { state.Parcels[i], state.Parcels[j] = state.Parcels[j], state.Parcels[i] })
		if got := returns.WithdrawalEnd(state, c, returns.Information{}); !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}
