package returns

import (
	"slices"
	"time"
)

// TermKind is what has to be done within a term. A case, a statement and an order have at most one of each.
type TermKind string

// The kinds of terms that are watched.
const (
	TermRefund    TermKind = "refund"    // the money goes back
	TermSendBack  TermKind = "send_back" // the goods are sent back
	TermAnswer    TermKind = "answer"    // a claim is answered
	TermStatement TermKind = "statement" // somebody finds out whose statement of withdrawal it is
	TermShip      TermKind = "ship"      // the order is handed to a carrier
	TermDeliver   TermKind = "deliver"   // the order is delivered
	TermCancel    TermKind = "cancel"    // an order that is not shipped by then is cancelled
)

// Side is who has to act within a term.
type Side string

// The sides.
const (
	ByShop    Side = "shop"
	ByShopper Side = "shopper"
)

// The rules of what the shop promised itself, where no law says more.
const (
	// RefundPromised is the shop's own time to give back money that a return or a claim brought: as long as the law of the
	// consumer's country gives for a withdrawal, from when the money was owed.
	RefundPromised TermRule = "refund.promised"
	// SendPromised is the time in which the goods of a return are expected, from its approval.
	SendPromised TermRule = "send_back.policy"
)

// The log of a case uses these words for what ends the waiting for goods.
const (
	StepDispatchProven = "dispatch_proven"
	StepArrived        = "arrived" // the goods of a withdrawal that staff are to look at first
	ActorCarrier       = "carrier"
)

// WantedTerm is a term that a case, a statement or an order has as things are.
type WantedTerm struct {
	Kind TermKind
	By   Side
	Term
	// SilenceAccepts tells that a complaint without an answer by the end is accepted.
	SilenceAccepts bool
	Met            time.Time // when what had to be done was done; zero while it is not
}

// CaseFacts is what the terms of a case depend on. A zero time has not happened.
type CaseFacts struct {
	Kind     Kind
	State    State
	Declared time.Time // a withdrawal was stated
	Approved time.Time // a return was approved
	Sent     time.Time // the shopper said that the goods are on their way
	Proven   time.Time // a proof of dispatch, or a carrier's scan
	Returned time.Time // the newest goods came back
	AllBack  bool
	NotSent  bool // the goods never left the shop, or stay with the shopper: nothing comes back
	// Lost is when it was known that goods which had left will not reach the shopper, see [NeverArrived].
	Lost     time.Time
	SendDays int // in which the goods of a return are expected; 0: no matter
	Money    CaseMoney
	Moved    time.Time // when the case moved last
	Claim    ClaimAnswered
}

// ClaimAnswered is how far the answer to a claim is. The zero value is a case that is none.
type ClaimAnswered struct {
	Complaint

	Contract Contract  // as it was when the claim came
	At       time.Time // when it was answered; zero while it is not
}

// CaseMoney is how far the refunds of a case are.
type CaseMoney struct {
	Owed    time.Time // the oldest refund that is not on its way was planned; zero when there is none
	Gone    time.Time // the newest refund went on its way
	Covered bool      // the refunds under way or done are for everything that the case is about
}

// TermsOfCase gives the terms of a case as it is.
func TermsOfCase(c Contract, f CaseFacts) []WantedTerm {
	var wanted []WantedTerm
	add := func(w WantedTerm, ok bool) {
		if ok {
			wanted = append(wanted, w)
		}
	}
	add(moneyTerm(c, f))
	add(sendTerm(c, f))
	add(claimTerm(f))
	return wanted
}

// moneyTerm is the time to give the money of a case back.
func moneyTerm(c Contract, f CaseFacts) (WantedTerm, bool) {
	if f.Kind == Withdrawal {
		return withdrawalMoney(c, f)
	}
	if f.Money.Owed.IsZero() && f.Money.Gone.IsZero() {
		return WantedTerm{}, false
	}
	since := f.Money.Owed
	if since.IsZero() {
		since = f.Returned
	}
	if since.IsZero() {
		since = f.Money.Gone
	}
	days := max(c.Law.RefundDays, 1)
	w := WantedTerm{Kind: TermRefund, By: ByShop, Term: c.strict(RefundPromised, since, inDays(days))}
	if f.Money.Owed.IsZero() {
		w.Met = f.Money.Gone
	}
	return w, true
}

// claimTerm is the time to answer a claim. One that was called off before is owed no answer.
func claimTerm(f CaseFacts) (WantedTerm, bool) {
	if f.Kind != Claim || f.Claim.ReceivedAt.IsZero() || (f.State == Withdrawn && f.Claim.At.IsZero()) {
		return WantedTerm{}, false
	}
	answer := ComplaintAnswer(f.Claim.Contract, f.Claim.Complaint)
	return WantedTerm{Kind: TermAnswer, By: ByShop, Term: answer.Term, SilenceAccepts: answer.SilenceAccepts, Met: f.Claim.At}, true
}

// withdrawalMoney is what the law gives the shop after a withdrawal. Goods that came back in part make their part due, whatever
// is still out; while nothing is owed for them, the shop may wait for the rest.
func withdrawalMoney(c Contract, f CaseFacts) (WantedTerm, bool) {
	d := Declaration{At: f.Declared, ProofOfDispatch: f.Proven, NothingToReturn: f.NotSent}
	if f.AllBack || !f.Money.Owed.IsZero() {
		d.GoodsBack = f.Returned
	}
	if d.GoodsBack.IsZero() {
		d.GoodsBack = f.Lost
	}
	due := RefundDue(c, d)
	w := WantedTerm{Kind: TermRefund, By: ByShop, Term: due.Term}
	if w.End = due.PayBy; due.MayWithhold {
		w.End, w.Code = time.Time{}, AwaitingGoods
	}
	// After the hard date the time runs from what ended the waiting.
	if release, came := d.release(); came && !w.End.IsZero() && due.Rule == RefundEU && release.At.After(due.Term.End) {
		w.Since = release.At
	}
	switch {
	case f.State == Closed && f.Money.Owed.IsZero():
		if w.Met = f.Money.Gone; w.Met.IsZero() { // nothing was owed
			w.Met = f.Moved
		}
	case f.Money.Owed.IsZero() && !f.Money.Gone.IsZero() && (f.Money.Covered || f.AllBack):
		w.Met = f.Money.Gone
	}
	return w, true
}

// sendTerm is the time to send the goods of a case back.
func sendTerm(c Contract, f CaseFacts) (WantedTerm, bool) {
	w := WantedTerm{Kind: TermSendBack, By: ByShopper, Met: earliest(f.Sent, f.Proven, f.Returned)}
	over := f.State.Final() && w.Met.IsZero()
	switch {
	case f.NotSent || over || (!f.Lost.IsZero() && w.Met.IsZero()):
		return w, false
	case f.Kind == Withdrawal:
		w.Term = MustSendBack(c, f.Declared)
	case f.Kind == Return && !f.Approved.IsZero() && f.SendDays > 0:
		w.Term = c.generous(SendPromised, f.Approved, inDays(f.SendDays))
	}
	return w, w.Rule != ""
}

func earliest(times ...time.Time) time.Time {
	times = slices.DeleteFunc(times, time.Time.IsZero)
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(times, time.Time.Compare)
}

// StatementOwed is the time to find out whose statement of withdrawal it is that opened no case: the money may be due by the
// end of it, so nothing is withheld.
func StatementOwed(c Contract, declared, met time.Time) WantedTerm {
	due := RefundDue(c, Declaration{At: declared, NothingToReturn: true})
	return WantedTerm{Kind: TermStatement, By: ByShop, Term: due.Term, Met: met}
}
