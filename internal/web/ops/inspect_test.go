package ops_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"homeward/internal/returns"
	"homeward/internal/store"
)

// finding gives the fields of one row of the form of an inspection.
func finding(form url.Values, n int, line, units, grade, outcome, deduction, reason, note string) url.Values {
	for name, value := range map[string]string{
		"line": line, "qty": units, "grade": grade, "outcome": outcome, "deduction": deduction, "reason": reason, "note": note,
	} {
		form.Set(name+"."+strconv.Itoa(n), value)
	}
	return form
}

func TestInspectionInTheConsole(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	page := s.page("/ops/returns/c1")
	for _, want := range []string{`name="line.0"`, `name="qty.0"`, `name="grade.1"`, "Polish", "Record what was found", `action="/ops/returns/c1/write"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	form := finding(seen(c.Version), 0, "l1", "1", "as_new", "accept", "", "", "")
	finding(form, 1, "l1", "1", "used", "deduct", "12,50", "Wieczko jest porysowane.", "scratches, 3 cm")
	s.press("/ops/returns/c1/inspect", form, "inspected")
	s.press("/ops/returns/c1/inspect", form, "stale")
	found, err := b.db.InspectionsOf(t.Context(), "c1")
	if err != nil || len(found) != 2 || found[1].Deduction != 1250 || found[1].By != "staff:agent" || found[1].Note != "scratches, 3 cm" {
		t.Fatalf("%+v, %v", found, err)
	}
	b.audited("case:c1", "agent: inspect")
	page = s.page("/ops/returns/c1")
	for _, want := range []string{"Wieczko jest porysowane.", "Accept with a deduction of 12.50 PLN"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(page, "Record what was found") {
		t.Error("nothing is left to look at")
	}
}

// What the rules do not take comes back with every word that was typed, and why.
func TestAnInspectionThatCannotBeTaken(t *testing.T) {
	for name, tc := range map[string]struct{ units, grade, outcome, deduction, reason, note, want string }{
		"too many":          {"9", "as_new", "accept", "", "", "", "not so many units"},
		"no number":         {"<b>", "as_new", "accept", "", "", "", "Write a number of units"},
		"a huge number":     {"99999999999999999999", "as_new", "accept", "", "", "", "Write a number of units"},
		"below zero":        {"-1", "as_new", "accept", "", "", "", "Write a number of units"},
		"nothing":           {"0", "as_new", "accept", "", "", "", "for one line at least"},
		"no reason":         {"1", "used", "deduct", "5", "", "seen", "they are told it word for word"},
		"no evidence":       {"1", "used", "deduct", "5", "scratched", "", "needs evidence"},
		"no amount":         {"1", "used", "deduct", "", "scratched", "seen", "amount of a deduction"},
		"half a cent":       {"1", "used", "deduct", "0.005", "scratched", "seen", "number with a point"},
		"words for money":   {"1", "used", "deduct", "<script>", "scratched", "seen", "number with a point"},
		"more than it was":  {"1", "used", "deduct", "39.91", "scratched", "seen", "no more than the units bring"},
		"missing, accepted": {"1", "missing", "accept", "", "", "", "cannot be accepted"},
		"an odd grade":      {"1", "shiny", "accept", "", "", "", "Choose the condition"},
		"an odd outcome":    {"1", "used", "keep", "", "", "", "Choose what follows"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.order("o1")
			c := b.caseOf("c1", returns.InTransit)
			form := finding(seen(c.Version), 0, "l1", tc.units, tc.grade, tc.outcome, tc.deduction, tc.reason, tc.note)
			w := b.signIn("agent").post("/ops/returns/c1/inspect", form)
			body := w.Body.String()
			if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, tc.want) {
				t.Fatalf("%d, lacks %q", w.Code, tc.want)
			}
			if tc.reason != "" && !strings.Contains(body, tc.reason) || strings.Contains(body, "<script>") || strings.Contains(body, `value="<b>"`) {
				t.Error("what was typed is lost, or stands in the page as it came")
			}
			if found, _ := b.db.InspectionsOf(t.Context(), "c1"); len(found) != 0 || len(b.queue.tasks) != 0 {
				t.Error("something happened")
			}
			b.audited("case:c1")
		})
	}
}

func TestAnotherCasesLineIsNoLine(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	w := b.signIn("agent").post("/ops/returns/c1/inspect", finding(seen(c.Version), 0, "l9", "1", "as_new", "accept", "", "", ""))
	if w.Code != http.StatusUnprocessableEntity {
		t.Errorf("%d", w.Code)
	}
}

// An objection stands in the room, counts, and is answered once.
func TestAnObjectionIsAnswered(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	c := b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	s.press("/ops/returns/c1/inspect", finding(seen(c.Version), 0, "l1", "2", "damaged", "refuse", "", "Broken.", "broken in two"), "inspected")
	found, err := b.db.InspectionsOf(t.Context(), "c1")
	if err != nil || len(found) != 1 {
		t.Fatal(err)
	}
	if err := b.desk.real.Appeal(t.Context(), c, found[0].ID, "It came <i>so</i>."); err != nil {
		t.Fatal(err)
	}
	if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Cases != 1 {
		t.Errorf("%+v, %v", a, err)
	}
	if room := s.page("/ops/returns"); !strings.Contains(room, "It came &lt;i&gt;so&lt;/i&gt;.") {
		t.Error("the room does not show it")
	}
	path := "/ops/returns/c1/appeals/" + found[0].ID
	answer := url.Values{"grade": {"damaged"}, "outcome": {"deduct"}, "deduction": {"100"}, "reason": {"We looked again."}, "note": {"carrier"}}
	w := s.post(path, url.Values{"grade": {"damaged"}, "outcome": {"deduct"}, "deduction": {"1e9"}, "reason": {"We looked again."}})
	if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "We looked again.") {
		t.Errorf("%d", w.Code)
	}
	answer.Set("deduction", "10")
	answer.Set("read", regexp.MustCompile(`name="read" value="(\d+)"`).FindStringSubmatch(w.Body.String())[1])
	if err := b.desk.real.Appeal(t.Context(), c, found[0].ID, "And the box was wet."); err != nil {
		t.Fatal(err)
	}
	w = s.post(path, answer)
	if said := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(said, "added to the objection") || !strings.Contains(said, "And the box was wet.") {
		t.Errorf("words that nobody read were answered: %d", w.Code)
	}
	answer.Set("read", regexp.MustCompile(`name="read" value="(\d+)"`).FindStringSubmatch(w.Body.String())[1])
	s.press(path, answer, "answered")
	s.press(path, answer, "stale")
	if a, err := b.db.Attention(t.Context(), b.now); err != nil || a.Cases != 0 {
		t.Errorf("%+v, %v", a, err)
	}
	refunds, err := b.db.RefundsOfCase(t.Context(), "c1")
	if err != nil || len(refunds) != 1 || refunds[0].Amount != 7980-1000 {
		t.Errorf("%+v, %v", refunds, err)
	}
}

func TestLetterToTheShopper(t *testing.T) {
	b := newBench(t)
	b.order("o1")
	b.caseOf("c1", returns.InTransit)
	s := b.signIn("agent")
	s.press("/ops/returns/c1/write", url.Values{"words": {" "}}, "need_letter")
	for range 2 { // pressed twice
		s.press("/ops/returns/c1/write", url.Values{"words": {"Dzień dobry"}}, "written")
	}
	all, err := b.db.MessagesOf(t.Context(), "o1")
	if err != nil || len(all) != 1 || all[0].Data.Text != "Dzień dobry" {
		t.Errorf("%d messages, %v", len(all), err)
	}
}

// An order that nobody can be told of stands in the overview.
func TestNobodyCanBeTold(t *testing.T) {
	b := newBench(t)
	if page := b.signIn("viewer").page("/ops/"); strings.Contains(page, "Nobody can be told") {
		t.Error("there is no order")
	}
	o := sampleOrder()
	o.EmailKey, o.State.Order.Customer.Email = "", ""
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), o) })
	s := b.signIn("viewer")
	if page := s.page("/ops/"); strings.Contains(page, "Nobody can be told") {
		t.Error("it has a telephone number")
	}
	o.ID, o.ExternalID, o.State.Order.Customer.Phone = "o2", "1002", ""
	b.write(func(tx *store.Tx) error { return tx.InsertOrder(t.Context(), o) })
	if page := s.page("/ops/"); !strings.Contains(page, "Nobody can be told") || !strings.Contains(page, "/ops/orders/o2") {
		t.Error("it is not shown")
	}
}
