package templates

import (
	"slices"
	"strings"
	"time"

	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/returns"
)

// sample is a made-up view that brings out one variant of a topic.
type sample struct {
	Name string // the variant: "delivered.neighbour"
	View View
}

// sampleShopper is who the samples are for: one in each language, with the longest values that are realistic.
type sampleShopper struct {
	region, currency, zone, name, city, street string
	shop, shopAddress, place                   string
	titles, variants                           [3]string
}

var sampleShoppers = map[string]sampleShopper{
	"en": {
		"IE", "EUR", "Europe/Dublin", "Siobhán O’Sullivan-Fitzgerald", "Dublin", "12 Upper Leeson Street",
		"Northwind & Daughters Trading Co.", "Northwind & Daughters Trading Co., 4 Quay Street, Galway H91 XY7R, Ireland", "Parcel Connect, Spar Upper Baggot Street 47",
		[3]string{"Hand-thrown stoneware teapot with bamboo handle", "Assam breakfast tea, loose leaf", "Linen tea towel"},
		[3]string{"Moss green, 1.2 l", "250 g", "Natural"},
	},
	"pl": {
		"PL", "PLN", "Europe/Warsaw", "Aleksandra Brzęczyszczykiewicz-Nowak", "Kraków", "ul. Długa 1",
		"Herbaciarnia Pod Złotym Czajnikiem", "Herbaciarnia Pod Złotym Czajnikiem, ul. Świętego Marka 27, 31-146 Kraków", "KRA01M, Krowoderskich Zuchów 21, przy sklepie",
		[3]string{"Kamionkowy czajniczek z bambusowym uchwytem", "Herbata Assam śniadaniowa, liściasta", "Lniana ściereczka"},
		[3]string{"Mchowa zieleń, 1,2 l", "250 g", "Naturalny"},
	},
	"sl": {
		"SI", "EUR", "Europe/Ljubljana", "Marija Magdalena Škrjanec Žagar", "Ljubljana", "Trubarjeva cesta 5",
		"Čajnica Pri zlatem čajniku", "Čajnica Pri zlatem čajniku, Trubarjeva cesta 5, 1000 Ljubljana", "Paketomat BTC City, Šmartinska cesta 152",
		[3]string{"Ročno izdelan čajnik iz kamenine z bambusovim ročajem", "Zajtrkovalni čaj Assam v lističih", "Lanena kuhinjska krpa"},
		[3]string{"Mahovo zelena, 1,2 l", "250 g", "Naravna"},
	},
	"ar": {
		"EG", "EGP", "Africa/Cairo", "عبد الرحمن محمد المنشاوي", "القاهرة", "شارع طلعت حرب ٢٧",
		"متجر إبريق الشاي الذهبي", "متجر إبريق الشاي الذهبي، شارع طلعت حرب ٢٧، القاهرة ١١٥١١", "نقطة استلام Aramex، ميدان طلعت حرب",
		[3]string{"إبريق شاي خزفي مصنوع يدويًا بمقبض من الخيزران", "شاي أسام Assam للفطور، أوراق كاملة", "منشفة مطبخ من الكتان"},
		[3]string{"أخضر طحلبي، ١٫٢ لتر", "٢٥٠ غرامًا", "لون طبيعي"},
	},
	"ru": {
		"KZ", "KZT", "Asia/Almaty", "Александра Константиновна Преображенская", "Алматы", "ул. Абая, 27",
		"Чайная лавка «Золотой чайник»", "Чайная лавка «Золотой чайник», ул. Абая, 27, Алматы, 050000", "Постамат CDEK, ул. Абая, 52, у входа",
		[3]string{"Керамический чайник ручной работы с бамбуковой ручкой", "Чай Ассам листовой для завтрака", "Льняное полотенце"},
		[3]string{"Цвет мха, 1,2 л", "250 г", "Натуральный"},
	},
	"de": {
		"DE", "EUR", "Europe/Berlin", "Friederike von Hohenstein-Großschönau", "Großschönau", "Hauptstraße 12",
		"Teehaus zum Goldenen Kännchen", "Teehaus zum Goldenen Kännchen, Müllerstraße 27, 13353 Berlin", "DHL Packstation 147, Müllerstraße 12",
		[3]string{"Handgedrehte Steinzeug-Teekanne mit Bambusgriff", "Assam-Frühstückstee, ganze Blätter", "Geschirrtuch aus Leinen"},
		[3]string{"Moosgrün, 1,2 l", "250 g", "Natur"},
	},
}

// sampleNow is when the samples are read: no sample depends on the day it is made.
var sampleNow = time.Date(2026, 11, 22, 14, 30, 0, 0, time.UTC)

// samples gives every variant of every topic in a language, in the order of an order's life.
func samples(lang string) []sample {
	var all []sample
	add := func(topic messages.Topic, change func(*View)) {
		v := sampleView(lang, topic)
		if change != nil {
			change(&v)
		}
		if topic == messages.GiftCalledOff {
			v = forGift(v)
		}
		all = append(all, sample{variant(v), v})
		if gift := forGift(v); toldToRecipients(v) {
			all = append(all, sample{variant(gift), gift})
		}
	}
	for _, topic := range messages.Topics {
		add(topic, nil)
		for _, change := range sampleVariants[topic] {
			add(topic, change)
		}
	}
	return all
}

// sampleVariants changes a topic's first sample into its variants.
var sampleVariants = map[messages.Topic][]func(*View){
	messages.Shipped: {
		func(v *View) {
			second := v.Parcels[0]
			second.TrackingNumber, second.Items = "620000000000000000000002", []orders.ParcelItem{{LineID: "l3", Quantity: 3}}
			v.Parcels[0].Items = v.Parcels[0].Items[:2]
			v.Parcels = append(v.Parcels, second)
			v.Order.Parcels = v.Parcels
		},
		func(v *View) {
			v.Parcels[0].Items = v.Parcels[0].Items[:1]
			v.Order.Parcels = v.Parcels
		},
	},
	messages.Delivered: {
		deliveredTo("recipient"), deliveredTo("neighbour"), deliveredTo("safe_place"), deliveredTo("pickup_point"),
		func(v *View) { v.Parcels[0].Stage = orders.Collected },
	},
	messages.Delayed: {
		func(v *View) { v.Data.NewDate = "2026-11-25" },
		func(v *View) {
			v.Data.Fact, v.Parcels, v.Order.Parcels = orders.LateToShip, nil, nil
		},
		madeByTime(orders.FirstScanMissing), madeByTime(orders.Stalled), madeByTime(orders.Late),
	},
	messages.Returning: {
		func(v *View) { v.Parcels[0].Incident = orders.Refused },
		func(v *View) { v.Parcels[0].Incident = orders.Uncollected },
	},
	messages.OrderCancelled: {
		func(v *View) { v.Order.CancelReason = "customer" },
		func(v *View) { v.Order.CancelReason = "inventory" },
		func(v *View) { v.Order.CancelReason = "not_shipped_in_time" },
		func(v *View) {
			v.Order.CancelReason, v.Data.Reason = "", messages.RestCancelled
			v.Order.Dropped = []orders.Dropped{{Units: []orders.ParcelItem{{LineID: v.Order.Order.Lines[0].ID, Quantity: 1}}}}
		},
	},
	messages.StaffDeadline: {func(v *View) { v.Data.Stage = string(returns.Missed) }},
	messages.ShipDelay: {
		func(v *View) { v.Data.NewDate, v.Data.Text = "2026-12-18", "" },
		func(v *View) {
			v.Data.NewDate, v.Data.Text, v.Data.Silence = "2026-12-18", "", string(returns.SilenceConsents)
		},
		partlyShipped,
		func(v *View) { v.Data.NewDate = "2026-12-18"; partlyShipped(v) },
		func(v *View) {
			v.Data.NewDate, v.Data.Silence = "2026-12-18", string(returns.SilenceConsents)
			partlyShipped(v)
		},
	},
	messages.ReturnReceived: {
		func(v *View) { v.Case.Inspect = true },
		func(v *View) { v.Case.Remedy, v.Case.Refunds = returns.ExchangeRemedy, nil },
		func(v *View) { v.Case.Settled = true },
		func(v *View) { v.Case.Remedy, v.Case.Refunds = returns.RepairRemedy, nil },
		func(v *View) { v.Case.Remedy, v.Case.Refunds = returns.CreditRemedy, nil },
		arrivedFor(""), arrivedFor(returns.RepairRemedy), arrivedFor(returns.ReplacementRemedy), arrivedFor(returns.TerminationRemedy),
	},
	messages.GiftCalledOff:   {func(v *View) { v.Case.State = returns.Approved }},
	messages.ReturnInspected: {oddBox},
	messages.AppealAnswered: {func(v *View) {
		v.Case.Inspections[0].Outcome, v.Case.Inspections[0].Deduction, v.Case.Inspections[0].Changed = returns.Accept, 0, true
	}},
	messages.CaseMessage: {func(v *View) { v.Shop.ReplyTo = "" }},
	messages.ReturnApproved: {
		func(v *View) { v.Shop.Address = "" },
		sampleByLabel,
		func(v *View) { v.Case.Keep, v.Case.PaidBy, v.Case.SendBackBy = true, "", time.Time{} },
	},
	messages.WithdrawalReceived: {
		func(v *View) { v.Withdrawal.Late = true },
		func(v *View) { v.Order, v.Link = orders.State{}, "" },
	},
	messages.ClaimGranted: {func(v *View) { v.Claim.ByLaw, v.Claim.Words = true, "" }},
	messages.RefundPaid: {func(v *View) {
		refund := *v.Refund
		refund.Kind, refund.Reference = storeCredit, "TEA-7K2M-4QX9"
		v.Refund = &refund
	}},
	messages.RefundSucceeded: {func(v *View) {
		refund := *v.Refund
		refund.Reference = "74950006325000123456789"
		v.Refund = &refund
	}},
}

// toldToRecipients tells which samples have a twin that the recipient of a gift reads.
func toldToRecipients(v View) bool {
	if v.Case == nil || v.Case.Kind == returns.Claim || v.Case.Keep || v.Case.Remedy == returns.RepairRemedy {
		return false
	}
	switch v.Topic {
	case messages.ReturnRequested, messages.ReturnApproved, messages.ReturnRejected, messages.ReturnOnItsWay, messages.ReturnInspected,
		messages.AppealAnswered, messages.CaseMessage, messages.ReturnSendSoon:
		return true
	case messages.ReturnReceived:
		return !v.Case.Settled
	case messages.RefundPaid:
		return v.refund().Kind == storeCredit
	default:
		return false
	}
}

// forGift makes of a sample what the recipient of a gift is told: nothing of the order but its goods.
func forGift(v View) View {
	if v.Case == nil {
		return v
	}
	k := *v.Case
	k.Gift, k.Expected, k.Explained, k.Refunds, k.LabelFee, k.Settled = true, 0, nil, nil, 0, false
	k.Inspections = slices.Clone(k.Inspections)
	for i := range k.Inspections {
		k.Inspections[i].Deduction, k.Inspections[i].Line.UnitPrice = 0, 0
	}
	bare := orders.Order{Currency: v.Order.Order.Currency}
	for _, line := range v.Order.Order.Lines {
		bare.Lines = append(bare.Lines, orders.Line{ID: line.ID, Title: line.Title, Variant: line.Variant, Quantity: line.Quantity})
	}
	v.Case, v.Order, v.Parcels = &k, orders.State{Known: true, Order: bare}, nil
	v.Link = "https://orders.shop.example/g/7K2M9QXA4B3CVT8W/cases/R-7K2M"
	if v.Topic != messages.RefundPaid {
		v.Refund = nil
	}
	return v
}

// arrivedFor is the arrival of a claim's goods, after it was granted a remedy or before.
func arrivedFor(remedy returns.Remedy) func(*View) {
	return func(v *View) {
		v.Case.Kind, v.Case.Remedy, v.Case.Reason, v.Case.Refunds = returns.Claim, remedy, "", nil
	}
}

// sampleByLabel is a return that its shopper pays the way back of, with the shop's label.
func sampleByLabel(v *View) {
	k := *v.Case
	k.PaidBy, k.Method, k.LabelFee = returns.ShopperPays, returns.ByLabel, 1499
	k.Explained = append(slices.Clone(k.Explained), returns.Explained{Reason: returns.LabelFee, Amount: -1499})
	k.Expected -= 1499
	v.Case = &k
}

// sampleDeduction is a finding that costs the shopper something.
func sampleDeduction(o orders.Order) Inspected {
	return Inspected{
		ID: "i2", Line: o.Lines[0], Quantity: 1, Grade: returns.Used, Outcome: returns.Deduct, Deduction: 30000, Reason: sampleFinding[o.Locale[:2]],
	}
}

// oddBox is what staff might find: a deduction, a refusal, something missing, and something in order.
func oddBox(v *View) {
	o := v.Order.Order
	finding := sampleFinding[v.Language]
	v.Case.Inspections = []Inspected{
		sampleDeduction(o),
		{ID: "i3", Line: o.Lines[1], Quantity: 1, Grade: returns.Damaged, Outcome: returns.DoNotPay, Reason: finding},
		{ID: "i4", Line: o.Lines[1], Quantity: 1, Grade: returns.Missing, Outcome: returns.DoNotPay, Reason: finding},
		{ID: "i5", Line: o.Lines[2], Quantity: 2, Grade: returns.AsNew, Outcome: returns.Accept},
	}
}

func deliveredTo(whom string) func(*View) { return func(v *View) { v.Parcels[0].DeliveredTo = whom } }

func madeByTime(fact orders.FactKind) func(*View) { return func(v *View) { v.Data.Fact = fact } }

// sampleView is an order in the middle of what a topic tells.
func sampleView(lang string, topic messages.Topic) View {
	s := sampleShoppers[lang]
	zone, err := time.LoadLocation(s.zone)
	if err != nil {
		zone = time.UTC // a machine without time zones still shows its samples
	}
	order := sampleOrder(lang, s)
	parcel := sampleParcel(s, topic)
	v := View{
		Language: lang, Region: s.region, Zone: zone, Now: sampleNow, Topic: topic,
		Shop:  Shop{ID: "sample", Name: s.shop, Color: "#0a7d55", Address: s.shopAddress, ReplyTo: "orders@shop.example", Country: s.region},
		Order: orders.State{Known: true, Order: order, Stage: orders.StagePacking},
		Link:  "https://orders.shop.example/o/k1_Wm5hbWUtc2FtcGxlLWxpbmstMTIzNDU2Nzg5MGFiY2RlZg",
	}
	switch {
	case topic == messages.WithdrawalReceived || topic == messages.WithdrawalGoodsReceived:
		v.Withdrawal = sampleWithdrawal(lang, order)
	case topic == messages.ClaimReceived || topic == messages.ClaimGranted || topic == messages.ClaimRefused || topic == messages.ClaimExtended:
		v.Case, v.Claim = sampleCase(order, topic), sampleClaim(lang, topic)
		v.Case.Refunds, v.Case.Expected = nil, 0
	case topic == messages.StaffDeadline:
		v.Case = sampleCase(order, topic)
		v.Data.Deadline, v.Data.NewDate, v.Link = "refund", "2026-12-04", "https://orders.shop.example/ops/deadlines"
	case topic == messages.StaffReply:
		v.Case, v.Link = sampleCase(order, topic), "https://orders.shop.example/ops/returns/01jd"
	case topic == messages.ShipDelay:
		v.Data.Until, v.Data.Silence, v.Data.Text = "2026-12-21", string(returns.SilenceCancels), sampleReason[lang]
	case topic == messages.ReturnSendSoon:
		v.Case, v.Data.NewDate = sampleCase(order, topic), "2026-12-04"
		v.Refund = &v.Case.Refunds[0]
	case messages.ClassOf(topic) == messages.Money || topic == messages.ReturnOnItsWay:
		v.Case = sampleCase(order, topic)
		v.Refund = &v.Case.Refunds[0]
		if topic == messages.CaseMessage {
			v.Data.Text = sampleLetter[lang]
		}
	case tellsOfParcel(topic):
		v.Parcels, v.Order.Parcels = []orders.Parcel{parcel}, []orders.Parcel{parcel}
	}
	return v
}

// partlyShipped gives a carrier the first unit of a sample's order.
func partlyShipped(v *View) {
	v.Order.Parcels = []orders.Parcel{{
		Key: "p1", Stage: orders.InTransit, HandedOverAt: sampleNow, Items: []orders.ParcelItem{{LineID: v.Order.Order.Lines[0].ID, Quantity: 1}},
	}}
}

func tellsOfParcel(topic messages.Topic) bool {
	switch topic {
	case messages.OrderPlaced, messages.OrderPaid, messages.OrderPacking, messages.OrderCancelled, messages.OrderLink:
		return false
	default:
		return true
	}
}

func sampleOrder(lang string, s sampleShopper) orders.Order {
	o := orders.Order{
		ID: "1001", Number: "#SHOP-2026-100184", PlacedAt: time.Date(2026, 11, 20, 9, 59, 58, 0, time.UTC),
		Locale: lang + "-" + s.region, Currency: s.currency, PricesIncludeTax: true,
		Customer: orders.Customer{Name: s.name, Email: "shopper@mail.example", Phone: "+48512345678"},
		ShipTo:   orders.Address{Name: s.name, Line1: s.street, City: s.city, Country: s.region},
		Shipping: orders.Shipping{Paid: 1499, Cheapest: 999}, OrderDiscount: 1000, Total: 168499,
		Promised: orders.Promised{ShipBy: "2026-11-21", DeliverBy: "2026-11-24"},
	}
	for i, line := range []orders.Line{
		{ID: "l1", Quantity: 1, UnitPrice: 149900}, {ID: "l2", Quantity: 2, UnitPrice: 3990, Withdrawal: "unless_unsealed"},
		{ID: "l3", Quantity: 3, UnitPrice: 3640, Discount: 800},
	} {
		line.Title, line.Variant = s.titles[i], s.variants[i]
		o.Lines = append(o.Lines, line)
	}
	return o
}

func sampleParcel(s sampleShopper, topic messages.Topic) orders.Parcel {
	p := orders.Parcel{
		Key: "620000000000000000000001", Carrier: "inpost", TrackingNumber: "620000000000000000000001",
		TrackingURL: "https://tracking.carrier.example/620000000000000000000001", ETA: "2026-11-24", PreviousETA: "2026-11-23",
		Items: []orders.ParcelItem{{LineID: "l1"}, {LineID: "l2"}, {LineID: "l3"}}, Stage: orders.InTransit, Incident: orders.None,
	}
	switch topic {
	case messages.Shipped:
		p.Stage = orders.HandedOver
	case messages.OutForDelivery:
		p.Stage, p.ETA = orders.OutForDelivery, "2026-11-22"
	case messages.ReadyForPickup, messages.PickupEndsSoon:
		p.Stage = orders.ReadyForPickup
	case messages.Delivered:
		p.Stage, p.DeliveredAt = orders.Delivered, time.Date(2026, 11, 22, 12, 4, 0, 0, time.UTC)
	case messages.Returning:
		p.Stage = orders.Returning
	default:
	}
	p.Pickup = orders.Pickup{Place: s.place, Code: "483 920", Until: time.Date(2026, 11, 25, 18, 0, 0, 0, time.UTC)}
	return p
}

func sampleCase(o orders.Order, topic messages.Topic) *Case {
	status := map[messages.Topic]string{
		messages.RefundStarted: "pending", messages.RefundSucceeded: "succeeded", messages.RefundPaid: "paid", messages.RefundFailed: "failed",
		messages.RefundNeedsYou: "requires_action",
	}[topic]
	k := &Case{
		RMA: "R-7K2M", State: returns.Approved, Reason: "does_not_fit", CreatedAt: sampleNow, Expected: 153890, Currency: o.Currency,
		Items:   []CaseItem{{Line: o.Lines[0], Quantity: 1}, {Line: o.Lines[1], Quantity: 1}},
		Refunds: []Refund{{Amount: 153890, Currency: o.Currency, Status: status, Kind: "stripe", At: sampleNow}},
	}
	switch topic {
	case messages.ReturnApproved:
		k.PaidBy, k.SendBackBy = returns.ShopPays, sampleNow.AddDate(0, 0, 14)
		k.Explained = []returns.Explained{
			{Reason: returns.ForGoods, LineID: o.Lines[0].ID, Quantity: 1, Amount: 149900},
			{Reason: returns.ForGoods, LineID: o.Lines[1].ID, Quantity: 1, Amount: 3990},
		}
	case messages.ReturnInspected:
		k.Inspections = []Inspected{{ID: "i1", Line: o.Lines[0], Quantity: 1, Grade: returns.AsNew, Outcome: returns.Accept}}
	case messages.AppealAnswered:
		k.Inspections = []Inspected{sampleDeduction(o)}
	default:
	}
	if topic == messages.GiftCalledOff {
		k.State = returns.Withdrawn
	}
	if topic == messages.ReturnRejected {
		k.State, k.Decision = returns.Rejected, sampleDecision[o.Locale[:2]]
	}
	return k
}

func sampleWithdrawal(lang string, o orders.Order) *Withdrawal {
	k := &Withdrawal{
		Reference: "W-7K2M9Q", Number: o.Number, Name: o.Customer.Name, Email: "another@mail.example", SubmittedAt: sampleNow,
		SendBackBy: sampleNow.AddDate(0, 0, 14), RefundBy: sampleNow.AddDate(0, 0, 14),
	}
	value := func(s string) string { return isolated(s, Direction(lang)) } // as the page writes it
	k.Text = strings.NewReplacer(
		"{item}", value(o.Lines[0].Title), "{number}", value(o.Number), "{name}", value(k.Name), "{email}", value(k.Email),
	).Replace(sampleStatement[lang])
	return k
}

// sampleStatement is what a shopper confirms on the page.
var sampleStatement = map[string]string{
	"en": "I hereby give notice that I withdraw from my contract of sale of the following goods:\n1 × {item}\n\nOrder: {number}\nName: {name}\nE-mail for the acknowledgement: {email}",
	"pl": "Niniejszym informuję o moim odstąpieniu od umowy sprzedaży następujących rzeczy:\n1 × {item}\n\nZamówienie: {number}\nImię i nazwisko: {name}\nE-mail do potwierdzenia: {email}",
	"sl": "Obveščam vas, da odstopam od prodajne pogodbe za naslednje blago:\n1 × {item}\n\nNaročilo: {number}\nIme in priimek: {name}\nE-pošta za potrdilo: {email}",
	"ar": "أُخطركم بعدولي عن عقد بيع المنتجات التالية:\n1 × {item}\n\nالطلب: {number}\nالاسم: {name}\nالبريد الإلكتروني للتأكيد: {email}",
	"ru": "Настоящим уведомляю об отказе от договора купли-продажи следующих товаров:\n1 × {item}\n\nЗаказ: {number}\nИмя и фамилия: {name}\nЭлектронная почта для подтверждения: {email}",
	"de": "Hiermit widerrufe ich den von mir abgeschlossenen Vertrag über den Kauf der folgenden Waren:\n1 × {item}\n\nBestellung: {number}\nName: {name}\nE-Mail für die Bestätigung: {email}",
}

// sampleReason is what a shop might give as the reason of a delay.
var sampleReason = map[string]string{
	"en": "Our supplier has not delivered the kettles.",
	"pl": "Dostawca nie przywiózł nam czajników.",
	"sl": "Dobavitelj nam ni dostavil kotličkov.",
	"ar": "لم يسلّمنا المورّد الغلايات بعد.",
	"ru": "Поставщик не привёз нам чайники.",
	"de": "Unser Lieferant hat die Wasserkessel nicht geliefert.",
}

// sampleDecision is what staff might write.
var sampleDecision = map[string]string{
	"en": "The return window for this order ended on 1 November.",
	"pl": "Termin zwrotu tego zamówienia minął 1 listopada.",
	"sl": "Rok za vračilo tega naročila je potekel 1. novembra.",
	"ar": "انتهت مهلة إرجاع هذا الطلب في ١ نوفمبر.",
	"ru": "Срок возврата этого заказа истёк 1 ноября.",
	"de": "Die Rückgabefrist für diese Bestellung ist am 1. November abgelaufen.",
}

// sampleFinding is why staff might pay less.
var sampleFinding = map[string]string{
	"en": "There are scratches on the lid, and the box is missing.",
	"pl": "Na pokrywce są rysy i brakuje pudełka.",
	"sl": "Na pokrovu so praske, škatla manjka.",
	"ar": "توجد خدوش على الغطاء، والعلبة غير موجودة.",
	"ru": "На крышке царапины, коробки нет.",
	"de": "Der Deckel hat Kratzer, die Schachtel fehlt.",
}

// sampleLetter is what staff might write to a shopper.
var sampleLetter = map[string]string{
	"en": "Good morning,\nwas the lid in the parcel as well? We could not find it.",
	"pl": "Dzień dobry,\nczy w paczce była też pokrywka? Nie możemy jej znaleźć.",
	"sl": "Dober dan,\nje bil v paketu tudi pokrov? Ne najdemo ga.",
	"ar": "صباح الخير،\nهل كان الغطاء في الطرد أيضًا؟ لم نجده.",
	"ru": "Добрый день!\nБыла ли в посылке и крышка? Мы её не нашли.",
	"de": "Guten Tag,\nwar auch der Deckel im Paket? Wir haben ihn nicht gefunden.",
}
