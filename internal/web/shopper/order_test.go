package shopper_test

import (
	"testing"
	"time"

	"homeward/internal/orders"
	"homeward/internal/store"
)

// TestWhatThePageSays gives an order its story and reads the page.
func TestWhatThePageSays(t *testing.T) {
	eta := func(date string) []orders.Event {
		return append(moving(), news("1", at(0, 1), orders.ParcelUpdate{Stage: orders.InTransit, ETA: date}))
	}
	stage := func(u orders.ParcelUpdate) []orders.Event { return append(moving(), news("1", at(0, 1), u)) }
	for name, c := range map[string]struct {
		events []orders.Event
		say    []string
		not    []string
	}{
		"placed":  {nil, []string{"We have your order", "leaves us by", "November 24"}, []string{"In this parcel"}},
		"paid":    {[]orders.Event{paid()}, []string{"Your payment has arrived"}, nil},
		"packing": {[]orders.Event{paid(), packing()}, []string{"We are packing your order"}, nil},
		"shipped": {shipped(), []string{"Shipped", "expected Wednesday, November 25", "InPost"}, nil},
		"on its way": {moving(), []string{"On its way", "expected Wednesday, November 25", "620000000000000000000001",
			`href="https://inpost.example/track/1"`, `aria-current="step"`}, []string{"Your code"}},
		"tomorrow": {eta("2026-11-24"), []string{"expected tomorrow"}, nil},
		"today":    {eta("2026-11-23"), []string{"expected today"}, nil},
		"a day that is over is not promised": {eta("2026-11-20"), []string{"later than expected", "It was expected on Friday, November 20"},
			[]string{"expected today", `class="when">expected`}},
		"no day":     {[]orders.Event{news("1", at(0, 1), orders.ParcelUpdate{Stage: orders.InTransit})}, []string{"expected Thursday, November 26"}, nil},
		"out":        {stage(orders.ParcelUpdate{Stage: orders.OutForDelivery}), []string{"Out for delivery", "expected today"}, nil},
		"pickup":     {waiting(), []string{"Ready to collect", "until Wednesday, November 25", ">123456<", "KRA01M"}, nil},
		"recipient":  {delivered(), []string{"Delivered", "Monday, November 23", "until December 23, 2026"}, nil},
		"neighbour":  {stage(orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "neighbour"}), []string{"Left with a neighbour"}, nil},
		"safe place": {stage(orders.ParcelUpdate{Stage: orders.Delivered, DeliveredTo: "safe_place"}), []string{"Left in a safe place"}, nil},
		"collected":  {append(waiting(), news("1", at(0, 1), orders.ParcelUpdate{Stage: orders.Collected})), []string{"Collected"}, []string{"Your code"}},
		"delayed":    {delayed(), []string{"Delayed on the way", "now expected Friday, November 27"}, nil},
		"attempt":    {stage(orders.ParcelUpdate{Incident: orders.AttemptFailed}), []string{"The delivery did not work out"}, nil},
		"customs":    {customs(), []string{"At customs"}, []string{"expected Wednesday"}},
		"lost":       {lost(), []string{"The carrier cannot find it", "Please write to us", "mailto:help@acme.example"}, nil},
		"returning":  {stage(orders.ParcelUpdate{Stage: orders.Returning}), []string{"On its way back to us"}, []string{`class="steps"`}},
		"unknown stays neutral": {stage(orders.ParcelUpdate{Incident: orders.Unknown, StatusText: "ZZ-17 <b>odd</b>"}),
			[]string{"On its way", "News from the carrier"}, []string{"ZZ-17", "class=\"hero problem", "class=\"hero attention"}},
		"two parcels": {twoParcels(), []string{"Parcels delivered: 1 of 2", "Parcel 1 of 2", "Parcel 2 of 2", "Left with a neighbour",
			"620000000000000000000002"}, nil},
		"cancelled": {cancelled(), []string{"Order cancelled", "Nothing more will be sent"}, []string{"Return something"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			path, _ := b.put("en", sample(t, c.events...))
			w := b.get(path)
			has(t, w, 200, c.say...)
			lacks(t, w, c.not...)
			has(t, w, 200, "Order #1001", "Earl Grey", "PLN 273.79", "z•••@example.com", "31•••\u2069 Kraków", `<a class="button quiet" href="`+path+`/withdraw">Withdraw from contract here</a>`)
		})
	}
}

func TestTimesAreTheShoppers(t *testing.T) {
	b := newBench(t)
	path, order := b.put("en", sample(t, moving()...))
	has(t, b.get(path), 200, "Sunday, November 22 at 9:00", "Times in Europe/Warsaw")
	order = b.order(order.ID)
	order.TimeZone = "America/New_York"
	if err := b.db.Write(t.Context(), func(tx *store.Tx) error { return tx.UpdateOrder(t.Context(), order) }); err != nil {
		t.Fatal(err)
	}
	has(t, b.get(path), 200, "Sunday, November 22 at 3:00", "Times in America/New_York")
}

// TestMoneyWords: what is said about a refund is true at its step (rules S-09).
func TestMoneyWords(t *testing.T) {
	for status, c := range map[store.RefundStatus]struct{ say, not []string }{
		store.RefundPlanned:        {[]string{"Being prepared"}, []string{"Started", "Sent to your bank"}},
		store.RefundIssued:         {[]string{"Being prepared"}, []string{"Started", "Sent to your bank"}},
		store.RefundUncertain:      {[]string{"Being checked"}, []string{"Started", "Sent to your bank"}},
		store.RefundPending:        {[]string{"Started", "with our payment provider"}, []string{"Sent to your bank"}},
		store.RefundRequiresAction: {[]string{"Needs a step from you"}, []string{"Sent to your bank", "Started"}},
		store.RefundSucceeded:      {[]string{"Sent to your bank", "5 to 10 business days", "74208880012345678901234"}, []string{"Being prepared"}},
		store.RefundFailed:         {[]string{"Did not go through"}, []string{"Sent to your bank", "Started"}},
		store.RefundCanceled:       {[]string{"Called off"}, []string{"Sent to your bank", "Started"}},
	} {
		t.Run(string(status), func(t *testing.T) {
			b := newBench(t)
			path, order := b.put("en", sample(t, delivered()...))
			b.refund(order, store.Case{}, status, 3990)
			w := b.get(path)
			has(t, w, 200, append(c.say, "PLN 39.90")...)
			lacks(t, w, c.not...)
		})
	}
}

func TestReturnWindowOnThePage(t *testing.T) {
	b := newBench(t)
	path, _ := b.put("en", sample(t, delivered()...))
	has(t, b.get(path), 200, `href="`+path+`/returns/new"`)
	b.clock = now.Add(40 * 24 * time.Hour)
	w := b.get(path)
	has(t, w, 200, "A return can no longer be requested here", "your legal rights remain")
	lacks(t, w, "/returns/new\"")
}
