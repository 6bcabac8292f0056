package returns

import (
	"errors"
	"fmt"
)

// Step is what happens to a return.
type Step string

// The steps of a return.
const (
	Approve  Step = "approve"  // staff, or at once by policy
	Reject   Step = "reject"   // staff; also after the goods came back and were looked at
	Send     Step = "send"     // the shopper said so, or a carrier scanned the parcel back
	Receive  Step = "receive"  // goods are back; may come again with the next parcel
	Inspect  Step = "inspect"  // staff looked at what came back, be it an empty box; may come again, also when money went already
	Refund   Step = "refund"   // money is on its way; may come again
	Settle   Step = "settle"   // every refund succeeded, or nothing was owed, or staff ends a case that got stuck
	CallOff  Step = "call_off" // by the shopper or staff: the goods stay
	Reopened Step = "reopen"   // a refund that had succeeded failed after all, or goods turned out not to be there
)

// ErrStep is wrapped by the error of a step that a state does not allow.
var ErrStep = errors.New("returns: this step cannot be taken now")

// next is the whole state machine. Received comes from requested too, because people send goods before they are told to.
// Money can go before the goods are back, where conditions or the law say so.
// Closed is final but for one thing: money that turns out not to have arrived, or an objection that was right, opens it again; so
// does such an objection a case that was refused after its goods were looked at.
var next = map[State]map[Step]State{
	Requested: {Approve: Approved, Reject: Rejected, Receive: Received, CallOff: Withdrawn},
	Approved:  {Inspect: Approved, Send: InTransit, Receive: Received, Refund: Refunding, CallOff: Withdrawn, Settle: Closed},
	InTransit: {Inspect: InTransit, Send: InTransit, Receive: Received, Refund: Refunding, CallOff: Withdrawn, Settle: Closed},
	Received:  {Receive: Received, Inspect: Received, Refund: Refunding, Reject: Rejected, Settle: Closed},
	Refunding: {Inspect: Refunding, Send: Refunding, Receive: Refunding, Refund: Refunding, Settle: Closed},
	Closed:    {Inspect: Closed, Reopened: Refunding},
	Rejected:  {Inspect: Rejected, Reopened: Refunding},
	Withdrawn: {},
}

// Next gives the state after a step, or an error that wraps ErrStep and leaves the state as it was.
func Next(state State, step Step) (State, error) {
	to, ok := next[state][step]
	if !ok {
		return state, fmt.Errorf("%w: %s while %s", ErrStep, step, state)
	}
	return to, nil
}

// NextFor is Next for a kind of case. A withdrawal has taken effect when it was sent (Directive 2011/83/EU, Art. 9 and 11):
// it is neither approved, nor rejected, nor called off. A claim takes steps of its own beside those of a return.
func NextFor(kind Kind, state State, step Step) (State, error) {
	if kind == Withdrawal && (step == Approve || step == Reject || step == CallOff) {
		return state, fmt.Errorf("%w: %s of a withdrawal", ErrStep, step)
	}
	if to, ok := claimSteps[state][step]; ok && kind == Claim {
		return to, nil
	}
	return Next(state, step)
}

// Final tells whether nothing more is expected to happen.
func (s State) Final() bool { return s == Rejected || s == Withdrawn || s == Closed }
