package ops_test

import (
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"homeward/internal/browsertest"
	"homeward/internal/calendar"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// shots is where TestInABrowser leaves pictures of every room; "" takes none.
var shots = flag.String("shots", "", "directory for screenshots of the console")

// TestInABrowser looks at every room in Chromium, on a phone and a desk, light and dark: nothing is clipped, nothing that
// axe finds, nothing that the content policy had to stop.
func TestInABrowser(t *testing.T) {
	tab := browsertest.Open(t)
	b := newBench(t)
	paths := sampleRooms(t, b)
	server := httptest.NewServer(b.web)
	defer server.Close()
	cookie := b.signIn("admin").cookie
	var stopped []string
	err := chromedp.Listen(tab.Context(), func(ev any) {
		if e, ok := ev.(*log.EventEntryAdded); ok && strings.Contains(e.Entry.Text, "Content Security Policy") {
			stopped = append(stopped, e.Entry.Text)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	browsertest.Command(tab, log.Enable, cdp.Empty{})
	browsertest.Command(tab, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: server.URL})
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			for name, path := range paths {
				look(t, tab, server.URL+path, fmt.Sprintf("%s-%d-%s", name, width, scheme), width, scheme)
			}
		}
	}
	for _, text := range stopped {
		t.Errorf("stopped by the content policy: %s", text)
	}
}

// look opens a page, opens the forms of its first row, and checks it.
func look(t *testing.T, tab *browsertest.Tab, url, name string, width int64, scheme string) {
	t.Helper()
	tab.Screen(width, 800, scheme)
	tab.Visit(url)
	if scheme == "light" {
		for _, control := range tab.Unreached() {
			t.Errorf("%s: Tab does not come to %s", name, control)
		}
	}
	browsertest.Script[int](tab, `document.querySelectorAll('.item:first-child details').forEach(d => d.open = true), 0`)
	tab.Check(name)
	if *shots == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(*shots, name+".png"), tab.Picture(true), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sampleRooms fills the console as on a busy day and gives every page's path by name.
func sampleRooms(t *testing.T, b *bench) map[string]string {
	t.Helper()
	o := sampleOrder()
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), o) })
	e := b.event(store.EventFailed, `{"id":820982911946154508,"email":"zofia@example.com","total_price":"94.79","currency":"PLN","line_items":[{"id":1,"title":"Herbata","quantity":2}],"note":null}`)
	b.event(store.EventWaiting, `{"n":2}`)
	applied := b.event(store.EventApplied, `{"n":3}`)
	b.write(func(tx *store.Tx) error { return tx.AssignEvent(t.Context(), applied.ID, "o1", "") })
	b.message("m1", store.MessageHeld, messages.SMS)
	b.message("m2", store.MessageFailed, messages.Mail)
	b.message("m3", store.MessageSent, messages.Mail)
	c := b.caseOf("c1", returns.Requested)
	c.Note = "Rozmiar jest za mały, proszę o zwrot.\nDziękuję!"
	b.write(func(tx *store.Tx) error { return tx.UpdateCase(t.Context(), c) })
	b.caseOf("c2", returns.InTransit)
	c3 := b.caseOf("c3", returns.Received)
	c3.Received, c3.Conditions.Inspect = []returns.Item{{LineID: "l1", Quantity: 2}}, true
	b.write(func(tx *store.Tx) error {
		if err := tx.UpdateCase(t.Context(), c3); err != nil {
			return err
		}
		return tx.AddInspection(t.Context(), store.Inspection{
			ID: "i1", CaseID: "c3", By: "staff:olga", At: t0, Appeal: "Tak przyszło, وصل هكذا.", AppealedAt: t0,
			Inspection: returns.Inspection{LineID: "l1", Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 500, Reason: "Wieczko jest porysowane.", Note: "3 cm"},
		})
	})
	b.refund("r1", store.RefundFailed, store.RefundSettled)
	b.refund("r2", store.RefundUncertain, store.RefundHeld)
	b.write(func(tx *store.Tx) error {
		r := get(b, b.db.Refund, "r1")
		r.FailureReason, r.StripeID = "expired_or_canceled_card", "re_3QLdemo8Rk2"
		if err := tx.SetRefund(t.Context(), r); err != nil {
			return err
		}
		for i, step := range []string{"requested", "approve"} {
			err := tx.AddCaseStep(t.Context(), store.CaseStep{ID: step, CaseID: "c2", At: t0.Add(time.Duration(i) * time.Hour), Actor: "shopper", Step: step})
			if err != nil {
				return err
			}
		}
		return tx.AddAudit(t.Context(), store.AuditEntry{ID: "a", At: t0, User: "olga", Action: "send fresh link", Object: "order:o1"})
	})
	sampleTerms(t, b)
	sampleCalls(t, b)
	if err := b.desk.real.Write(t.Context(), get(b, b.db.Case, "c2"), "Czy w paczce była też pokrywka?", "staff:olga"); err != nil {
		t.Fatal(err)
	}
	if err := b.desk.real.Reply(t.Context(), get(b, b.db.Case, "c2"), "n", "Tak, pod papierem.\nPozdrawiam"); err != nil {
		t.Fatal(err)
	}
	b.now = t0.Add(4 * time.Hour)
	return map[string]string{
		"overview": "/ops/", "events": "/ops/events?notice=ignored&of=" + e.ID, "event": "/ops/events/" + e.ID, "messages": "/ops/messages", "message": "/ops/messages/m2",
		"confirm": "/ops/messages/m1/send", "returns": "/ops/returns", "return": "/ops/returns/c1", "receive": "/ops/returns/c2", "objection": "/ops/returns/c3", "refunds": "/ops/refunds",
		"refund": "/ops/refunds/r1", "deadlines": "/ops/deadlines", "calls": "/ops/calls", "claims": "/ops/claims", "withdrawals": "/ops/withdrawals", "search": "/ops/search?q=1001", "order": "/ops/orders/o1", "unknown": "/ops/nowhere",
	}
}

// sampleTerms puts deadlines of every tone: missed, near, at half time, far, open, a shopper's, and one that lets an order be cancelled.
func sampleTerms(t *testing.T, b *bench) {
	t.Helper()
	day := 24 * time.Hour
	for i, row := range []struct {
		kind  returns.TermKind
		party returns.Side
		rule  returns.TermRule
		since time.Duration // before now
		left  time.Duration // 0: open
	}{
		{returns.TermRefund, returns.ByShop, returns.RefundEU, 15 * day, -day}, {returns.TermAnswer, returns.ByShop, returns.ComplaintPL, 12 * day, 2 * day},
		{returns.TermShip, returns.ByShop, returns.ShipIn30Days, 20 * day, 10 * day}, {returns.TermRefund, returns.ByShop, returns.RefundGB, day, 13 * day},
		{returns.TermRefund, returns.ByShop, returns.RefundEU, 15 * day, 0}, {returns.TermSendBack, returns.ByShopper, returns.SendBack, 15 * day, -day},
	} {
		term := store.Term{
			ID: fmt.Sprintf("t%d", i), Shop: "acme", Owner: fmt.Sprintf("case:t%d", i), OrderID: "o1", CaseID: "c2", Kind: row.kind, Party: row.party, Rule: row.rule,
			Since: b.now.Add(-row.since), Zone: "Europe/Warsaw", Work: store.Work{State: store.Due, DueAt: b.now.Add(day)},
		}
		end := b.now.Add(row.left)
		term.Last = calendar.Of(end, time.UTC)
		switch {
		case row.left == 0:
			term.State, term.OpenCode = store.TermOpen, returns.AwaitingGoods
		case row.left < 0:
			term.EndAt, term.State, term.MissedAt = end, store.TermMissed, end
		default:
			term.EndAt = end
		}
		b.write(func(tx *store.Tx) error {
			_, err := tx.PutTerms(t.Context(), term.Owner, []store.Term{term}, b.now)
			return err
		})
	}
}

// sampleCalls puts a call that was given up and one that is tried again.
func sampleCalls(t *testing.T, b *bench) {
	t.Helper()
	for i, state := range []string{store.CallFailed, store.Due} {
		callID := fmt.Sprintf("msg_01jd%d", i)
		b.write(func(tx *store.Tx) error {
			_, err := tx.AddCall(t.Context(), store.Call{
				ID: callID, Shop: "acme", Key: callID, Type: "refund.needs_hand", OrderID: "o1", Body: "{}", CreatedAt: t0,
				Work: store.Work{State: store.Due, DueAt: t0},
			})
			return err
		})
		if state == store.CallFailed {
			b.finish(store.CallWork, callID, state)
		}
	}
}

func sampleOrder() store.Order {
	entry := func(hours int, kind orders.Kind, what, text, source string) orders.TimelineEntry {
		return orders.TimelineEntry{At: t0.Add(time.Duration(hours) * time.Hour), Kind: kind, What: what, Text: text, Source: source}
	}
	line := entry(2, orders.ParcelUpdated, "in_transit", "Przyjęta w sortowni Kraków", "inpost")
	late := entry(1, orders.ParcelUpdated, "handed_over", "Nadana", "inpost")
	odd := entry(3, orders.ParcelUpdated, "unknown", "awizo_specjalne", "inpost")
	line.ParcelKey, late.ParcelKey, odd.ParcelKey, late.Quiet = "620000000000000000000001", "620000000000000000000001", "620000000000000000000001", true
	return store.Order{
		ID: "o1", Shop: "acme", ExternalID: "1001", NumberKey: "1001", EmailKey: "zofia@example.com", Language: "pl", Region: "PL",
		TimeZone: "Europe/Warsaw", CreatedAt: t0, UpdatedAt: t0,
		State: orders.State{
			Known: true, Stage: orders.Stage(orders.InTransit),
			Order: orders.Order{
				ID: "1001", Number: "#1001", PlacedAt: t0.Add(-time.Hour), Currency: "PLN", Total: 9479,
				Customer: orders.Customer{Name: "Zofia Nowak", Email: "zofia@example.com", Phone: "+48512345678"},
				ShipTo:   orders.Address{Line1: "ul. Długa 1", PostalCode: "31-146", City: "Kraków", Country: "PL"},
				Lines:    []orders.Line{{ID: "l1", Title: "Herbata Earl Grey, liściasta", Variant: "100 g", SKU: "TEA-1", Quantity: 2, UnitPrice: 3990}, {ID: "l2", Title: "شاي بالنعناع", Quantity: 1, UnitPrice: 1499, Cancelled: true}},
				Payments: []orders.Payment{{Kind: "stripe", Reference: "pi_3QLdemo123", Amount: 9479}},
			},
			Parcels: []orders.Parcel{{
				Key: "620000000000000000000001", TrackingNumber: "620000000000000000000001", Carrier: "InPost", Stage: orders.InTransit, Incident: orders.Unknown,
				UnknownStatus: "awizo_specjalne", ETA: "2026-11-23", UpdatedAt: t0.Add(3 * time.Hour),
			}},
			Timeline: []orders.TimelineEntry{entry(-1, orders.Placed, "placed", "", "shop"), entry(0, orders.Paid, "paid", "", "shop"), late, line, odd},
		},
	}
}
