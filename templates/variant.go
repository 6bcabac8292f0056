package templates

import (
	"html/template"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// variant gives the texts that fit what happened: "delivered.neighbour". A variant says only what differs from its
// topic; textKey finds the rest.
func variant(v View) string {
	name := plainVariant(v)
	if v.gift() && v.Topic != messages.GiftCalledOff { // which only they get
		name += giftSuffix
	}
	return name
}

// giftSuffix ends the variant of a text for the recipient of a gift, who knows no order and no amount.
const giftSuffix = ".gift"

// gift tells that the reader is the recipient of a gift.
func (v View) gift() bool { return v.Case != nil && v.Case.Gift }

func plainVariant(v View) string {
	topic := string(v.Topic)
	detail := ""
	switch v.Topic {
	case messages.Shipped:
		detail = shippedVariant(v)
	case messages.Delivered:
		detail = deliveredVariant(v)
	case messages.Delayed:
		detail = delayedVariant(v)
	case messages.Returning:
		detail = incidentVariant(v, orders.Refused, orders.Uncollected)
	case messages.OrderCancelled:
		detail = cancelledVariant(v)
	case messages.StaffDeadline:
		if v.Data.Stage == string(returns.Missed) {
			detail = "missed"
		}
	case messages.ShipDelay:
		detail = shipDelayVariant(v)
	case messages.ReturnApproved:
		detail = approvedVariant(v)
	case messages.ReturnReceived:
		detail = receivedVariant(v)
	case messages.GiftCalledOff:
		detail = calledOffVariant(v)
	case messages.ReturnInspected, messages.AppealAnswered:
		detail = inspectionVariant(v)
	case messages.CaseMessage:
		if v.Shop.ReplyTo != "" {
			detail = "reply"
		}
	case messages.WithdrawalReceived:
		detail = statementVariant(v)
	case messages.ClaimGranted:
		if v.claim().ByLaw {
			detail = "by_law"
		}
	case messages.RefundPaid:
		if r := v.refund(); r.Kind == storeCredit && r.Reference != "" {
			detail = "credit"
		}
	case messages.RefundSucceeded:
		if v.refund().Reference != "" {
			detail = "reference"
		}
	default:
	}
	if detail == "" {
		return topic
	}
	return topic + "." + detail
}

// calledOffVariant: what the buyer did not withdraw from is still to come back.
func calledOffVariant(v View) string {
	if v.Case != nil && v.Case.State != returns.Withdrawn {
		return "part"
	}
	return ""
}

// storeCredit is the kind of a refund that is credit in the shop; its reference is the code.
const storeCredit = "store_credit"

// approvedVariant: goods that stay go nowhere; a label needs no address of ours.
func approvedVariant(v View) string {
	switch {
	case v.Case != nil && v.Case.Keep:
		return "keep"
	case v.Shop.returnAddress() == "":
		return "no_address"
	case v.Case != nil && v.Case.Method.Labelled():
		return "label"
	default:
		return ""
	}
}

// statementVariant: whoever is not known to own an order learns nothing about one, so "open" goes before "late".
func statementVariant(v View) string {
	switch {
	case !v.Order.Known:
		return "open"
	case v.Withdrawal != nil && v.Withdrawal.Late:
		return "late"
	default:
		return ""
	}
}

func cancelledVariant(v View) string {
	if v.Data.Reason == messages.RestCancelled {
		return messages.RestCancelled
	}
	switch v.Order.CancelReason {
	case "customer", "inventory", "not_shipped_in_time":
		return v.Order.CancelReason
	default:
		return ""
	}
}

func shippedVariant(v View) string {
	switch {
	case restFollows(v.Order):
		return "partial"
	case len(v.Parcels) > 1:
		return "several"
	default:
		return ""
	}
}

func deliveredVariant(v View) string {
	p := v.parcel()
	if p.Stage == orders.Collected {
		return "collected"
	}
	switch p.DeliveredTo {
	case "recipient", "neighbour", "safe_place", "pickup_point":
		return p.DeliveredTo
	default:
		return ""
	}
}

// delayedVariant: a new date is the news, whoever found out; what says that there is none must not stand beside one.
func delayedVariant(v View) string {
	if v.Data.NewDate != "" {
		return "date"
	}
	switch v.Data.Fact {
	case orders.LateToShip, orders.FirstScanMissing, orders.Stalled, orders.Late:
		return string(v.Data.Fact)
	default:
		return ""
	}
}

// shipDelayVariant: whether there is a date, and whether no answer is consent.
func shipDelayVariant(v View) string {
	_, part := returns.Unshipped(v.Order)
	switch {
	case part && v.Data.NewDate == "":
		return "rest"
	case part && v.Data.Silence == string(returns.SilenceConsents):
		return "rest_consent"
	case part:
		return "rest_date"
	case v.Data.NewDate == "":
		return ""
	case v.Data.Silence == string(returns.SilenceConsents):
		return "consent"
	default:
		return "date"
	}
}

func incidentVariant(v View, known ...orders.Incident) string {
	for _, incident := range known {
		if v.parcel().Incident == incident {
			return string(incident)
		}
	}
	return ""
}

// restFollows tells whether goods of the order are surely not with a carrier yet. A parcel that does not say what is in
// it may hold everything.
func restFollows(o orders.State) bool {
	shipped := make(map[string]int)
	for _, p := range o.Parcels {
		if !p.Live() || p.Stage == orders.Announced {
			continue
		}
		if len(p.Items) == 0 {
			return false
		}
		for _, item := range p.Items {
			if item.Quantity == 0 {
				shipped[item.LineID] = int(^uint(0) >> 1)
			} else if shipped[item.LineID] < 1<<30 {
				shipped[item.LineID] += item.Quantity
			}
		}
	}
	if len(shipped) == 0 {
		return false
	}
	for _, line := range o.Order.Lines {
		if !line.Cancelled && !line.NotShipped && shipped[line.ID] < line.Quantity {
			return true
		}
	}
	return false
}

// parcel gives the first parcel that the message tells of, or an empty one.
func (v View) parcel() orders.Parcel {
	if len(v.Parcels) == 0 {
		return orders.Parcel{}
	}
	return v.Parcels[0]
}

// refund gives the refund that the message tells of: the view's own, else what was frozen in its data.
func (v View) refund() Refund {
	if v.Refund != nil {
		return *v.Refund
	}
	return Refund{Amount: v.Data.Amount, Currency: v.Data.Currency, Reference: v.Data.Reference, Kind: v.Data.PaymentKind, Postage: v.Data.Postage}
}

// link gives the address of the order page; none where no order is shown.
func (v View) link() template.URL {
	if v.Topic == messages.WithdrawalReceived && !v.Order.Known {
		return ""
	}
	return safeURL(v.Link)
}

// withdrawal gives the statement that the message tells of, or an empty one.
func (v View) withdrawal() Withdrawal {
	if v.Withdrawal == nil {
		return Withdrawal{}
	}
	return *v.Withdrawal
}

func (s Shop) returnAddress() string {
	if s.ReturnAddress != "" {
		return s.ReturnAddress
	}
	return s.Address
}
