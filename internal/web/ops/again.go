package ops

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// again is a form that did nothing: why, and everything that was typed into it. The page that answers it shows all of that again, in the
// form's own fields as far as the page still has them, see [console.render].
type again struct {
	Status  int    // of the answer: 409 when the row changed meanwhile, 422 when something is missing or wrong
	Problem string // "" when the page says it itself
	Field   string // that is wrong; "" when no single one is
	path    string
	typed   url.Values
}

// pageOf gives the handler of the page that a room's forms stand on.
func (c *console) pageOf(room string) handler {
	return map[string]handler{
		"events": c.event, "messages": c.message, "returns": c.oneReturn, "claims": c.oneClaim, "withdrawals": c.oneWithdrawal,
		"refunds": c.refund, "deadlines": c.deadlines, "calls": c.calls, "orders": c.order,
	}[room]
}

// showAgain shows the page of a row with the form that did nothing.
func (c *console) showAgain(w http.ResponseWriter, r *http.Request, v visit, room, rowID string, as again) error {
	v.again = &as
	r.SetPathValue("id", rowID)
	return c.pageOf(room)(w, r, v)
}

// unseen are the fields that a form carries itself: nobody typed them.
var unseen = []string{"seen", "back", "wrote", "nonce", "lines", "line", "find", "remove", "confirmed"}

// chosen are fields that nobody misses when there is no form for them any more.
var chosen = []string{"grade", "outcome", "qty", "kind", "remedy", "channel", "shop", "receipt"}

// fieldOf gives a field's name without what it belongs to: "note.3" is a note.
func fieldOf(name string) string {
	name, _, _ = strings.Cut(name, ".")
	return name
}

// hasTyped tells whether anything was typed into a form, or chosen.
func hasTyped(r *http.Request) bool {
	for name, values := range r.PostForm {
		if !slices.Contains(unseen, fieldOf(name)) && strings.TrimSpace(strings.Join(values, "")) != "" {
			return true
		}
	}
	return false
}

// refill puts what was typed into the form of a page that it was posted from, and opens the form. It gives the words for which the page
// has no field any more.
func (a *again) refill(page []byte) (filled []byte, lost []string) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return page, a.words(nil)
	}
	form := find(doc, func(n *html.Node) bool { return n.DataAtom == atom.Form && a.posts(n) })
	if form == nil {
		return page, a.words(nil)
	}
	open(doc, form)
	lost = a.words(a.fill(form))
	var out bytes.Buffer
	if err := html.Render(&out, doc); err != nil {
		return page, a.words(nil)
	}
	return out.Bytes(), lost
}

// posts tells whether a form, or a button of it, leads where this one was sent.
func (a *again) posts(form *html.Node) bool {
	return attr(form, "action") == a.path ||
		find(form, func(n *html.Node) bool { return n.DataAtom == atom.Button && attr(n, "formaction") == a.path }) != nil
}

// fill fills a form's fields, and gives the names of those that are there. A row of fields, "note.3" beside "line.3", that is about
// another line by now is not filled.
func (a *again) fill(form *html.Node) map[string]bool {
	there := map[string]bool{}
	for n := range form.Descendants() {
		name := attr(n, "name")
		if n.Type != html.ElementNode || name == "" || slices.Contains(unseen, fieldOf(name)) || a.moved(form, name) {
			continue
		}
		typed, sent := a.typed[name]
		there[name] = true
		switch {
		case attr(n, "type") == "checkbox" || attr(n, "type") == "radio":
			mark(n, "checked", slices.Contains(typed, attr(n, "value")))
		case !sent || slices.Contains([]string{"hidden", "file", "password"}, attr(n, "type")):
		case n.DataAtom == atom.Input:
			set(n, "value", typed[0])
		case n.DataAtom == atom.Textarea:
			for c := n.FirstChild; c != nil; c = n.FirstChild {
				n.RemoveChild(c)
			}
			n.AppendChild(&html.Node{Type: html.TextNode, Data: strings.ReplaceAll(typed[0], "\r\n", "\n")})
		case n.DataAtom == atom.Select:
			choose(n, typed[0])
		}
		if name == a.Field {
			set(n, "aria-invalid", "true")
			set(n, "aria-describedby", "problem")
		}
	}
	return there
}

// moved tells of a field of a row that is about another line than the one that it was typed for.
func (a *again) moved(form *html.Node, name string) bool {
	_, row, of := strings.Cut(name, ".")
	was, sent := a.typed["line."+row]
	if !of || !sent {
		return false
	}
	return find(form, func(n *html.Node) bool { return attr(n, "name") == "line."+row && attr(n, "value") == was[0] }) == nil
}

// words gives what a person wrote into fields other than these.
func (a *again) words(there map[string]bool) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a.typed)) {
		words := strings.TrimSpace(strings.Join(a.typed[name], "\n"))
		if words != "" && !there[name] && !slices.Contains(unseen, fieldOf(name)) && !slices.Contains(chosen, fieldOf(name)) {
			out = append(out, words)
		}
	}
	return out
}

// open opens what a form is folded into. Of those with one name a browser keeps the first that is open, so the others are closed.
func open(doc, form *html.Node) {
	for n := range form.Ancestors() {
		if n.DataAtom != atom.Details {
			continue
		}
		for other := range doc.Descendants() {
			if name := attr(n, "name"); name != "" && other.DataAtom == atom.Details && attr(other, "name") == name {
				mark(other, "open", false)
			}
		}
		mark(n, "open", true)
	}
}

func choose(list *html.Node, value string) {
	for n := range list.Descendants() {
		if n.DataAtom == atom.Option {
			mark(n, "selected", attr(n, "value") == value)
		}
	}
}

func find(root *html.Node, is func(*html.Node) bool) *html.Node {
	for n := range root.Descendants() {
		if is(n) {
			return n
		}
	}
	return nil
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// set gives an element an attribute, in the place of the one that it has.
func set(n *html.Node, name, value string) {
	if at := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name }); at >= 0 {
		n.Attr[at].Val = value
		return
	}
	n.Attr = append(n.Attr, html.Attribute{Key: name, Val: value})
}

// mark gives an element an attribute without a value, or takes it away.
func mark(n *html.Node, name string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: name})
	}
}
