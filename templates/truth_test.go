package templates_test

import (
	"strings"
	"testing"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/templates"
)

// view gives the first sample of a topic in English, changed.
func view(t *testing.T, topic messages.Topic, change func(*templates.View)) templates.View {
	t.Helper()
	for _, s := range templates.Samples("en") {
		if s.View.Topic == topic {
			v := s.View
			if change != nil {
				change(&v)
			}
			return v
		}
	}
	t.Fatalf("no sample of %s", topic)
	return templates.View{}
}

func TestTruth(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, tt := range []struct {
		name      string
		topic     messages.Topic
		change    func(*templates.View)
		has, lack []string
	}{
		{"a started refund is not money yet", messages.RefundStarted, nil, []string{"not in your account yet", "€1,538.90"}, []string{"has been refunded", "sent to your bank:"}},
		{"a sent refund names days and reversal", messages.RefundSucceeded, nil, []string{"5–10 business days", "reversal"}, []string{"Bank reference"}},
		{"its reference is told when known", messages.RefundSucceeded, func(v *templates.View) {
			refund := *v.Refund
			refund.Reference = "ARN123"
			v.Refund = &refund
		}, []string{"Bank reference: ARN123", "give your bank the reference"}, nil},
		{"store credit is told with its code, and no bank", messages.RefundPaid, func(v *templates.View) {
			v.Refund = &templates.Refund{Amount: 1250, Currency: "EUR", Status: "paid", Kind: "store_credit", Reference: "TEA-7K2M"}
		}, []string{"€12.50", "Credit code: TEA-7K2M", "at the checkout"}, []string{"bank", "paid back"}},
		{"postage is told as what it is", messages.RefundStarted, func(v *templates.View) {
			v.Refund = &templates.Refund{Amount: 1250, Currency: "EUR", Status: "issued", Kind: "stripe", Postage: 1250}
		}, []string{"Postage you paid to send it back: €12.50"}, nil},
		{"the number of a claim is no return's", messages.RefundStarted, func(v *templates.View) {
			k := *v.Case
			k.Kind = returns.Claim
			v.Case = &k
		}, []string{"Claim number: "}, []string{"Return number"}},
		{"an approved return may end without a refund", messages.ReturnApproved, nil, []string{"until the return is settled"}, []string{"until you have your refund"}},
		{"a refund frozen in data is told without a record", messages.RefundStarted, func(v *templates.View) {
			v.Refund, v.Data.Amount, v.Data.Currency = nil, 1250, "EUR"
		}, []string{"€12.50"}, nil},
		{"a failed refund stays owed", messages.RefundFailed, nil, []string{"We still owe you this amount", "we ask for your consent first"}, []string{"pay it another way"}},
		{"a neighbour is named", messages.Delivered, func(v *templates.View) { v.Parcels[0].DeliveredTo = "neighbour" }, []string{"handed to a neighbour"}, nil},
		{"nobody is named when nobody is known", messages.Delivered, nil, []string{"has been delivered"}, []string{"neighbour", "handed over to you"}},
		{"collected is not delivered", messages.Delivered, func(v *templates.View) { v.Parcels[0].Stage = orders.Collected }, []string{"was collected"}, []string{"has been delivered"}},
		{"a new date is told", messages.Delayed, func(v *templates.View) { v.Data.NewDate = "2026-11-27" }, []string{"New delivery date: Friday, 27 November"}, []string{"no new date"}},
		{"no date is said to be none", messages.Delayed, nil, []string{"There is no new date yet"}, []string{"New delivery date"}},
		{"late to ship", messages.Delayed, func(v *templates.View) { v.Data.Fact, v.Parcels = orders.LateToShip, nil }, []string{"by the promised day", "Promised dispatch: Saturday, 21 November"}, []string{"the carrier reports", "Follow your parcel"}},
		{"refused", messages.Returning, func(v *templates.View) { v.Parcels[0].Incident = orders.Refused }, []string{"was refused"}, nil},
		{"staff's own words", messages.ReturnRejected, nil, []string{"> The return window for this order ended on 1 November.", "statutory rights"}, nil},
		{"withdrawal in the EU", messages.OrderPlaced, nil, []string{"withdraw online, with the function “Withdraw from contract here” on the page of your order", "Withdraw from contract here:\nhttps://orders.shop.example/o/", "within 14 days without giving any reason", "by e-mail to orders@shop.example", "Model withdrawal form", "ends when you break their seal: Assam"}, nil},
		{"no withdrawal where no rule is known", messages.OrderPlaced, func(v *templates.View) { v.Order.Order.ShipTo.Country = "US" }, nil, []string{"withdraw"}},
		{"an unknown country is the shop's", messages.OrderPlaced, func(v *templates.View) { v.Order.Order.ShipTo.Country, v.Shop.Country = "", "PL" }, []string{"within 14 days"}, nil},
		{"no right at all is said", messages.OrderPlaced, func(v *templates.View) { withdrawal(v, "no") }, []string{"There is no right of withdrawal"}, []string{"Model withdrawal form"}},
		{"without a return address one is to ask", messages.ReturnApproved, func(v *templates.View) { v.Shop.Address = "" }, []string{"Please ask us where to send"}, []string{"address below", "Send it to"}},
		{"every cent of a return, who pays the way and by when", messages.ReturnApproved, nil, []string{"€1,499.00", "€39.90", "€1,538.90", "We pay for sending it back.", "Send the goods back by"}, []string{"You pay", "return label"}},
		{"the label that a shopper pays is told and taken off", messages.ReturnApproved, byLabel, []string{"You pay for sending it back.", "With our return label, €14.99", "-€14.99", "€1,523.91", "label will be on the page"}, []string{"We pay", "send it to the address below"}},
		{"sums that do not add up are not told", messages.ReturnApproved, func(v *templates.View) { v.Case.Expected-- }, []string{"€1,538.89"}, []string{"€39.90"}},
		{"goods that stay go nowhere", messages.ReturnApproved, func(v *templates.View) { v.Case.Keep = true }, []string{"You keep the items", "€1,538.90"}, []string{"Send it to", "We pay for", "back by", "pack"}},
		{"no day before a return is approved", messages.ReturnRequested, func(v *templates.View) { v.Case.PaidBy, v.Case.SendBackBy = returns.ShopperPays, v.Now }, []string{"You pay for sending it back."}, []string{"back by"}},
		{"store credit is no refund", messages.ReturnApproved, func(v *templates.View) { v.Case.Remedy = returns.CreditRemedy }, []string{"You get as store credit: €1,538.90"}, []string{"Expected refund"}},
		{"without a page there is no function to name", messages.OrderPlaced, func(v *templates.View) { v.Link = "" }, []string{"within 14 days"}, []string{"online"}},
		{"a cancelled order promises no refund that was not paid", messages.OrderCancelled, nil, []string{"If you have already paid"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			text := mailOf(t, r, view(t, tt.topic, tt.change)).Text
			for _, want := range tt.has {
				if !strings.Contains(text, want) {
					t.Errorf("lacks %q:\n%s", want, text)
				}
			}
			for _, no := range tt.lack {
				if strings.Contains(text, no) {
					t.Errorf("says %q:\n%s", no, text)
				}
			}
		})
	}
}

// byLabel makes a return's shopper pay for the shop's label.
func byLabel(v *templates.View) {
	v.Case.PaidBy, v.Case.Method, v.Case.LabelFee = returns.ShopperPays, returns.ByLabel, 1499
	v.Case.Expected -= 1499
	v.Case.Explained = append(v.Case.Explained, returns.Explained{Reason: returns.LabelFee, Amount: -1499})
}

func withdrawal(v *templates.View, right string) {
	lines := append([]orders.Line(nil), v.Order.Order.Lines...)
	for i := range lines {
		lines[i].Withdrawal = right
	}
	v.Order.Order.Lines = lines
}

// No message sells anything, asks for an answer by word, or shows the shopper's street.
func TestNothingThatDoesNotBelong(t *testing.T) {
	t.Parallel()
	eachSample(t, func(t *testing.T, r *templates.Renderer, s templates.Sample) {
		mail := mailOf(t, r, s.View)
		for _, no := range []string{"%", "REPLY", "STOP", s.View.Order.Order.Customer.Phone, s.View.Order.Order.Customer.Email} {
			if no != "" && strings.Contains(mail.Text, no) {
				t.Errorf("the text has %q", no)
			}
		}
		if street := s.View.Order.Order.ShipTo.Line1; !strings.Contains(s.View.Shop.Address, street) && strings.Contains(mail.Text, street) {
			t.Errorf("the shopper's street is in the text")
		}
	})
}

func TestInjection(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	const evil = "<script>alert(1)</script>\r\nBcc: x@evil.example\u202e\u2066{{.Shop}}<no value>\x00 \"'><img src=x onerror=alert(1)>"
	for _, lang := range templates.Languages() {
		for _, topic := range messages.Topics {
			v := evilView(lang, topic, evil)
			mail := mailOf(t, r, v)
			for _, no := range []string{"<script>alert", "<img src=x", "javascript:"} {
				if strings.Contains(mail.HTML, no) {
					t.Errorf("%s %s: the HTML has %s", lang, topic, no)
				}
			}
			wellFormed(t, mail.HTML)
			if strings.ContainsAny(mail.Subject, "\r\n\u202e\u2066\x00") {
				t.Errorf("%s %s: subject %q", lang, topic, mail.Subject)
			}
			if strings.Contains(mail.Text, "\nBcc:") || strings.ContainsAny(mail.Text, "\r\u202e\u2066\x00") || strings.Contains(mail.Text, "javascript:") {
				t.Errorf("%s %s: text %q", lang, topic, mail.Text)
			}
			sms, err := r.SMS(v)
			if err != nil || templates.SegmentsOf(sms) > 2 || strings.ContainsAny(sms, "\r\u202e\x00") {
				t.Errorf("%s %s: SMS %q, %v", lang, topic, sms, err)
			}
		}
	}
}

// evilView puts evil words into every place that comes from outside.
func evilView(lang string, topic messages.Topic, evil string) templates.View {
	var v templates.View
	for _, s := range templates.Samples(lang) {
		if s.View.Topic == topic {
			v = s.View
			break
		}
	}
	v.Shop.Name, v.Shop.Address, v.Shop.Logo, v.Shop.Color = evil, evil, "https://x/\"onload=alert(1)", "red;background:url(x)"
	v.Order.Order.Number = "#1 " + evil
	for i := range v.Order.Order.Lines {
		v.Order.Order.Lines[i].Title, v.Order.Order.Lines[i].Variant = evil, evil
	}
	for i := range v.Parcels {
		p := &v.Parcels[i]
		p.Carrier, p.TrackingNumber, p.TrackingURL = evil, evil, "javascript:alert(1)"
		p.Pickup.Place, p.Pickup.Code = evil, evil
	}
	if v.Withdrawal != nil {
		v.Withdrawal.Reference, v.Withdrawal.Number, v.Withdrawal.Text, v.Withdrawal.Language = evil, evil, evil+"\n"+evil, evil
	}
	if v.Case != nil {
		v.Case.RMA, v.Case.Decision, v.Case.Reason = evil, evil, "nobody's reason"
		if v.Refund != nil {
			v.Refund.Reference, v.Refund.Currency = evil, "XX\n<b>"
		}
	}
	if v.Claim != nil {
		v.Claim.Text, v.Claim.Words, v.Claim.Language, v.Data.Currency = evil+"\n"+evil, evil, evil, "XX\n<b>"
	}
	if v.Data.Text != "" {
		v.Data.Text = evil
	}
	return v
}
