package returns

import (
	"slices"
	"unicode/utf8"
)

// ClaimKind is what a consumer says is wrong.
type ClaimKind string

// The kinds of claims. The first three are about goods in hand that are not as agreed (Directive (EU) 2019/771, Art. 5 to 7),
// the others about goods that did not come (Directive 2011/83/EU, Art. 18 and 20).
const (
	ClaimDefective   ClaimKind = "defective"    // does not work, or not as it should
	ClaimDamaged     ClaimKind = "damaged"      // came damaged
	ClaimWrong       ClaimKind = "wrong"        // another item, size or colour than ordered
	ClaimMissing     ClaimKind = "missing"      // not in the parcel
	ClaimNotReceived ClaimKind = "not_received" // the parcel did not come, or did not come into the consumer's hands
)

// ClaimKinds lists the kinds in the order the form shows them.
var ClaimKinds = []ClaimKind{ClaimDefective, ClaimDamaged, ClaimWrong, ClaimMissing, ClaimNotReceived}

// InHand tells that the kind is about goods which the consumer has, so that they can come back.
func (k ClaimKind) InHand() bool { return k == ClaimDefective || k == ClaimDamaged || k == ClaimWrong }

// The remedies of a claim, beside RefundRemedy for what did not come. Directive (EU) 2019/771, Art. 13 to 16.
const (
	RepairRemedy      Remedy = "repair"
	ReplacementRemedy Remedy = "replacement"
	ReductionRemedy   Remedy = "price_reduction" // the goods stay, a part of the price goes back
	TerminationRemedy Remedy = "termination"     // the goods go back, and all that was paid for them
	SendAgainRemedy   Remedy = "send_again"      // what did not come is sent once more
)

// Money tells that a claim's remedy brings money back.
func (r Remedy) Money() bool {
	return r == ReductionRemedy || r == TerminationRemedy || r == RefundRemedy
}

// GoodsBack tells that goods come back to the shop, at its expense, by a claim's remedy.
func (r Remedy) GoodsBack() bool {
	return r == RepairRemedy || r == ReplacementRemedy || r == TerminationRemedy
}

// Ends tells that the contract ends for the units of a claim: they are not the consumer's any more.
func (r Remedy) Ends() bool { return r == TerminationRemedy || r == RefundRemedy }

// ClaimRemedies gives every remedy there is for a kind, in the order the form shows them.
func ClaimRemedies(kind ClaimKind) []Remedy {
	switch kind {
	case ClaimDefective, ClaimDamaged:
		return []Remedy{RepairRemedy, ReplacementRemedy, ReductionRemedy, TerminationRemedy}
	case ClaimWrong: // nothing of it can be repaired
		return []Remedy{ReplacementRemedy, ReductionRemedy, TerminationRemedy}
	case ClaimMissing, ClaimNotReceived:
		return []Remedy{SendAgainRemedy, RefundRemedy}
	default:
		return nil
	}
}

// ClaimRemedy reads a remedy that was chosen for a kind: the two words for money back and the two for goods once more mean
// the one that the kind has. False when the kind has none like it.
func ClaimRemedy(kind ClaimKind, typed string) (Remedy, bool) {
	remedy := Remedy(typed)
	switch {
	case kind.InHand() && remedy == RefundRemedy:
		remedy = TerminationRemedy
	case kind.InHand() && remedy == SendAgainRemedy:
		remedy = ReplacementRemedy
	case !kind.InHand() && remedy == TerminationRemedy:
		remedy = RefundRemedy
	case !kind.InHand() && remedy == ReplacementRemedy:
		remedy = SendAgainRemedy
	default:
	}
	return remedy, slices.Contains(ClaimRemedies(kind), remedy)
}

// ClaimRequest is what a consumer says on the form. No receipt is asked for, and no more than the kind, the goods and the wish.
type ClaimRequest struct {
	Kind   ClaimKind
	Items  []Item
	Text   string // at most MaxClaimText characters; may be empty
	Remedy Remedy
}

// MaxClaimText is the most characters of a claim's description.
const MaxClaimText = 4000

// The codes of a claim form's fields, beside LineUnknown, QuantityInvalid, QuantityTooMany, NothingChosen and RemedyUnknown.
const (
	KindUnknown Code = "kind_unknown"
	TextTooLong Code = "text_too_long"
)

// CheckClaim says what is missing or cannot be read in a claim, by the form's field ("line", "qty.<line id>", "kind", "text",
// "remedy"); nil when it can be taken. It knows no policy, no window and no state of the order: whatever is odd about a claim
// is flagged and never refused. bought gives the units of each line of the order, cancelled ones included.
func CheckClaim(r ClaimRequest, bought map[string]int) Faults {
	faults := Faults{}
	chosen := 0
	for _, item := range r.Items {
		most, known := bought[item.LineID]
		switch {
		case !known:
			faults["line"] = LineUnknown
		case item.Quantity < 1:
			faults["qty."+item.LineID] = QuantityInvalid
		case item.Quantity > most:
			faults["qty."+item.LineID] = QuantityTooMany
		default:
			chosen++
		}
	}
	if chosen == 0 && len(faults) == 0 {
		faults["line"] = NothingChosen
	}
	if !slices.Contains(ClaimKinds, r.Kind) {
		faults["kind"] = KindUnknown
	} else if !slices.Contains(ClaimRemedies(r.Kind), r.Remedy) {
		faults["remedy"] = RemedyUnknown
	}
	if utf8.RuneCountInString(r.Text) > MaxClaimText {
		faults["text"] = TextTooLong
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

// claimSteps are the steps that only claims take, beside those of next: goods may come before the answer, and a
// refusal may be taken back after an objection.
var claimSteps = map[State]map[Step]State{
	Received: {Approve: Received},
	Rejected: {Approve: Approved},
}
