package ops

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// words are the functions of the templates.
var words = template.FuncMap{
	"plain":    plain,
	"mask":     mask,
	"chip":     chipOf,
	"step":     refundWord,
	"caseChip": caseChip,
	"grades":   gradeChoices,
	"outcomes": outcomeChoices,
	"fileWord": fileWord, "pictures": pictures, "files": func(f ...store.File) []store.File { return f }, "gradeWord": func(g returns.Grade) string { return gradeWords[g] },
	"outcomeWord": func(o returns.Outcome) string { return outcomeWords[o] },
	"lastMoment":  lastMoment,
	"amount":      amount,
	"number":      named,
	"topic":       topicOf,
	"on":          func(context, row any) on { return on{context, row} },
	"retries":     func(w store.Work) bool { return w.State == store.Due && w.ErrorCode != "" },
}

// lastMoment gives a moment of the last day of a time that the shop has: it ends at a midnight.
func lastMoment(end time.Time) time.Time {
	if end.IsZero() {
		return end
	}
	return end.Add(-time.Second)
}

// on is what a shared part of a page gets: P, the page or where its form leads back to, and R, what it shows.
type on struct{ P, R any }

// chip is a state as a short word with a tone: good, info, warn, bad, quiet. The word says it; the colour repeats it.
type chip struct{ Tone, Word string }

var chips = map[string]map[string]chip{
	"event": {
		store.Due: {"info", "Working"}, store.EventApplied: {"good", "Applied"}, store.EventWaiting: {"warn", "Waiting for its order"},
		store.EventIgnored: {"quiet", "Set aside"}, store.EventFailed: {"bad", "Not understood"},
	},
	"message": {
		store.Due: {"info", "Waiting to go"}, store.MessageSent: {"good", "Sent"}, store.MessageReplaced: {"quiet", "Replaced by newer news"},
		store.MessageExpired: {"quiet", "Too old"}, store.MessageFailed: {"bad", "Failed"}, store.MessageHeld: {"warn", "Uncertain"},
		store.MessageSkipped: {"quiet", "Not needed"}, store.MessageDismissed: {"quiet", "Let go"},
	},
	"case": {
		string(returns.Requested): {"warn", "To decide"}, string(returns.Approved): {"info", "Approved"},
		string(returns.Rejected): {"quiet", "Rejected"}, string(returns.InTransit): {"info", "On its way back"},
		string(returns.Received): {"info", "Received"}, string(returns.Refunding): {"info", "Refunding"},
		string(returns.Closed): {"good", "Closed"}, string(returns.Withdrawn): {"quiet", "Called off"},
	},
	"refund": {
		string(store.RefundPlanned): {"info", "Planned"}, string(store.RefundIssued): {"info", "Issued"},
		string(store.RefundPending): {"info", "Pending at Stripe"}, string(store.RefundRequiresAction): {"warn", "Shopper must act"},
		string(store.RefundSucceeded): {"good", "Succeeded"}, string(store.RefundFailed): {"bad", "Failed"},
		"not_collected":              {"quiet", "Nothing was collected"},
		string(store.RefundCanceled): {"quiet", "Canceled"}, string(store.RefundUncertain): {"warn", "Uncertain"},
	},
	"work": {
		store.Due: {"info", "Working"}, store.RefundSettled: {"quiet", "At rest"}, store.RefundHeld: {"warn", "Held for a person"},
	},
	"stage": {
		string(orders.StageCancelled): {"quiet", "Cancelled"}, string(orders.StageClosed): {"good", "Closed"},
		string(orders.Delivered): {"good", "Delivered"}, string(orders.Collected): {"good", "Collected"},
		string(orders.Returning): {"warn", "Returning to sender"}, string(orders.Returned): {"warn", "Returned to sender"},
	},
	"delivery": {
		"delivered": {"good", "Delivered"}, "read": {"good", "Read"}, "undelivered": {"bad", "Undelivered"}, "failed": {"bad", "Failed"},
		"bounced": {"bad", "Bounced"}, "complained": {"bad", "Marked as spam"},
	},
}

// chipOf gives a state's chip; a state nobody named here stands as it is.
func chipOf(kind string, state any) chip {
	word := asText(state)
	if c, ok := chips[kind][word]; ok {
		return c
	}
	if kind == "incident" {
		return chip{"bad", plain(word)}
	}
	return chip{"info", plain(word)}
}

// caseChip gives a case's chip. Nobody approved a withdrawal.
func caseChip(k store.Case) chip {
	if k.Kind == returns.Withdrawal && k.State == returns.Approved {
		return chip{"info", "Expected back"}
	}
	return chipOf("case", k.State)
}

// asText gives the letters of a code of any string type.
func asText(code any) string { return fmt.Sprint(code) }

// spelled are the codes whose plain words are not simply their letters.
var spelled = map[string]string{
	"sms": "SMS", "mail": "Mail", "handed_over": "Handed to the carrier", "order.placed": "Order placed", "order.paid": "Order paid",
	"placed": "Order placed", "paid": "Order paid", "refund_needs_you": "Refund needs the shopper", "attempt_failed": "Delivery attempt failed",
	"customs": "Held at customs", "order_link": "Fresh link", "none": "None", "late_to_ship": "Late to ship",
	"first_scan_missing": "No first scan", "returning": "Returning to sender", "cancelled": "Cancelled",
}

// plain turns a code into plain words: "ready_for_pickup" is "Ready for pickup".
func plain(code any) string {
	s := asText(code)
	if w, ok := spelled[s]; ok {
		return w
	}
	s = strings.NewReplacer("_", " ", ".", " ").Replace(s)
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
