package terms_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"homeward/internal/calendar"
	"homeward/internal/cases"
	"homeward/internal/delays"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
	"homeward/internal/withdrawals"
)

// TestWhatIsOwedStands: whatever happens to an order and its cases, in whatever order, after each move every obligation that the pure
// rules see has a row with the right end, no row runs for what nobody owes, and to reckon everything anew changes nothing.
func TestWhatIsOwedStands(t *testing.T) {
	fewer(t)
	o := newOffice(t)
	rapid.Check(t, func(t *rapid.T) {
		o.at = begin // each world by itself, so that it can be played again
		w := o.place(t.Context(), rapid.SampledFrom([]string{"acme", "bolt"}).Draw(t, "shop"), drawCountry(t))
		actions := map[string]func(*rapid.T){"": func(t *rapid.T) {
			w.remember()
			w.compare(t)
			w.reckonAnew(t)
			if w.err != nil {
				t.Fatalf("after %v: %v", w.moves, w.err)
			}
		}}
		for name, act := range w.acts() {
			actions[name] = func(t *rapid.T) {
				act(t)
				w.moves = append(w.moves, name)
			}
		}
		t.Repeat(actions)
	})
}

// fewer leaves it at some worlds unless the command says how many: -rapid.checks=1000.
func fewer(t *testing.T) {
	t.Helper()
	const checks = "rapid.checks"
	said := false
	flag.Visit(func(f *flag.Flag) { said = said || f.Name == checks })
	if said {
		return
	}
	was := flag.Lookup(checks).Value.String()
	if err := flag.Set(checks, "25"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(checks, was) })
}

func drawCountry(t *rapid.T) string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(zones))).Draw(t, "country")
}

func (w *world) acts() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"time passes": func(t *rapid.T) {
			w.pass(time.Duration(rapid.SampledFrom([]int{1, 30, 80, 200, 400, 800}).Draw(t, "hours")) * time.Hour)
		},
		"another country": func(t *rapid.T) { to := drawCountry(t); w.restate(func(o *orders.Order) { o.ShipTo.Country = to }) },
		"a promise": func(t *rapid.T) {
			ship, come := drawDay(t, w.order()), drawDay(t, w.order())
			w.restate(func(o *orders.Order) { o.Promised = orders.Promised{ShipBy: ship, DeliverBy: come} })
		},
		"a parcel": func(t *rapid.T) {
			stage := rapid.SampledFrom([]orders.ParcelStage{orders.Announced, orders.HandedOver, orders.InTransit, orders.ReadyForPickup, orders.Delivered, orders.Collected, orders.Returning, orders.Returned, orders.ParcelGone})
			to := rapid.SampledFrom([]string{orders.ToRecipient, orders.ToNeighbour, orders.ToPickupPoint})
			which := rapid.SampledFrom([][]string{{"p1", "l1", "l2"}, {"p1", "l1"}, {"p2", "l2"}}).Draw(t, "parcel")
			w.parcel(which[0], stage.Draw(t, "stage"), to.Draw(t, "to"), which[1:]...)
		},
		"a part is shipped": func(t *rapid.T) {
			units := rapid.SampledFrom([]orders.ParcelItem{{LineID: "l1", Quantity: 1}, {LineID: "l1", Quantity: 2}, {LineID: "l2", Quantity: 1}}).Draw(t, "units")
			stage := rapid.SampledFrom([]orders.ParcelStage{orders.HandedOver, orders.InTransit, orders.Delivered}).Draw(t, "stage")
			w.packed(rapid.SampledFrom([]string{"p1", "p2"}).Draw(t, "parcel"), stage, orders.ToRecipient, units)
		},
		"the shop cancels": func(t *rapid.T) {
			if rapid.IntRange(0, 4).Draw(t, "really") == 0 {
				w.tell(w.event(orders.Cancelled))
			}
		},
		"withdrawal": w.withdraw, "return": w.askReturn, "claim": w.claim, "answer": w.answerClaim, "goods": w.goods, "inspection": w.inspect,
		"refund": w.refund, "cancelled": w.cancel, "gift": w.gift, "delay": w.answerDelay, "announced": w.announce, "mail": w.mail, "case ends": w.endCase,
	}
}

func drawDay(t *rapid.T, o store.Order) string {
	days := rapid.SampledFrom([]int{-1, 5, 20, 30, 45, 90}).Draw(t, "days")
	if days < 0 {
		return ""
	}
	return o.State.Order.PlacedAt.AddDate(0, 0, days).Format(time.DateOnly)
}

func (w *world) withdraw(t *rapid.T) {
	s := withdrawals.Statement{Shop: w.shop.ID, OrderID: w.id, Name: "Zofia Nowak", Number: "#" + w.id, Email: "zofia@example.com", Language: "en", Text: w.next(), Nonce: w.next()}
	if rapid.Bool().Draw(t, "in part") {
		s.Items = someItems(t)
	}
	stranger := rapid.IntRange(0, 3).Draw(t, "who") == 0
	if stranger {
		s.OrderID, s.Email = "", "jan@example.com"
	}
	sent := w.at.Add(-time.Duration(rapid.IntRange(0, 96).Draw(t, "hours ago")) * time.Hour)
	row, err := w.took.Enter(w.ctx, withdrawals.Entry{Statement: s, Channel: "letter", SentAt: sent, User: "olga"})
	w.fail(err)
	switch {
	case err != nil:
	case row.CaseID != "" && w.known[row.CaseID] == nil:
		w.known[row.CaseID] = &caseFacts{declared: row.SubmittedAt}
	case row.CaseID == "":
		w.letters[row.ID] = row.SubmittedAt
	}
}

func (w *world) askReturn(t *rapid.T) {
	c, err := w.desk.Open(w.ctx, w.order(), returns.Request{Items: someItems(t), Reason: "other", Remedy: returns.RefundRemedy}, w.next())
	if w.refusable(err) {
		w.known[c.ID] = &caseFacts{}
	}
}

func (w *world) claim(t *rapid.T) {
	kind := rapid.SampledFrom([]returns.ClaimKind{returns.ClaimDefective, returns.ClaimMissing, returns.ClaimNotReceived}).Draw(t, "kind")
	remedy := rapid.SampledFrom(returns.ClaimRemedies(kind)).Draw(t, "remedy")
	came := w.at.Add(-time.Duration(rapid.SampledFrom([]int{0, 30, 300}).Draw(t, "hours ago")) * time.Hour).Truncate(time.Millisecond)
	contract := terms.Contract(w.shop, w.order())
	c, err := w.desk.EnterClaim(w.ctx, w.order(), cases.ClaimEntry{
		ClaimRequest: returns.ClaimRequest{Kind: kind, Items: someItems(t), Text: "It is broken.", Remedy: remedy}, Channel: "letter", CameAt: came, User: "olga", Nonce: w.next(),
	})
	if w.refusable(err) {
		w.known[c.ID] = &caseFacts{claimed: contract, came: came}
	}
}

func (w *world) answerClaim(t *rapid.T) {
	c, facts, ok := w.someCase(t, returns.Claim)
	if !ok {
		return
	}
	row, err := w.db.ClaimOfCase(w.ctx, c.ID)
	w.fail(err)
	switch rapid.SampledFrom([]string{"grant", "refuse", "longer", "longer", "done"}).Draw(t, "answer") {
	case "grant":
		g := cases.Grant{Remedy: row.Wish, Words: "We are sorry.", Actor: "staff:olga"}
		if g.Remedy == returns.ReductionRemedy {
			g.Amount = 500
		}
		_, err = w.desk.GrantClaim(w.ctx, c.ID, g)
	case "refuse":
		_, err = w.desk.RefuseClaim(w.ctx, c.ID, "It was used.", "staff:olga")
	case "longer":
		if _, err = w.desk.ExtendClaim(w.ctx, c.ID, "Parts are on their way.", "staff:olga"); err == nil {
			facts.extended = w.at
		}
	default:
		_, err = w.desk.FulfilClaim(w.ctx, c.ID, "sent", "staff:olga")
	}
	w.refusable(err)
}

func (w *world) goods(t *rapid.T) {
	c, facts, ok := w.someCase(t)
	if !ok {
		return
	}
	first := func(at *time.Time) {
		if at.IsZero() {
			*at = w.at
		}
	}
	switch rapid.SampledFrom([]string{"sent", "proof", "scan", "came", "came in part", "let go"}).Draw(t, "goods") {
	case "sent":
		if _, err := w.desk.MarkSent(w.ctx, c, ""); w.refusable(err) {
			first(&facts.sent)
		}
	case "proof":
		if w.refusable(w.desk.ProofOfDispatch(w.ctx, c, "staff:olga", "a receipt")) {
			first(&facts.proven)
		}
	case "scan":
		w.write(func(tx *store.Tx) error {
			_, err := w.desk.ParcelMoved(w.ctx, tx, w.shop, w.order(), c.ID, orders.InTransit)
			w.refusable(err)
			return nil
		})
		facts.proven = w.scannedAt(c, facts.proven)
	case "came":
		if _, err := w.desk.Receive(w.ctx, c, nil, "staff:olga"); w.refusable(err) {
			facts.back = w.at
		}
	case "came in part":
		if len(c.Items) == 0 {
			return
		}
		if _, err := w.desk.Receive(w.ctx, c, []returns.Item{{LineID: c.Items[0].LineID, Quantity: 1}}, "staff:olga"); w.refusable(err) {
			facts.back = w.at
		}
	default:
		_, err := w.desk.PayWithoutGoods(w.ctx, c, "staff:olga", "proven")
		w.refusable(err)
	}
}

// scannedAt reads whether a scan was taken: a case that is over takes none.
func (w *world) scannedAt(c store.Case, before time.Time) time.Time {
	if !before.IsZero() {
		return before
	}
	log, err := w.db.CaseLog(w.ctx, c.ID)
	w.fail(err)
	for _, step := range log {
		if step.Actor == cases.Carrier && step.Step == string(returns.Send) {
			return step.At
		}
		if step.Step == cases.DispatchProven {
			return step.At
		}
	}
	return time.Time{}
}

func (w *world) inspect(t *rapid.T) {
	c, facts, ok := w.someCase(t)
	if !ok || len(c.Items) == 0 {
		return
	}
	found := returns.Inspection{LineID: c.Items[0].LineID, Quantity: 1, Grade: returns.AsNew, Outcome: returns.Accept}
	if rapid.IntRange(0, 3).Draw(t, "found") == 0 {
		found = returns.Inspection{LineID: c.Items[0].LineID, Quantity: 1, Grade: returns.Damaged, Outcome: returns.Deduct, Deduction: 500, Reason: "scratched", Note: "seen by two", Photos: 1}
	}
	after, err := w.desk.Inspect(w.ctx, c, []returns.Inspection{found}, "staff:olga")
	if w.refusable(err) && len(after.Received) > len(c.Received) { // what is looked at came
		facts.back = w.at
	}
}

func (w *world) refund(t *rapid.T) {
	all, err := w.db.RefundsOf(w.ctx, w.id)
	w.fail(err)
	if all = store.Standing(all); len(all) == 0 {
		return
	}
	r := rapid.SampledFrom(all).Draw(t, "refund")
	how := rapid.SampledFrom([]string{"pending", "succeeded", "succeeded", "failed", "requires_action", "otherwise"}).Draw(t, "how")
	if how == "otherwise" {
		w.refusable(w.db.Write(w.ctx, func(tx *store.Tx) error {
			_, err := w.desk.PaidOtherwise(w.ctx, tx, r.ID, "staff:olga", "by bank transfer")
			return err
		}))
		return
	}
	w.moved(r, how)
}

func (w *world) answerDelay(t *rapid.T) {
	all, err := w.db.DelaysOf(w.ctx, w.id)
	w.fail(err)
	if len(all) == 0 {
		return
	}
	w.refusable(w.desk.AnswerDelay(w.ctx, w.order(), all[len(all)-1].ID, rapid.IntRange(0, 2).Draw(t, "wait") > 0))
}

// announce lets staff tell of a delay in their own words.
func (w *world) announce(t *rapid.T) {
	day, _ := calendar.Parse(drawDay(t, w.order()))
	w.refusable(w.db.Write(w.ctx, func(tx *store.Tx) error {
		order, err := tx.Order(w.ctx, w.id)
		if err != nil {
			return err
		}
		_, err = delays.Announce(w.ctx, tx, w.shop, order, day, "The harvest is late.", "staff:olga", w.at)
		return err
	}))
}

// cancel cancels what no carrier has: all of the order, or its rest.
func (w *world) cancel(t *rapid.T) {
	if rapid.IntRange(0, 2).Draw(t, "really") > 0 {
		return
	}
	by := rapid.SampledFrom([]string{cases.Clock, cases.Shopper, "staff:olga"}).Draw(t, "by")
	w.refusable(w.db.Write(w.ctx, func(tx *store.Tx) error {
		order, err := tx.Order(w.ctx, w.id)
		if err != nil {
			return err
		}
		_, err = w.desk.CancelOrder(w.ctx, tx, order, by)
		return err
	}))
}

// gift asks for a return by the code of a gift: no money comes of it.
func (w *world) gift(t *rapid.T) {
	items := someItems(t)
	g, err := w.desk.MakeGift(w.ctx, w.order(), items, "en", w.next())
	if !w.refusable(err) {
		return
	}
	remedy := rapid.SampledFrom(returns.GiftRemedies).Draw(t, "remedy")
	req := returns.Request{Items: items, Reason: "other", Remedy: remedy}
	if remedy == returns.ExchangeRemedy {
		for _, i := range items {
			req.Wish.Exchange = append(req.Wish.Exchange, returns.Exchange{LineID: i.LineID, Quantity: i.Quantity})
		}
	}
	c, err := w.desk.OpenGift(w.ctx, g, store.Recipient{Name: "Jan", Email: "jan@example.com", Language: "en"}, req, w.next())
	if w.refusable(err) {
		w.known[c.ID] = &caseFacts{}
	}
}

// mail lets a mail server take a notice of delay, or never.
func (w *world) mail(t *rapid.T) {
	all, err := w.db.MessagesOf(w.ctx, w.id)
	w.fail(err)
	for _, m := range all {
		if m.Topic != messages.ShipDelay || m.State != store.Due {
			continue
		}
		took := rapid.IntRange(0, 3).Draw(t, "took") > 0
		w.write(func(tx *store.Tx) error {
			if !took {
				return tx.Settle(w.ctx, store.MessageWork, m.ID, store.MessageFailed, nil)
			}
			m.SentAt = w.at
			return tx.FinishMessage(w.ctx, m, m.Generation, store.MessageSent)
		})
	}
}

func (w *world) endCase(t *rapid.T) {
	c, _, ok := w.someCase(t)
	if !ok {
		return
	}
	var err error
	if rapid.Bool().Draw(t, "called off") {
		_, err = w.desk.CallOff(w.ctx, c, cases.Shopper)
	} else {
		_, err = w.desk.End(w.ctx, c, "staff:olga", "nothing came")
	}
	w.refusable(err)
}

// remember keeps what was promised first: later news of it moves no deadline, and an earlier day moves none that was met by then.
func (w *world) remember() {
	order := w.order()
	contract := terms.Contract(w.shop, order)
	keep := func(kind string, now returns.WantedTerm, ok bool) {
		was, there := w.promises[kind]
		met := w.met[kind] && !now.Met.IsZero()
		if ok && (!there || (now.Last.Before(was.Last) && !met)) {
			w.promises[kind] = now.Term
		}
		if ok {
			w.met[kind] = !now.Met.IsZero()
		}
	}
	ship, ok := returns.ShipTermOf(order.State, contract, w.promises["ship"].Last)
	keep("ship", ship, ok && !w.offered(contract))
	deliver, ok := returns.DeliverTermOf(order.State, contract, w.promises["deliver"].Last, w.ended())
	keep("deliver", deliver, ok && !w.longOver(deliver))
}

// given lists the notices of delay that reached their buyer.
func (w *world) given() []returns.DelayNotice {
	told, err := w.db.DelaysOf(w.ctx, w.id)
	w.fail(err)
	var given []returns.DelayNotice
	for _, d := range told {
		if !d.GivenAt().IsZero() {
			given = append(given, d.Rules())
		}
	}
	return given
}

// offered tells that the buyer was told in time of a delay of what was promised first: news of an earlier day is no promise any more.
func (w *world) offered(c returns.Contract) bool {
	given, first := w.given(), w.promises["ship"].Last
	return len(given) > 0 && !first.IsZero() && given[0].SentAt.Before(endOf(first, c))
}

// endOf is when a day of the shop is over: at the earlier midnight.
func endOf(day calendar.Date, c returns.Contract) time.Time {
	shop, consumer := day.EndOfDay(c.Shop.Zone), day.EndOfDay(c.Consumer.Zone)
	if consumer.Before(shop) {
		return consumer
	}
	return shop
}

// longOver tells of a time to deliver that ended a month ago before anybody watched it.
func (w *world) longOver(due returns.WantedTerm) bool {
	rows, err := w.db.TermsOf(w.ctx, store.OwnerOfOrder(w.id))
	w.fail(err)
	watched := slices.ContainsFunc(rows, func(t store.Term) bool { return t.Kind == returns.TermDeliver })
	return !watched && due.Met.IsZero() && w.at.Sub(due.End) > 720*time.Hour
}

func (w *world) ended() map[string]int {
	all, err := w.db.CasesOf(w.ctx, w.id)
	w.fail(err)
	ended := map[string]int{}
	for _, c := range all {
		paid := c.Kind == returns.Claim && (c.Remedy == returns.RefundRemedy || c.Remedy == returns.TerminationRemedy)
		if (c.Kind == returns.Withdrawal || paid) && c.State != returns.Withdrawn && c.State != returns.Rejected {
			for _, i := range c.Items {
				ended[i.LineID] += i.Quantity
			}
		}
	}
	return ended
}

// duty is what the rules say is owed now; End is zero while its time is open. Of some only that they run is known here.
type duty struct {
	end     time.Time
	unknown bool
}

// owed gives what is owed, by owner and kind, from what the test did and from what the rules make of it.
func (w *world) owed() map[string]duty {
	owed := map[string]duty{}
	w.owedByOrder(owed)
	all, err := w.db.CasesOf(w.ctx, w.id)
	w.fail(err)
	refunds, err := w.db.RefundsOf(w.ctx, w.id)
	w.fail(err)
	for _, c := range all {
		w.owedByCase(owed, c, store.Standing(refunds))
	}
	for id, sent := range w.letters {
		row, err := w.db.Withdrawal(w.ctx, id)
		w.fail(err)
		var order store.Order
		if row.OrderID != "" {
			order = w.order()
		}
		due := returns.RefundDue(terms.Contract(w.shop, order), returns.Declaration{At: sent, NothingToReturn: true})
		owed[store.OwnerOfStatement(id)+" statement"] = duty{end: due.End}
	}
	return owed
}

func (w *world) owedByOrder(owed map[string]duty) {
	order := w.order()
	contract, owner := terms.Contract(w.shop, order), store.OwnerOfOrder(w.id)
	if due, ok := w.cancelledMoney(contract, order.State); ok {
		owed[owner+" refund"] = duty{end: due}
	}
	if !order.State.CancelledAt.IsZero() {
		return
	}
	if due, ok := returns.ShipTermOf(order.State, contract, w.promises["ship"].Last); ok && due.Met.IsZero() {
		given := w.given()
		if w.offered(contract) {
			due.Last = w.promises["ship"].Last
			due.End = endOf(due.Last, contract)
		}
		if len(given) == 0 || !given[0].SentAt.Before(due.End) {
			owed[owner+" ship"] = duty{end: due.End}
		} else {
			owed[owner+" cancel"] = duty{end: returns.CancelBy(contract, due.Term, given).End}
		}
	}
	if due, ok := returns.DeliverTermOf(order.State, contract, w.promises["deliver"].Last, w.ended()); ok && due.Met.IsZero() && !w.longOver(due) {
		owed[owner+" deliver"] = duty{end: due.End}
	}
}

// cancelledMoney gives the time to give back what was cancelled, the oldest first: each by its own cancellation.
func (w *world) cancelledMoney(c returns.Contract, state orders.State) (due time.Time, ok bool) {
	refunds, err := w.db.RefundsOf(w.ctx, w.id)
	w.fail(err)
	for _, r := range store.Standing(refunds) {
		if r.CaseID != "" || !unpaid(r) {
			continue
		}
		at := state.CancelledAt
		if strings.HasPrefix(r.ExternalID, "rest:") {
			at = droppedBefore(state, r.CreatedAt)
		}
		if end := returns.RefundDue(c, returns.Declaration{At: at, NothingToReturn: true}).End; !ok || end.Before(due) {
			due, ok = end, true
		}
	}
	return due, ok
}

// droppedBefore gives the last cancellation of a rest that a refund can be of.
func droppedBefore(state orders.State, planned time.Time) time.Time {
	at := state.Dropped[0].At
	for _, d := range state.Dropped {
		if !d.At.Truncate(time.Millisecond).After(planned) {
			at = d.At
		}
	}
	return at
}

func unpaid(r store.Refund) bool {
	return r.Status != store.RefundPending && r.Status != store.RefundSucceeded
}

func (w *world) owedByCase(owed map[string]duty, c store.Case, refunds []store.Refund) {
	facts, owner := w.known[c.ID], store.OwnerOfCase(c.ID)
	if facts == nil {
		w.fail(fmt.Errorf("a case %s that nobody opened", c.ID))
		return
	}
	mine := slices.DeleteFunc(slices.Clone(refunds), func(r store.Refund) bool { return r.CaseID != c.ID })
	open := slices.ContainsFunc(mine, unpaid)
	switch c.Kind {
	case returns.Claim:
		row, err := w.db.ClaimOfCase(w.ctx, c.ID)
		w.fail(err)
		if row.AnsweredAt.IsZero() && c.State != returns.Withdrawn {
			owed[owner+" answer"] = duty{end: returns.ComplaintAnswer(facts.claimed, returns.Complaint{ReceivedAt: facts.came, NoticeAt: facts.extended}).End}
		}
	case returns.Withdrawal:
		w.owedAfterWithdrawal(owed, c, facts, mine, refunds, open)
		return
	default:
	}
	if open {
		owed[owner+" refund"] = duty{unknown: true}
	}
}

func (w *world) owedAfterWithdrawal(owed map[string]duty, c store.Case, facts *caseFacts, mine, all []store.Refund, open bool) {
	contract, owner := terms.Contract(w.shop, w.order()), store.OwnerOfCase(c.ID)
	left, home := w.carried(c)
	nothing := !left || (len(c.Items) == 0 && len(c.Conditions.Covers) > 0) // all of it came back by returns before
	came := map[string]int{}
	for _, i := range c.Received {
		came[i.LineID] += i.Quantity
	}
	all = slices.DeleteFunc(slices.Clone(all), func(r store.Refund) bool { return r.CaseID != "" })
	back := !slices.ContainsFunc(c.Items, func(i returns.Item) bool { return came[i.LineID] < i.Quantity })
	if open || (c.State != returns.Closed && len(mine) == 0 && len(all) == 0) {
		d := returns.Declaration{At: facts.declared, ProofOfDispatch: facts.proven, NothingToReturn: nothing}
		if back || open {
			d.GoodsBack = facts.back
		}
		if d.GoodsBack.IsZero() {
			d.GoodsBack = home
		}
		owed[owner+" refund"] = duty{end: returns.RefundDue(contract, d).PayBy}
	} else if c.State != returns.Closed {
		owed[owner+" refund"] = duty{unknown: true} // what is still out decides
	}
	if moving := facts.sent.IsZero() && facts.proven.IsZero() && facts.back.IsZero() && !c.State.Final() && !nothing && home.IsZero(); moving {
		if due := returns.MustSendBack(contract, facts.declared); due.Rule != "" {
			owed[owner+" send_back"] = duty{end: due.End}
		}
	}
}

// carried tells whether a carrier took what a case is about, and since when all of it is back undelivered.
func (w *world) carried(c store.Case) (left bool, home time.Time) {
	away := false
	for _, p := range w.order().State.Parcels {
		about := len(c.Items) == 0
		for _, in := range p.Items {
			about = about || slices.ContainsFunc(c.Items, func(i returns.Item) bool { return i.LineID == in.LineID })
		}
		switch {
		case !about || p.Stage == orders.Announced || p.Stage == orders.ParcelGone:
		case p.Stage == orders.Returned && p.StageAt.After(home):
			left, home = true, p.StageAt
		default:
			left, away = true, away || p.Stage != orders.Returned
		}
	}
	if away {
		home = time.Time{}
	}
	return left, home
}

// compare holds the rows against what is owed.
func (w *world) compare(t *rapid.T) {
	rows, err := w.db.TermsOfOrder(w.ctx, w.id)
	w.fail(err)
	for id := range w.letters { // one whose order nobody knows
		more, err := w.db.TermsOf(w.ctx, store.OwnerOfStatement(id))
		w.fail(err)
		rows = append(rows, slices.DeleteFunc(more, func(r store.Term) bool { return r.OrderID != "" })...)
	}
	owed := w.owed()
	seen := map[string]bool{}
	for _, row := range rows {
		key := row.Owner + " " + string(row.Kind)
		want, ok := owed[key]
		seen[key] = seen[key] || ok
		running := row.State == store.Due || row.State == store.TermOpen
		switch {
		case !ok && running && row.Kind != returns.TermSendBack:
			t.Fatalf("after %v: %s runs until %v (%s), and nobody owes it", w.moves, key, row.EndAt, row.Rule)
		case !ok || want.unknown:
		case !running && row.State != store.TermMissed && row.State != store.TermDone:
			t.Fatalf("after %v: %s is owed until %v, and its row is %s", w.moves, key, want.end, row.State)
		case want.end.UnixMilli() != row.EndAt.UnixMilli() && (!want.end.IsZero() || !row.EndAt.IsZero()):
			t.Fatalf("after %v: %s ends %v, by the rules %v (%s)", w.moves, key, row.EndAt, want.end, row.Rule)
		case row.State == store.TermMissed && w.at.Before(row.EndAt):
			t.Fatalf("after %v: %s was missed before its end", w.moves, key)
		}
	}
	for key, want := range owed {
		if !seen[key] && !want.unknown {
			t.Fatalf("after %v: nobody watches %s until %v", w.moves, key, want.end)
		}
	}
}

var errUndo = errors.New("only looking")

// reckonAnew holds the rows against what they would be if everything were reckoned now.
func (w *world) reckonAnew(t *rapid.T) {
	owners := []string{store.OwnerOfOrder(w.id)}
	for id := range w.letters {
		owners = append(owners, store.OwnerOfStatement(id))
	}
	for id := range w.known {
		owners = append(owners, store.OwnerOfCase(id))
	}
	err := w.db.Write(w.ctx, func(tx *store.Tx) error {
		for _, owner := range owners {
			before, err := tx.TermsOf(w.ctx, owner)
			if err != nil {
				return err
			}
			if _, err := terms.Refresh(w.ctx, tx, w.shop, owner, w.at); err != nil {
				return err
			}
			after, err := tx.TermsOf(w.ctx, owner)
			if err != nil {
				return err
			}
			if was, is := plainRows(before), plainRows(after); was != is {
				return fmt.Errorf("reckoned anew, %s differs:\n%s\n%s", owner, was, is)
			}
		}
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatalf("after %v: %v", w.moves, err)
	}
}

func plainRows(rows []store.Term) string {
	type plain struct {
		Kind, Rule, State string
		End               int64
		Last              string
		Met               bool
	}
	all := make([]plain, 0, len(rows))
	for _, r := range rows {
		all = append(all, plain{string(r.Kind), string(r.Rule), r.State, r.EndAt.UnixMilli(), r.Last.String(), !r.MetAt.IsZero()})
	}
	text, _ := json.Marshal(all) //nolint:errchkjson // strings and numbers
	return string(text)
}
