package returns_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/returns"
)

func TestRefundDue(t *testing.T) {
	const at = "2026-12-11T12:00Z" // a Friday; the fourteenth day is Christmas Day, which moves nothing for a shop
	for _, tc := range []struct {
		name, consumer, shop, goods, proof string
		collects, nothing                  bool
		end, payBy                         string
		withhold                           bool
	}{
		{name: "nothing came yet", consumer: "PL", shop: "PL", end: "2026-12-25T23:00Z", withhold: true},
		{name: "goods", consumer: "PL", shop: "PL", goods: "2026-12-15T09:00Z", end: "2026-12-25T23:00Z", payBy: "2026-12-25T23:00Z"},
		{name: "proof", consumer: "DE", shop: "DE", proof: "2026-12-12T09:00Z", end: "2026-12-25T23:00Z", payBy: "2026-12-25T23:00Z"},
		{name: "goods after the hard date", consumer: "SI", shop: "SI", goods: "2027-01-08T09:00Z", end: "2026-12-25T23:00Z", payBy: "2027-01-08T23:00Z"},
		{name: "proof before goods", consumer: "FR", shop: "FR", goods: "2027-01-08T09:00Z", proof: "2026-12-28T09:00Z", end: "2026-12-25T23:00Z", payBy: "2026-12-28T23:00Z"},
		{name: "goods before proof", consumer: "FR", shop: "FR", goods: "2026-12-28T09:00Z", proof: "2027-01-08T09:00Z", end: "2026-12-25T23:00Z", payBy: "2026-12-28T23:00Z"},
		{name: "the shop collects", consumer: "PL", shop: "PL", collects: true, end: "2026-12-25T23:00Z", payBy: "2026-12-25T23:00Z"},
		{name: "it never came", consumer: "PL", shop: "PL", nothing: true, end: "2026-12-25T23:00Z", payBy: "2026-12-25T23:00Z"},
		{name: "the earlier midnight", consumer: "PL", shop: "GB", goods: "2026-12-15T09:00Z", end: "2026-12-25T23:00Z", payBy: "2026-12-25T23:00Z"},

		{name: "nothing came yet", consumer: "GB", shop: "GB", withhold: true},
		{name: "goods", consumer: "GB", shop: "GB", goods: "2026-12-15T09:00Z", end: "2026-12-30T00:00Z", payBy: "2026-12-30T00:00Z"},
		{name: "proof before goods", consumer: "GB", shop: "GB", goods: "2026-12-18T09:00Z", proof: "2026-12-14T09:00Z", end: "2026-12-29T00:00Z", payBy: "2026-12-29T00:00Z"},
		{name: "the shop collects", consumer: "GB", shop: "GB", collects: true, end: "2026-12-26T00:00Z", payBy: "2026-12-26T00:00Z"},
		{name: "it never came", consumer: "GB", shop: "GB", nothing: true, end: "2026-12-26T00:00Z", payBy: "2026-12-26T00:00Z"},

		{name: "seven working days over Christmas", consumer: "US", shop: "US", end: "2026-12-23T05:00Z", payBy: "2026-12-23T05:00Z"},
		{name: "a country without a law here", consumer: "CH", shop: "PL", end: "2026-12-25T23:00Z", withhold: true},
	} {
		got := returns.RefundDue(between(tc.consumer, tc.shop), returns.Declaration{
			At: instant(at), GoodsBack: instant(tc.goods), ProofOfDispatch: instant(tc.proof), ShopCollects: tc.collects, NothingToReturn: tc.nothing,
		})
		if written(got.End) != tc.end || written(got.PayBy) != tc.payBy || got.MayWithhold != tc.withhold {
			t.Errorf("%s (%s): end %s, pay by %s, withhold %t", tc.name, tc.consumer, written(got.End), written(got.PayBy), got.MayWithhold)
		}
		if len(got.Evidence) == 0 || got.Open() != (tc.end == "") {
			t.Errorf("%s (%s): %+v", tc.name, tc.consumer, got)
		}
	}
	// Christmas itself is a working day less: the right arose on 18 December.
	if got := returns.RefundDue(between("US", "US"), returns.Declaration{At: instant("2026-12-18T20:00Z")}); got.Last.String() != "2026-12-30" {
		t.Errorf("%s", got.Last)
	}
}

// What a shop must do is never later for more news, nor before the hard date; and it may withhold or must pay, never both.
func TestRefundDueProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := drawContract(t)
		at := drawInstant(t, "at")
		after := func(label string) time.Time {
			if rapid.Bool().Draw(t, label+"?") {
				return time.Time{}
			}
			return at.Add(time.Duration(rapid.IntRange(0, 60*24*60).Draw(t, label)) * time.Minute)
		}
		d := returns.Declaration{At: at, GoodsBack: after("goods"), ProofOfDispatch: after("proof"), ShopCollects: rapid.Bool().Draw(t, "collects")}
		got := returns.RefundDue(c, d)
		if got.MayWithhold != got.PayBy.IsZero() || (!got.PayBy.IsZero() && got.PayBy.Before(got.End)) {
			t.Fatalf("%+v", got)
		}
		if got.Last != got.Plain {
			t.Fatalf("a shop's day was rolled forward: %+v", got)
		}
		if d.GoodsBack.IsZero() || d.ProofOfDispatch.IsZero() {
			return
		}
		for _, less := range []returns.Declaration{{At: at, GoodsBack: d.GoodsBack}, {At: at, ProofOfDispatch: d.ProofOfDispatch}} {
			less.ShopCollects = d.ShopCollects
			if with := returns.RefundDue(c, less); got.PayBy.After(with.PayBy) {
				t.Fatalf("more news, later money: %s, %s", got.PayBy, with.PayBy)
			}
		}
	})
}

func TestComplaintAnswer(t *testing.T) {
	for _, tc := range []struct {
		name, country, notice, last string
		accepts                     bool
		extension                   int
	}{
		{"Poland, on a Saturday and un-extended", "PL", "", "2026-03-14", true, 0},
		{"Poland knows no extension", "PL", "2026-03-05T10:00Z", "2026-03-14", true, 0},
		{"Slovenia", "SI", "", "2026-03-30", false, 15},
		{"told in time", "SI", "2026-03-30T10:00Z", "2026-04-14", false, 0},
		{"told too late", "SI", "2026-03-31T10:00Z", "2026-03-30", false, 15},
		{"elsewhere", "DE", "", "2026-03-14", false, 0},
		{"Great Britain", "GB", "", "2026-03-14", false, 0},
	} {
		got := returns.ComplaintAnswer(between(tc.country, tc.country), returns.Complaint{ReceivedAt: instant("2026-02-28T10:00Z"), NoticeAt: instant(tc.notice)})
		if got.Last.String() != tc.last || got.SilenceAccepts != tc.accepts || got.Extension != tc.extension {
			t.Errorf("%s: %s, silence accepts %t, extension %d", tc.name, got.Last, got.SilenceAccepts, got.Extension)
		}
	}
	// Past midnight for the consumer, not yet for the shop: the earlier day counts, and ends with the earlier midnight.
	late := returns.ComplaintAnswer(between("PL", "GB"), returns.Complaint{ReceivedAt: instant("2026-03-02T23:30Z")})
	if late.From.String() != "2026-03-02" || written(late.End) != "2026-03-16T23:00Z" {
		t.Errorf("two zones: %+v", late.Term)
	}
	c := between("DE", "DE")
	c.Law.Complaint.Days = 5
	if got := returns.ComplaintAnswer(c, returns.Complaint{ReceivedAt: instant("2026-02-28T10:00Z")}); got.Last.String() != "2026-03-05" {
		t.Errorf("the shop's own term: %s", got.Last)
	}
	if got := returns.ComplaintAnswer(returns.Contract{}, returns.Complaint{ReceivedAt: instant("2026-02-28T10:00Z")}); got.Last.String() != "2026-03-14" {
		t.Errorf("without a law: %s", got.Last)
	}
}

func TestReminders(t *testing.T) {
	said := func(term returns.Term) (list []string) {
		for _, r := range returns.Reminders(term) {
			list = append(list, string(r.Kind)+" "+written(r.At))
		}
		return list
	}
	complaint := returns.ComplaintAnswer(between("PL", "PL"), returns.Complaint{ReceivedAt: instant("2026-03-02T11:00Z")})
	want := []string{"half_time 2026-03-09T17:00Z", "escalate 2026-03-11T23:00Z", "ends_soon 2026-03-14T23:00Z"}
	if got := said(complaint.Term); !slices.Equal(got, want) {
		t.Errorf("Poland: %q", got)
	}
	refund := returns.RefundDue(between("DE", "DE"), returns.Declaration{At: instant("2026-03-02T11:00Z")})
	if got := said(refund.Term); !slices.Equal(got, []string{"half_time 2026-03-09T17:00Z", "ends_soon 2026-03-14T23:00Z"}) {
		t.Errorf("a refund: %q", got)
	}
	c := between("DE", "DE")
	c.Law.Complaint.Days = 3
	short := returns.ComplaintAnswer(c, returns.Complaint{ReceivedAt: instant("2026-03-02T11:00Z")})
	if got := said(short.Term); !slices.Equal(got, []string{"half_time 2026-03-04T05:00Z", "ends_soon 2026-03-05T02:00Z"}) {
		t.Errorf("a short one: %q", got)
	}
	open := returns.RefundDue(between("GB", "GB"), returns.Declaration{At: instant("2026-03-02T11:00Z")})
	if got := said(open.Term); got != nil {
		t.Errorf("an open one: %q", got)
	}
}
