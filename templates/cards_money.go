package templates

import (
	"strings"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// returned shows a return: its number, where it goes, what is in it.
func (c composer) returned() []section {
	k := c.v.Case
	if k == nil {
		return nil
	}
	of := caseWord(k)
	s := section{Title: c.w.T("label." + of + "_items")}
	for _, item := range k.Items {
		s.Items = append(s.Items, c.item(item.Line, item.Quantity, false))
	}
	s.Facts = []fact{{Label: c.w.T("label." + of + "_number"), Value: clean(k.RMA), Big: !k.Keep && (c.v.Topic == messages.ReturnApproved || c.v.Topic == messages.ReturnSendSoon), Literal: true}}
	if address := c.v.Shop.returnAddress(); (c.v.Topic == messages.ReturnApproved || c.v.Topic == messages.ReturnSendSoon) && address != "" && !k.Keep {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.send_to"), Lines: addressLines(c.v.Shop.Name, address), Literal: true})
	}
	if k.Reason != "" {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.reason"), Value: c.w.Code("reason", string(k.Reason))})
	}
	c.wayBack(&s)
	if k.Expected > 0 && c.v.Topic != messages.ReturnRejected && !c.noMoney() {
		s.Sums = c.expected()
	}
	return []section{s}
}

// caseWord begins the keys of what a case's number and goods are called: what is a claim to its shopper is no return.
func caseWord(k *Case) string {
	if k.Kind == returns.Claim {
		return "claim"
	}
	return "return"
}

// noMoney tells that goods arrived for which something else than money is given, or nothing is decided.
func (c composer) noMoney() bool {
	k := c.v.Case
	if k.Kind == returns.Claim {
		return !k.Remedy.Money()
	}
	return c.v.Topic == messages.ReturnReceived && strings.HasPrefix(receivedVariant(c.v), "other.")
}

// wayBack says by when goods are to be sent and who pays for it, while they are to be sent.
func (c composer) wayBack(s *section) {
	k := c.v.Case
	asked := c.v.Topic == messages.ReturnRequested
	told := asked || c.v.Topic == messages.ReturnApproved || c.v.Topic == messages.ReturnSendSoon
	if k.Keep || !told {
		return
	}
	if !asked && !k.SendBackBy.IsZero() {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.send_back_by"), Value: c.w.Date(k.SendBackBy), Big: true})
	}
	switch k.PaidBy {
	case returns.ShopPays:
		s.Text = append(s.Text, c.w.T("why.shop_pays"))
	case returns.ShopperPays:
		s.Text = append(s.Text, c.w.T("why.shopper_pays"))
		if k.LabelFee > 0 && k.Method != returns.ByOwn {
			s.Text = append(s.Text, c.w.T("why.label_fee", "Money", c.w.Money(k.LabelFee, k.Currency)))
		}
	}
}

// expected shows what a return brings, line by line, and what that makes.
func (c composer) expected() []fact {
	k := c.v.Case
	var sums []fact
	var sum int64
	for _, e := range k.Explained {
		sum += e.Amount
		sums = append(sums, fact{Label: Explanation(c.w, c.v.Order.Order, e), Value: c.w.Money(e.Amount, k.Currency)})
	}
	if sum != k.Expected || len(sums) == 1 { // what does not add up explains nothing
		sums = nil
	}
	label := "label.expected_refund"
	if k.Remedy == returns.CreditRemedy {
		label = "page.check.total.credit"
	}
	return append(sums, fact{Label: c.w.T(label), Value: c.w.Money(k.Expected, k.Currency), Strong: true})
}

// Explanation puts one line of what an amount consists of into words.
func Explanation(w Words, order orders.Order, e returns.Explained) string {
	key := "explain." + string(e.Reason)
	if !w.Has(key) {
		key = "explain.other"
	}
	title := e.LineID
	for _, line := range order.Lines {
		if line.ID == e.LineID {
			title = line.Title
		}
	}
	return w.T(key, "Count", e.Quantity, "Item", shorten(clean(title), 160), "Text", clean(e.Text))
}

// deadline shows staff what has to be done, until when, and what it belongs to.
func (c composer) deadline() section {
	s := section{Title: c.w.Code("term", c.v.Data.Deadline)}
	add := func(label, value string, big, literal bool) {
		if value = clean(value); value != "" {
			s.Facts = append(s.Facts, fact{Label: c.w.T("label." + label), Value: value, Big: big, Literal: literal})
		}
	}
	add("last_day", c.w.Day(c.v.Data.NewDate), true, false)
	add("order", c.v.number(), false, true)
	add("withdrawal", c.v.withdrawal().Reference, false, true)
	if c.v.Case != nil {
		add(caseWord(c.v.Case)+"_number", c.v.Case.RMA, false, true)
	}
	return s
}

// addressLines breaks an address at its line ends or, where it has none, at its commas; the name comes first.
func addressLines(name, address string) []string {
	parts := strings.FieldsFunc(address, func(r rune) bool { return r == '\n' || r == '\r' })
	if len(parts) == 1 {
		parts = strings.FieldsFunc(address, func(r rune) bool { return r == ',' || r == '،' })
	}
	var lines []string
	if name = clean(name); !strings.HasPrefix(clean(address), name) {
		lines = append(lines, name)
	}
	for _, part := range parts {
		if part = clean(part); part != "" {
			lines = append(lines, part)
		}
	}
	return lines
}

// refunded shows an amount on its way back.
func (c composer) refunded() section {
	refund := c.v.refund()
	s := section{
		Title: c.w.T("label.refund"),
		Facts: []fact{{Label: c.w.T("label.amount"), Value: c.w.Money(refund.Amount, refund.Currency), Big: true}},
	}
	if refund.Postage > 0 {
		s.Facts = append(s.Facts, fact{Label: c.w.T("explain.postage"), Value: c.w.Money(refund.Postage, refund.Currency)})
	}
	if c.v.gift() {
		s.Title = c.w.T("page.refund.credit_made")
	} else {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.order"), Value: clean(c.v.Order.Order.Number), Literal: true})
	}
	if c.v.Case != nil {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label." + caseWord(c.v.Case) + "_number"), Value: clean(c.v.Case.RMA), Literal: true})
	}
	if refund.Reference != "" && c.v.Topic == messages.RefundPaid && refund.Kind == storeCredit {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.credit_code"), Value: clean(refund.Reference), Literal: true})
	}
	if refund.Reference != "" && c.v.Topic == messages.RefundSucceeded {
		s.Facts = append(s.Facts, fact{Label: c.w.T("label.reference"), Value: clean(refund.Reference), Literal: true})
	}
	return s
}
