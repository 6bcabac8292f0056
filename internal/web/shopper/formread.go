package shopper

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"homeward/internal/cases"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// What the names of a form's fields begin with: a line's quantity, what is wanted in its place, and the answer to a question
// of a reason.
const (
	quantityField = "qty."
	exchangeField = "exchange."
	answerField   = "answer."
)

const (
	maxExchange = 200 // characters of what is wanted instead
	maxFields   = 400 // more of a kind than this no honest form has
)

// inputs is a return form as it was typed.
type inputs struct {
	quantities map[string]string // by line id
	exchange   map[string]string // by line id: what is wanted instead, "" for the same again
	answers    map[string]string // by reason and question: "damaged.where"
	reason     string
	remedy     string
	method     string
	note       string
	nonce      string
	photos     []store.File   // that the form sent so far
	wrong      []upload.Fault // what was wrong with others
	seen       string         // the version of the case that is to be changed
	name       string         // of the recipient of a gift
	email      string         // … and where they are written to
}

func readInputs(r *http.Request) inputs {
	in := inputs{
		quantities: map[string]string{}, exchange: map[string]string{}, answers: map[string]string{}, reason: r.PostForm.Get("reason"),
		remedy: r.PostForm.Get("remedy"), method: r.PostForm.Get("method"), note: unix(r.PostForm.Get("note")), nonce: r.PostForm.Get("nonce"),
		seen: r.PostForm.Get("seen"), name: strings.TrimSpace(r.PostForm.Get("name")), email: strings.TrimSpace(r.PostForm.Get("email")),
	}
	for name, values := range r.PostForm {
		for prefix, to := range map[string]map[string]string{quantityField: in.quantities, exchangeField: in.exchange, answerField: in.answers} {
			if id, ok := strings.CutPrefix(name, prefix); ok && len(values) > 0 && len(to) < maxFields {
				to[id] = strings.TrimSpace(unix(values[0]))
			}
		}
	}
	return in
}

// unix makes a browser's line ends count once.
func unix(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

// fields gives the form as hidden fields, so that what is confirmed is what was shown.
func (in inputs) fields() []field {
	out := []field{
		{Name: "nonce", Value: in.nonce}, {Name: "reason", Value: in.reason}, {Name: "remedy", Value: in.remedy},
		{Name: "method", Value: in.method}, {Name: "note", Value: in.note},
	}
	add := func(prefix string, values map[string]string) {
		for _, id := range slices.Sorted(maps.Keys(values)) {
			if values[id] != "" {
				out = append(out, field{Name: prefix + id, Value: values[id]})
			}
		}
	}
	for _, f := range []field{{Name: "seen", Value: in.seen}, {Name: "name", Value: in.name}, {Name: "email", Value: in.email}} {
		if f.Value != "" {
			out = append(out, f)
		}
	}
	add(quantityField, in.quantities)
	add(exchangeField, in.exchange)
	add(answerField, in.answers)
	return out
}

// request puts what was typed into the rules' words. What is no number, and what is too long, is told by the field's name.
func (in inputs) request(v *visit, offer returns.Offer) (returns.Request, returns.Faults) {
	req := returns.Request{Reason: returns.Reason(in.reason), Remedy: returns.Remedy(in.remedy), Note: strings.TrimSpace(in.note)}
	req.Wish.Method = returns.SendMethod(in.method)
	faults := returns.Faults{}
	if m := req.Wish.Method; m != "" && m != returns.ByOwn && !slices.Contains(cases.Methods(v.shop, v.order, v.gift != nil), m) {
		faults["method"] = returns.MethodUnknown
	}
	req.Items = in.items(offer, faults)
	if req.Remedy == returns.ExchangeRemedy {
		for _, item := range req.Items {
			if item.Quantity > 0 {
				req.Wish.Exchange = append(req.Wish.Exchange, in.instead(v, item, faults))
			}
		}
	}
	for _, rule := range offer.Reasons() {
		for _, q := range rule.Questions {
			if text := in.answers[in.reason+"."+q.Code]; rule.Code == req.Reason && text != "" {
				req.Answers = append(req.Answers, returns.Reply{Question: q.Code, Text: text})
			}
		}
	}
	return req, faults
}

// items reads the quantities, those of the order's lines first, in its order.
func (in inputs) items(offer returns.Offer, faults returns.Faults) []returns.Item {
	var items []returns.Item
	rest := maps.Clone(in.quantities)
	add := func(id string) {
		typed := rest[id]
		delete(rest, id)
		if typed == "" {
			return
		}
		n, err := strconv.Atoi(typed)
		if err != nil {
			faults[quantityField+id] = returns.QuantityInvalid
			return
		}
		items = append(items, returns.Item{LineID: id, Quantity: n})
	}
	for _, l := range offer.Lines {
		add(l.Line.ID)
	}
	for _, id := range slices.Sorted(maps.Keys(rest)) {
		add(id)
	}
	return items
}

// instead is what the shopper wants for returned units. The same again costs what was paid for it; what another item costs is
// for the shop to say.
func (in inputs) instead(v *visit, item returns.Item, faults returns.Faults) returns.Exchange {
	line, _ := v.line(item.LineID)
	e := returns.Exchange{LineID: item.LineID, Quantity: item.Quantity, Title: line.Title, UnitPrice: max(v.paidFor(item.LineID), 0)}
	text := tidy(in.exchange[item.LineID])
	if text == "" {
		return e
	}
	if utf8.RuneCountInString(text) > maxExchange {
		faults[exchangeField+item.LineID] = returns.ExchangeInvalid
	}
	e.SKU, e.Title, e.UnitPrice = text, text, 0
	return e
}
