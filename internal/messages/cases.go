package messages

import (
	"strings"
	"time"

	"homeward/internal/orders"
)

// Names of the queues that messages travel on.
const (
	QueueStatutory = "statutory"
	QueueMoney     = "money"
	QueueMessages  = "messages"
)

// Queue gives the queue of a topic. Nothing a person waits for is "low", also not a link that was asked for.
func Queue(t Topic) string {
	switch ClassOf(t) {
	case Statutory:
		return QueueStatutory
	case Money:
		return QueueMoney
	default:
		return QueueMessages
	}
}

// Notice is a message that a case, a withdrawal or a refund makes due, rather than a change of the order.
type Notice struct {
	Now     time.Time
	Topic   Topic
	ID      string // of the case, the withdrawal or the refund
	Step    string // the step of the case (its id in the case's log when it can come again), or the state of the refund
	Data    Data   // CaseID, WithdrawalID or RefundID is filled in
	Policy  Policy
	Contact Contact
	Also    []string // more mail addresses, as typed: ForWithdrawal writes to them too
}

// ForCase makes the drafts of one step of a case. The occasion is the case and the step, so each step is told once.
func ForCase(n Notice) []Draft {
	n.Data.CaseID = n.ID
	return n.drafts()
}

// ForWithdrawal makes the drafts of one step of a withdrawal. The occasion is the withdrawal and the step. They go to the
// contact, and by mail to every address in Also that is another one (see orders.EmailKey): a statement is acknowledged
// to the address of its order and to the one that was typed. Without any address there are none.
func ForWithdrawal(n Notice) []Draft {
	n.Data.WithdrawalID = n.ID
	drafts := n.drafts()
	known := map[string]bool{"": true, orders.EmailKey(n.Contact.Email): true}
	for _, typed := range n.Also {
		if key := orders.EmailKey(typed); !known[key] {
			known[key] = true
			n.Contact = Contact{Email: strings.TrimSpace(typed), Zone: n.Contact.Zone}
			drafts = append(drafts, n.drafts()...)
		}
	}
	return drafts
}

// ForRefund makes the drafts of one state of a refund. The occasion is the refund and the state.
func ForRefund(n Notice) []Draft {
	n.Data.RefundID = n.ID
	return n.drafts()
}

// ForStaff makes the drafts of one stage of a deadline (ID is the deadline's), or of a shopper's answer (ID is the case's), for
// whoever the shop named.
func ForStaff(n Notice) []Draft {
	return n.drafts()
}

// ForDelay makes the drafts of a notice of delay of an order (ID is the order's, Step the number of the notice).
func ForDelay(n Notice) []Draft {
	n.Topic = ShipDelay
	return n.drafts()
}

func (n Notice) drafts() []Draft {
	item := news{topic: n.Topic, occasion: n.ID + " " + n.Step, at: n.Now, dueAt: n.Now, data: n.Data}
	var expires time.Time
	if ClassOf(n.Topic) == News {
		expires = n.Now.Add(Freshness)
	}
	return address(item, expires, n.Policy, n.Contact)
}

// CaseTopic gives the topic that tells a return's shopper of a state; false for states that are not announced.
func CaseTopic(state string) (Topic, bool) {
	topic, ok := map[string]Topic{
		"requested": ReturnRequested, "approved": ReturnApproved, "rejected": ReturnRejected, "received": ReturnReceived,
	}[state]
	return topic, ok
}

// RefundTopic gives the topic that tells of a refund's status; false for statuses that are not announced: what is planned,
// issued or uncertain is not yet true, and a canceled one is for staff to explain.
func RefundTopic(status string) (Topic, bool) {
	topic, ok := map[string]Topic{
		"pending": RefundStarted, "succeeded": RefundSucceeded, "failed": RefundFailed, "requires_action": RefundNeedsYou,
	}[status]
	return topic, ok
}
