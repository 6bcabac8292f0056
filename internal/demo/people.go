package demo

import (
	"context"
	"fmt"
	"strings"

	"homeward/internal/store"
)

// person is a made-up shopper and what they ordered.
type person struct {
	id, number, language  string // the language's own name, for the page
	locale                string
	source                string // standard | shopify, whose webhooks do not name the payment: its refunds wait for staff
	name, email, phone    string
	line1, city, postcode string
	country, currency     string
	lines                 []item
	shipping              string
	carrier, tracking     string
	pickup                string // the pickup point, where the parcel goes to one
	story                 []string
	then                  func(ctx context.Context, d *Demo, p person, order store.Order) error // what the shopper and the staff did after it
}

// The inbox's template reads these.

func (p person) ID() string       { return p.id }
func (p person) Name() string     { return p.name }
func (p person) Number() string   { return p.number }
func (p person) Language() string { return p.language }

// Lang is the language's code.
func (p person) Lang() string {
	lang, _, _ := strings.Cut(p.locale, "-")
	return lang
}

// Goods is what was ordered, in one line.
func (p person) Goods() string {
	names := make([]string, len(p.lines))
	for i, l := range p.lines {
		names[i] = fmt.Sprintf("%d\u00a0×\u00a0%s", l.quantity, l.title)
	}
	return strings.Join(names, ", ")
}

type item struct {
	id, title, price string
	quantity         int
}

// people are at every stage, in every language. story is what happened to their orders before the demo opens.
var people = []person{
	{
		id: "1001", number: "#1001", language: "English", locale: "en-GB", source: "standard", name: "Emma Clarke", email: "emma@example.com", phone: "+447400123456",
		line1: "12 Canal Street", city: "Leeds", postcode: "LS1 4DY", country: "GB", currency: "GBP", shipping: "4.90", carrier: "Royal Mail", tracking: "QH123456785GB",
		lines: []item{{"11", "Assam, second flush, 250 g", "14.50", 2}, {"12", "Stoneware cup, moss green", "18.00", 1}},
		story: []string{"placed", "shipped", "in_transit", "out_for_delivery", "delivered"},
	},
	{
		id: "1002", number: "#1002", language: "polski", locale: "pl-PL", source: "standard", name: "Zofia Nowak", email: "zofia@example.com", phone: "+48512345678",
		line1: "ul. Długa 1", city: "Kraków", postcode: "31-146", country: "PL", currency: "PLN", shipping: "14.99", carrier: "inpost", tracking: "620000000000000000000001",
		pickup: "KRA01M, ul. Prądnicka 12", lines: []item{{"21", "Herbata wędzona, 100 g", "39.90", 2}, {"22", "Zaparzacz do herbaty", "54.00", 1}},
		story: []string{"placed", "shipped", "in_transit", "ready_for_pickup"},
	},
	{
		id: "1003", number: "#1003", language: "slovenščina", locale: "sl-SI", source: "standard", name: "Maja Kovač", email: "maja@example.com", phone: "+38640123456",
		line1: "Koroška cesta 5", city: "Maribor", postcode: "2000", country: "SI", currency: "EUR", shipping: "3.90", carrier: "Pošta Slovenije", tracking: "CE123456789SI",
		lines: []item{{"31", "Zeleni čaj sencha, 100 g", "12.40", 1}}, story: []string{"placed", "shipped", "in_transit", "out_for_delivery"},
	},
	{
		id: "1004", number: "#1004", language: "العربية", locale: "ar-EG", source: "standard", name: "ليلى حسن", email: "layla@example.com", phone: "+201001234567",
		line1: "١٢ شارع طلعت حرب", city: "القاهرة", postcode: "11511", country: "EG", currency: "EGP", shipping: "120.00", carrier: "Aramex", tracking: "31245678901",
		lines: []item{{"41", "شاي أسود سيلاني، ٢٥٠ غ", "310.00", 2}, {"42", "إبريق شاي زجاجي", "640.00", 1}}, story: []string{"placed", "shipped", "in_transit", "delayed"},
	},
	{
		id: "1005", number: "#1005", language: "русский", locale: "ru-KZ", source: "standard", name: "Анна Ким", email: "anna@example.com", phone: "+77011234567",
		line1: "пр. Абая, 44", city: "Алматы", postcode: "050000", country: "KZ", currency: "EUR", shipping: "12.00", carrier: "DHL", tracking: "JD014600003456789012",
		lines: []item{{"51", "Чай улун «Те гуань инь», 100 г", "16.80", 3}}, story: []string{"placed", "shipped", "in_transit", "customs"},
	},
	{
		id: "1006", number: "#1006", language: "Deutsch", locale: "de-DE", source: "shopify", name: "Lukas Weber", email: "lukas@example.com", phone: "+4915123456789",
		line1: "Lindenallee 7", city: "Leipzig", postcode: "04109", country: "DE", currency: "EUR", shipping: "4.90", carrier: "DHL", tracking: "00340434161094000001",
		lines: []item{{"61", "Darjeeling First Flush, 100 g", "21.50", 1}, {"62", "Teesieb, Edelstahl", "9.90", 1}}, story: []string{"placed"},
	},
	{
		id: "1007", number: "#1007", language: "English", locale: "en-IE", source: "standard", name: "Sean Byrne", email: "gone@example.com",
		line1: "3 Quay Road", city: "Galway", postcode: "H91 X2T0", country: "IE", currency: "EUR", shipping: "6.50", carrier: "An Post", tracking: "RR123456785IE",
		lines: []item{{"71", "Irish breakfast, 500 g", "19.00", 1}}, story: []string{"placed", "shipped"},
	},
	{
		id: "1008", number: "#1008", language: "polski", locale: "pl-PL", source: "standard", name: "Marta Zielińska", email: "marta@example.com",
		line1: "ul. Ogrodowa 3", city: "Gdańsk", postcode: "80-001", country: "PL", currency: "PLN", shipping: "14.99", carrier: "inpost", tracking: "620000000000000000000008",
		lines: []item{{"81", "Czajniczek kamionkowy, 0,7 l", "129.00", 1}}, story: []string{"placed", "shipped", "in_transit", "delivered"}, then: claims,
	},
	{
		id: "1009", number: "#1009", language: "Deutsch", locale: "de-AT", source: "standard", name: "Eva Gruber", email: "eva@example.com",
		line1: "Seegasse 9", city: "Linz", postcode: "4020", country: "AT", currency: "EUR", shipping: "4.90", carrier: "DHL", tracking: "00340434161094000009",
		lines: []item{{"91", "Matcha-Schale, handgedreht", "48.00", 1}, {"92", "Matcha, 30 g", "26.00", 1}}, story: []string{"placed", "shipped", "in_transit", "delivered"}, then: sendsBack,
	},
	{
		id: "1010", number: "#1010", language: "English", locale: "en-IE", source: "standard", name: "Aoife Kelly", email: "aoife@example.com",
		line1: "18 Mill Lane", city: "Cork", postcode: "T12 W8KP", country: "IE", currency: "EUR", shipping: "6.50", carrier: "An Post", tracking: "RR123456799IE",
		lines: []item{{"101", "Glass teapot, 1 l", "42.00", 1}, {"102", "Tea towel, linen", "15.00", 2}}, story: []string{"placed", "shipped", "in_transit", "delivered"}, then: withdraws,
	},
}
