package returns_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/orders"
	"homeward/internal/returns"
)

func placed(at string, state orders.State) orders.State {
	state.Order.PlacedAt = instant(at)
	return state
}

func codes(notices []returns.Notice) []returns.Code {
	var all []returns.Code
	for _, n := range notices {
		all = append(all, n.Code)
	}
	return all
}

func atOnce(offer returns.ClaimOffer) []returns.Remedy {
	var all []returns.Remedy
	for _, o := range offer.Options {
		if o.AtOnce {
			all = append(all, o.Remedy)
		}
	}
	return all
}

// What may be chosen at once, what must be said, and when it is late: by country.
func TestOfferClaimTable(t *testing.T) {
	const (
		repair, replacement, termination = returns.RepairRemedy, returns.ReplacementRemedy, returns.TerminationRemedy
		again, refund                    = returns.SendAgainRemedy, returns.RefundRemedy
	)
	remedies := func(r ...returns.Remedy) []returns.Remedy { return r }
	notices := func(c ...returns.Code) []returns.Code { return c }
	for _, tc := range []struct {
		name, consumer        string
		kind                  returns.ClaimKind
		placed, hand, now     string
		first                 []returns.Remedy
		notices               []returns.Code
		answerDays            int
		late                  bool
		lastDayOfTheGuarantee string
	}{
		{
			"a defect in Germany", "DE", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-08-05T10:00Z", "2026-08-10T10:00Z",
			remedies(repair, replacement), notices("choose", "repair_adds", "later", "minor", "free", "answer"), 14, false, "2028-08-07",
		},
		{
			"a contract from before the right to repair", "DE", returns.ClaimDefective, "2026-07-30T10:00Z", "2026-08-05T10:00Z", "2026-08-10T10:00Z",
			remedies(repair, replacement), notices("choose", "later", "minor", "free", "answer"), 14, false, "2028-08-07",
		},
		{
			"of the day itself", "FR", returns.ClaimDamaged, "2026-07-31T10:00Z", "2026-08-05T10:00Z", "2026-08-10T10:00Z",
			remedies(repair, replacement), notices("choose", "repair_adds", "later", "minor", "free", "answer"), 14, false, "2028-08-07",
		},
		{
			"another item cannot be repaired", "DE", returns.ClaimWrong, "2026-08-01T10:00Z", "2026-08-05T10:00Z", "2026-08-10T10:00Z",
			remedies(replacement), notices("choose", "later", "minor", "free", "answer"), 14, false, "2028-08-07",
		},
		{
			"Polish silence", "PL", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-08-05T10:00Z", "2026-08-10T10:00Z",
			remedies(repair, replacement), notices("choose", "repair_adds", "later", "minor", "free", "answer", "silence"), 14, false, "2028-08-07",
		},
		{
			"Slovenia, the 30th day", "SI", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-09-01T10:00Z", "2026-10-01T10:00Z",
			remedies(repair, replacement, termination), notices("choose", "repair_adds", "reject_shown", "later", "minor", "free", "answer"), 30, false, "2028-09-01",
		},
		{
			"Slovenia, the 31st", "SI", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-09-01T10:00Z", "2026-10-02T10:00Z",
			remedies(repair, replacement), notices("choose", "repair_adds", "later", "minor", "free", "answer"), 30, false, "2028-09-01",
		},
		{
			"Britain, the 30th day", "GB", returns.ClaimDamaged, "2026-08-01T10:00Z", "2026-09-01T10:00Z", "2026-10-01T10:00Z",
			remedies(repair, replacement, termination), notices("choose", "reject_now", "later_once", "free", "answer"), 14, false, "2032-09-01",
		},
		{
			"Britain, the 31st", "GB", returns.ClaimDamaged, "2026-08-01T10:00Z", "2026-09-01T10:00Z", "2026-10-02T10:00Z",
			remedies(repair, replacement), notices("choose", "later_once", "free", "answer"), 14, false, "2032-09-01",
		},
		{
			"not in hand yet, the days have not begun", "GB", returns.ClaimDamaged, "2026-08-01T10:00Z", "", "2027-08-01T10:00Z",
			remedies(repair, replacement, termination), notices("choose", "reject_now", "later_once", "free", "answer"), 14, false, "",
		},
		{
			"late is told", "DE", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-08-05T10:00Z", "2028-08-08T10:00Z",
			remedies(repair, replacement), notices("choose", "repair_adds", "later", "minor", "free", "answer"), 14, true, "2028-08-07",
		},
		{
			"three years in Sweden", "SE", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-08-05T10:00Z", "2028-08-08T10:00Z",
			remedies(repair, replacement), notices("choose", "repair_adds", "later", "minor", "free", "answer"), 14, false, "2029-08-06",
		},
		{
			"what never came is never late", "PL", returns.ClaimNotReceived, "2020-08-01T10:00Z", "2020-08-05T10:00Z", "2028-08-10T10:00Z",
			remedies(again, refund), notices("delivery", "answer", "silence"), 14, false, "",
		},
		{
			"a law that is not known names no right", "US", returns.ClaimDefective, "2026-08-01T10:00Z", "2026-08-05T10:00Z", "2026-08-10T10:00Z",
			remedies(repair, replacement), notices("answer"), 14, false, "2028-08-07",
		},
		{
			"a country that is not known is the shop's", "", returns.ClaimMissing, "2026-08-01T10:00Z", "", "2026-08-10T10:00Z",
			remedies(again, refund), notices("delivery", "answer", "silence"), 14, false, "",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			state := placed(tc.placed, orders.State{Known: true, Parcels: []orders.Parcel{{Stage: orders.InTransit}}})
			if tc.hand != "" {
				state = placed(tc.placed, delivered(tc.hand))
			}
			contract := returns.NewContract(returns.Party{Country: tc.consumer}, returns.Party{Country: "PL", Zone: termZone("PL")})
			offer := returns.OfferClaim(tc.kind, state, contract, instant(tc.now))
			if got := atOnce(offer); !slices.Equal(got, tc.first) {
				t.Errorf("at once %v, want %v", got, tc.first)
			}
			if got := codes(offer.Notices); !slices.Equal(got, tc.notices) {
				t.Errorf("notices %v, want %v", got, tc.notices)
			}
			for _, n := range offer.Notices {
				if n.Code == returns.NoticeAnswer && n.Days != tc.answerDays {
					t.Errorf("answer in %d days, want %d", n.Days, tc.answerDays)
				}
			}
			if offer.Late != tc.late {
				t.Errorf("late %v", offer.Late)
			}
			last := ""
			if !offer.Until.Last.IsZero() {
				last = offer.Until.Last.String()
			}
			if last != tc.lastDayOfTheGuarantee {
				t.Errorf("until %q, want %q", last, tc.lastDayOfTheGuarantee)
			}
		})
	}
}

// A claim that says its kind, its goods and its wish is taken: whatever the order, the time and the country.
func TestClaimIsNeverRefusedByAPolicy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom(returns.ClaimKinds).Draw(t, "kind")
		contract := between(rapid.SampledFrom([]string{"PL", "SI", "DE", "FR", "GB", "US", "SE"}).Draw(t, "consumer"), "PL")
		state := orders.State{Known: rapid.Bool().Draw(t, "known")}
		if rapid.Bool().Draw(t, "delivered") {
			state = delivered("2026-03-02T10:00Z")
		}
		if rapid.Bool().Draw(t, "cancelled") {
			state.CancelledAt = instant("2026-03-03T10:00Z")
		}
		now := instant("2026-03-02T10:00Z").Add(time.Duration(rapid.IntRange(-1000, 100000).Draw(t, "hours")) * time.Hour)
		offer := returns.OfferClaim(kind, state, contract, now)
		if len(offer.Options) == 0 || len(atOnce(offer)) == 0 {
			t.Fatalf("nothing can be chosen: %+v", offer)
		}
		for _, option := range offer.Options {
			bought := rapid.IntRange(1, 9).Draw(t, "bought")
			req := returns.ClaimRequest{
				Kind: kind, Items: []returns.Item{{LineID: "l1", Quantity: rapid.IntRange(1, bought).Draw(t, "units")}}, Remedy: option.Remedy,
			}
			if faults := returns.CheckClaim(req, map[string]int{"l1": bought}); faults != nil {
				t.Fatalf("refused: %v", faults)
			}
		}
		if offer.Late && (offer.Until.End.IsZero() || now.Before(offer.Until.End)) {
			t.Fatalf("late before the end: %+v", offer.Until)
		}
	})
}

func TestCheckClaim(t *testing.T) {
	good := returns.ClaimRequest{Kind: returns.ClaimDefective, Items: []returns.Item{{LineID: "l1", Quantity: 1}}, Remedy: returns.RepairRemedy}
	for name, tc := range map[string]struct {
		change func(*returns.ClaimRequest)
		field  string
		code   returns.Code
	}{
		"nothing chosen":      {func(r *returns.ClaimRequest) { r.Items = nil }, "line", returns.NothingChosen},
		"a line of elsewhere": {func(r *returns.ClaimRequest) { r.Items[0].LineID = "x" }, "line", returns.LineUnknown},
		"too many":            {func(r *returns.ClaimRequest) { r.Items[0].Quantity = 3 }, "qty.l1", returns.QuantityTooMany},
		"less than one":       {func(r *returns.ClaimRequest) { r.Items[0].Quantity = -1 }, "qty.l1", returns.QuantityInvalid},
		"no kind":             {func(r *returns.ClaimRequest) { r.Kind = "" }, "kind", returns.KindUnknown},
		"no remedy":           {func(r *returns.ClaimRequest) { r.Remedy = "" }, "remedy", returns.RemedyUnknown},
		"another kind's":      {func(r *returns.ClaimRequest) { r.Remedy = returns.SendAgainRemedy }, "remedy", returns.RemedyUnknown},
		"too long":            {func(r *returns.ClaimRequest) { r.Text = string(make([]byte, 4001)) }, "text", returns.TextTooLong},
	} {
		req := good
		req.Items = slices.Clone(good.Items)
		tc.change(&req)
		if got := returns.CheckClaim(req, map[string]int{"l1": 2}); len(got) != 1 || got[tc.field] != tc.code {
			t.Errorf("%s: %v", name, got)
		}
	}
	if faults := returns.CheckClaim(good, map[string]int{"l1": 2}); faults != nil {
		t.Errorf("refused %v", faults)
	}
}

func TestClaimRemedyReadsBothWords(t *testing.T) {
	for _, tc := range []struct {
		kind  returns.ClaimKind
		typed string
		want  returns.Remedy
		ok    bool
	}{
		{returns.ClaimDefective, "refund", returns.TerminationRemedy, true},
		{returns.ClaimDefective, "repair", returns.RepairRemedy, true},
		{returns.ClaimWrong, "repair", returns.RepairRemedy, false},
		{returns.ClaimMissing, "termination", returns.RefundRemedy, true},
		{returns.ClaimNotReceived, "replacement", returns.SendAgainRemedy, true},
		{returns.ClaimNotReceived, "price_reduction", returns.ReductionRemedy, false},
		{returns.ClaimDamaged, "", "", false},
	} {
		if got, ok := returns.ClaimRemedy(tc.kind, tc.typed); got != tc.want || ok != tc.ok {
			t.Errorf("%s %q: %q %v", tc.kind, tc.typed, got, ok)
		}
	}
}

// The steps that only a claim takes, and that the other kinds still do not.
func TestClaimSteps(t *testing.T) {
	for _, tc := range []struct {
		state returns.State
		step  returns.Step
		to    returns.State
	}{
		{returns.Received, returns.Approve, returns.Received},
		{returns.Rejected, returns.Approve, returns.Approved},
	} {
		if to, err := returns.NextFor(returns.Claim, tc.state, tc.step); to != tc.to || err != nil {
			t.Errorf("claim: %s while %s: %s %v", tc.step, tc.state, to, err)
		}
		for _, kind := range []returns.Kind{returns.Return, returns.Withdrawal} {
			if _, err := returns.NextFor(kind, tc.state, tc.step); err == nil {
				t.Errorf("%s takes %s while %s", kind, tc.step, tc.state)
			}
		}
	}
}
