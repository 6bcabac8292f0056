package returns

// Hands says what a case asks of staff's hands, by the case alone: what they found and sent stands elsewhere.
type Hands struct {
	Look int  // so many units came back and are to be looked at before the case goes on
	Send bool // all goods are back, and others, or the same repaired, are to be sent in their place
}

// HandsOf reckons it. Goods that came back of a case that asks for no inspection go on by themselves; a claim is answered in its own
// room, and what of it is to be sent stands with the claim.
func HandsOf(kind Kind, state State, remedy Remedy, items, received []Item, conditions Conditions) Hands {
	back, n := make(map[string]int), 0
	for _, item := range received {
		back[item.LineID] += item.Quantity
		n += item.Quantity
	}
	var h Hands
	if kind != Claim && state == Received && (conditions.Inspect || conditions.RefundWhen == OnInspection) {
		h.Look = n
	}
	sends := kind == Return && (remedy == ExchangeRemedy || remedy == RepairRemedy)
	h.Send = sends && (state == Received || state == Refunding) && len(Without(items, back)) == 0
	return h
}
