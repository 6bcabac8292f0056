package returns

import "maps"

// Facts are what the money of a case waits for.
type Facts struct {
	Kind        Kind
	State       State
	Remedy      Remedy // of a claim the one that was granted, "" while none is
	Items       []Item // what the case is about
	Received    []Item
	Inspections []Inspection // those that stand
	Conditions  Conditions
	Exchange    []Exchange // what a return's shopper gets in the place of units
	Scanned     bool       // a carrier has the goods, or the shopper proved to have sent them
	// WithoutGoods is set when staff let the money go although goods did not come: their dispatch was proven, or they never left
	// the shop.
	WithoutGoods bool
}

// DueUnits says for which units of a case money is due by now, whether or not it is on its way already. Units that are back and
// that an inspection refused are not among them.
//
// A return's conditions say when money is due, its remedy for what: when it is approved, when a carrier has the goods, when they are back, when they were
// inspected. Goods that the shopper keeps are paid for when the return is approved. The money of a withdrawal goes when its
// goods are back, or staff say that the shop may not wait for them (Directive 2011/83/EU, Art. 13(3)); so does that of a contract
// that ended for a defect (Directive (EU) 2019/771, Art. 16(3)). What never came is paid for when the claim is granted.
func DueUnits(f Facts) []Item {
	if f.State == Requested || f.State.Final() {
		return nil
	}
	due := f.Received
	switch {
	case f.WithoutGoods:
		due = f.Items
	case f.Kind == Claim && !f.Remedy.Ends():
		return nil
	case f.Kind == Claim && !f.Remedy.GoodsBack():
		due = f.Items
	case f.Kind != Return:
	case f.Conditions.Keep, f.Conditions.RefundWhen == AtOnce, f.Conditions.RefundWhen == OnFirstScan && f.Scanned:
		due = f.Items
	case f.Conditions.RefundWhen == OnInspection:
		return PaidFor(f, inspected(f))
	}
	return PaidFor(f, Without(due, refusedUnits(f.Inspections)))
}

// PaidFor gives those of a case's units that money can follow. None of a return by repair: the goods go back to the shopper. Of one by
// exchange those in whose place another item is sent, once its price is known: the difference may go back. The same again
// brings nothing, and so does what nobody said anything about.
func PaidFor(f Facts, items []Item) []Item {
	if f.Kind != Return {
		return items
	}
	switch f.Remedy {
	case RepairRemedy:
		return nil
	case ExchangeRemedy:
		differs := map[string]int{}
		for _, e := range f.Exchange {
			if !e.Same() && e.Known() {
				differs[e.LineID] += max(e.Quantity, 0)
			}
		}
		return Within(items, differs)
	default:
		return items
	}
}

// Within gives of items no more units of each line than most.
func Within(items []Item, most map[string]int) []Item {
	left := maps.Clone(most)
	var out []Item
	for _, item := range items {
		if n := min(item.Quantity, left[item.LineID]); n > 0 {
			left[item.LineID] -= n
			out = append(out, Item{LineID: item.LineID, Quantity: n})
		}
	}
	return out
}

// inspected gives the units that are back and were accepted, with or without a deduction.
func inspected(f Facts) []Item {
	seen := map[string]int{}
	for _, i := range f.Inspections {
		if i.Outcome != DoNotPay {
			seen[i.LineID] += i.Quantity
		}
	}
	return Within(f.Received, seen)
}

// refusedUnits gives the units of each line that are back and not paid for. What was not in the box is not back.
func refusedUnits(inspections []Inspection) map[string]int {
	units := map[string]int{}
	for _, i := range inspections {
		if i.Outcome == DoNotPay && i.Grade != Missing && i.Grade != WrongItem {
			units[i.LineID] += i.Quantity
		}
	}
	return units
}

// Undecided tells that units are back of which nobody knows yet whether they are paid for: they wait for an inspection.
func Undecided(f Facts) bool {
	if f.Kind != Return || f.Conditions.RefundWhen != OnInspection || f.WithoutGoods {
		return false
	}
	decided := refusedUnits(f.Inspections)
	for _, item := range inspected(f) {
		decided[item.LineID] += item.Quantity
	}
	return len(Without(f.Received, decided)) > 0
}

// Without leaves so many units of each line out of items.
func Without(items []Item, gone map[string]int) []Item {
	left := maps.Clone(gone)
	if left == nil {
		left = map[string]int{}
	}
	var out []Item
	for _, item := range items {
		n := min(item.Quantity, max(left[item.LineID], 0))
		left[item.LineID] -= n
		if item.Quantity > n {
			out = append(out, Item{LineID: item.LineID, Quantity: item.Quantity - n})
		}
	}
	return out
}
