package ops

import "homeward/internal/returns"

// decision is one decision of the shop's policy on a return.
type decision struct {
	What   string
	Line   string // its title, "" for the return as a whole
	Rule   string
	Detail string // what the rule looked at and found
}

// decisions puts a policy's codes into staff's words.
var decisions = map[returns.Code]string{
	returns.NotDeliveredYet:  "The window is open: it has not begun",
	returns.ReturnableUntil:  "Within the window",
	returns.ShopPaysWay:      "We pay the way back",
	returns.ShopPaysReason:   "We pay the way back, because of the reason",
	returns.ShopperPaysWay:   "The shopper pays the way back",
	returns.LabelCosts:       "Our label is taken off the refund",
	returns.HandlingCosts:    "A handling fee is taken off",
	returns.RestockingTaken:  "Restocking is taken off",
	returns.NoFeesFault:      "No fees: the goods, not the shopper, are at fault",
	returns.NoFeesWithdrawal: "No fees: the goods can still be withdrawn from",
	returns.NoFeesCurrency:   "No fee: the rule has none in the order's currency",
	returns.BonusGiven:       "Store credit gets a bonus",
	returns.GoodsStay:        "The goods stay with the shopper",
	returns.Inspected:        "The goods are to be inspected",
	returns.PaidAtOnce:       "The money goes when the return is approved",
	returns.PaidOnFirstScan:  "The money goes when a carrier has the goods",
	returns.PaidOnReceipt:    "The money goes when the goods are here",
	returns.PaidOnInspection: "The money goes after inspection",
	returns.ApprovedAtOnce:   "Approved at once",
	returns.StaffDecides:     "A person decides",
}

// Why lists every decision of the policy on the return, in the order in which they were made.
func (v caseView) Why() []decision {
	var rows []decision
	for _, w := range v.Case.Conditions.Why {
		row := decision{What: decisions[w.Code], Rule: w.Rule, Detail: w.Detail}
		if row.What == "" {
			row.What = plain(w.Code)
		}
		if w.LineID != "" {
			row.Line = lineOf(v.Order, w.LineID).Title
		}
		rows = append(rows, row)
	}
	return rows
}
