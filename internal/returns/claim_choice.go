package returns

import (
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/orders"
)

// GuaranteeTerm is the time in which a seller is liable for goods that are not as agreed, from when the last of them was in
// hand. Directive (EU) 2019/771, Art. 10.
const GuaranteeTerm TermRule = "guarantee"

// GuaranteeEnd gives the end of the time in which the seller is liable. It is for telling staff: a claim that comes later is
// recorded and flagged, never refused. While goods are not in hand it is open.
func GuaranteeEnd(state orders.State, c Contract) Term {
	start := possession(state)
	if start.Since.IsZero() {
		start.Rule = GuaranteeTerm
		return start
	}
	months := GuaranteeOf(c.Consumer.Country).Months
	return c.generous(GuaranteeTerm, start.Since, func(from calendar.Date) calendar.Date { return from.AddMonths(months) }).
		because(start.Evidence...)
}

// ClaimOption is a remedy on the form.
type ClaimOption struct {
	Remedy Remedy
	// AtOnce: by law the consumer may choose it now. Others may be wished for as well: they are due when repair and
	// replacement are impossible, refused or failed, or when the defect is serious (Art. 13(4)), which the shop has to judge.
	AtOnce bool
}

// Notice is something that the law wants the consumer to know before a remedy is given.
type Notice struct {
	Code   Code `json:"code"`
	Days   int  `json:"days,omitempty"`
	Months int  `json:"months,omitempty"`
}

// The notices. Each is a text of the templates, "claim.notice.<code>".
const (
	NoticeChoose     Code = "choose"       // repair or replacement, as the consumer likes (2019/771, Art. 13(2a))
	NoticeRepairAdds Code = "repair_adds"  // repaired goods: Months more (Art. 10(2a))
	NoticeFree       Code = "free"         // the shop bears the cost, of the way back too (Art. 14(1), (2))
	NoticeLater      Code = "later"        // when price reduction or the end of the contract is due (Art. 13(4))
	NoticeLaterOnce  Code = "later_once"   // the same after one repair or replacement (Consumer Rights Act 2015, s. 24(5))
	NoticeMinor      Code = "minor"        // a minor fault does not end the contract (Art. 13(5))
	NoticeRejectNow  Code = "reject_now"   // within Days of delivery the contract may be ended at once
	NoticeShown      Code = "reject_shown" // the same when the fault shows within Days
	NoticeDelivery   Code = "delivery"     // the shop answers for the goods until they are in hand (2011/83/EU, Art. 20)
	NoticeAnswer     Code = "answer"       // the shop answers within Days
	NoticeSilence    Code = "silence"      // … and if it does not, the claim counts as accepted
)

// NoticeCodes lists every notice.
var NoticeCodes = []Code{
	NoticeChoose, NoticeRepairAdds, NoticeFree, NoticeLater, NoticeLaterOnce, NoticeMinor, NoticeRejectNow, NoticeShown, NoticeDelivery, NoticeAnswer, NoticeSilence,
}

// ClaimOffer is what a consumer may choose for a kind of claim, and what has to stand beside the choice.
type ClaimOffer struct {
	Options []ClaimOption
	Notices []Notice
	Until   Term // the end of the seller's liability; open for what did not come
	Late    bool // it has ended, as far as is known
}

// OfferClaim gives what can be chosen for a kind of claim, at a time, by the law of the consumer's country.
func OfferClaim(kind ClaimKind, state orders.State, c Contract, now time.Time) ClaimOffer {
	law := GuaranteeOf(c.Consumer.Country)
	var offer ClaimOffer
	direct := !kind.InHand()
	if kind.InHand() {
		offer.Until = GuaranteeEnd(state, c)
		offer.Late = offer.Until.Over(now)
		direct = law.RejectDays > 0 && !c.rejected(offer.Until.Since, law.RejectDays).Over(now)
	}
	for _, remedy := range ClaimRemedies(kind) {
		atOnce := direct || remedy == RepairRemedy || remedy == ReplacementRemedy
		offer.Options = append(offer.Options, ClaimOption{remedy, atOnce && remedy != ReductionRemedy})
	}
	// What may be chosen now stands first.
	slices.SortStableFunc(offer.Options, func(a, b ClaimOption) int {
		switch {
		case a.AtOnce == b.AtOnce:
			return 0
		case a.AtOnce:
			return -1
		default:
			return 1
		}
	})
	offer.Notices = append(claimNotices(kind, law, direct, concluded(state, c)), answerNotices(c, now)...)
	return offer
}

// rejected gives the end of the days in which goods may be rejected at once; open while they are not in hand.
func (c Contract) rejected(since time.Time, days int) Term {
	if since.IsZero() {
		return Term{Rule: GuaranteeTerm}
	}
	return c.generous(GuaranteeTerm, since, inDays(days))
}

// concluded gives the day of the contract by the consumer's clock; zero when it is not known.
func concluded(state orders.State, c Contract) calendar.Date {
	if state.Order.PlacedAt.IsZero() {
		return calendar.Date{}
	}
	return calendar.Of(state.Order.PlacedAt, c.Consumer.Zone)
}

func claimNotices(kind ClaimKind, law Guarantee, direct bool, placed calendar.Date) []Notice {
	if !law.Known {
		return nil
	}
	if !kind.InHand() {
		return []Notice{{Code: NoticeDelivery}}
	}
	list := []Notice{{Code: NoticeChoose}}
	// A contract whose day is not known may be a new one.
	if slices.Contains(ClaimRemedies(kind), RepairRemedy) && law.RepairAdds > 0 && (placed.IsZero() || !placed.Before(law.RepairFrom)) {
		list = append(list, Notice{Code: NoticeRepairAdds, Months: law.RepairAdds})
	}
	if direct {
		code := NoticeRejectNow
		if law.RejectShown {
			code = NoticeShown
		}
		list = append(list, Notice{Code: code, Days: law.RejectDays})
	}
	if law.AfterOne {
		return append(list, Notice{Code: NoticeLaterOnce}, Notice{Code: NoticeFree})
	}
	return append(list, Notice{Code: NoticeLater}, Notice{Code: NoticeMinor}, Notice{Code: NoticeFree})
}

func answerNotices(c Contract, now time.Time) []Notice {
	answer := ComplaintAnswer(c, Complaint{ReceivedAt: now})
	days := answer.From.DaysUntil(answer.Plain)
	if answer.SilenceAccepts {
		return []Notice{{Code: NoticeAnswer, Days: days}, {Code: NoticeSilence, Days: days}}
	}
	return []Notice{{Code: NoticeAnswer, Days: days}}
}

// ShownNotice is evidence that a notice was shown or sent.
type ShownNotice struct {
	Notice

	Key      string    `json:"key"` // of the text
	Language string    `json:"language"`
	Where    string    `json:"where"` // "form", or the topic of the message
	At       time.Time `json:"at"`
}

// NoticeKey gives the key of a notice's text.
func NoticeKey(code Code) string { return "claim.notice." + string(code) }

// ShowNotices makes the evidence of notices that stood somewhere.
func ShowNotices(notices []Notice, language, where string, at time.Time) []ShownNotice {
	shown := make([]ShownNotice, 0, len(notices))
	for _, n := range notices {
		shown = append(shown, ShownNotice{Notice: n, Key: NoticeKey(n.Code), Language: language, Where: where, At: at.UTC()})
	}
	return shown
}

// MustTell tells that a remedy may only be granted when the consumer was told of the choice between repair and replacement.
func MustTell(kind ClaimKind, country string) bool {
	return kind.InHand() && GuaranteeOf(country).Known
}
