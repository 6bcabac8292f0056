package shopper

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"homeward/internal/returns"
	"homeward/internal/terms"
	"homeward/internal/uploads"
	"homeward/internal/web/page"
	"homeward/templates"
)

// claimPage is the form of a claim.
type claimPage struct {
	page.Frame
	Action  string
	Nonce   string
	Lines   []claimLine
	Kinds   []choice
	Hand    []claimChoice // remedies when the goods are there …
	Away    []claimChoice // … and when they did not come
	Text    string
	Max     int
	Photos  *photosAsked // nil: none are taken
	Rights  []string     // what the law wants told
	Late    bool
	Carrier []carrierRow
	Trace   string
	Errors  []formError
	Wrong   map[string]string
	Down    bool
	Ways    *ways
}

// claimLine is a line of the order on the form.
type claimLine struct {
	formLine

	ID     string
	Chosen bool
	Many   bool // more than one unit: how many can be said
}

// claimChoice is a remedy; Hint says when it is due, where the law does not let it be chosen first.
type claimChoice struct {
	choice

	Hint string
}

// carrierRow is what a carrier says of a parcel.
type carrierRow struct{ Title, Number, State, When string }

func (h *handler) claimForm(r *http.Request, v *visit, in claimTyped) *claimPage {
	words := v.words
	p := &claimPage{
		Frame: h.visitFrame(v, words.T("page.claim.title"), "/claims/new"), Action: v.path + "/claims", Nonce: in.nonce, Text: in.text,
		Max: returns.MaxClaimText, Wrong: map[string]string{},
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.Speak = nil // a choice of language would lose what was typed
	}
	for _, line := range v.claimable() {
		f := claimLine{ID: line.ID, Chosen: slices.Contains(in.lines, line.ID), Many: line.Quantity > 1}
		f.formLine = formLine{
			Field: quantityField + line.ID, Title: line.Title, Variant: line.Variant, Bought: words.T("page.form.bought", "Count", line.Quantity),
			Left: line.Quantity, Value: in.quantities[line.ID],
		}
		if f.Value == "" {
			f.Value = strconv.Itoa(line.Quantity)
		}
		p.Lines = append(p.Lines, f)
	}
	for _, kind := range returns.ClaimKinds {
		p.Kinds = append(p.Kinds, choice{Value: string(kind), Text: words.T("claim.kind." + string(kind)), Chosen: in.kind == string(kind)})
	}
	p.offer(v, in)
	p.carrier(v)
	if h.Files != nil {
		p.Photos = v.photosAsked(words.T("page.claim.photos"), words.T("page.claim.photos_hint", "Max", uploads.PerForm), in.photos)
	}
	return p
}

// offer shows the remedies and what stands beside them.
func (p *claimPage) offer(v *visit, in claimTyped) {
	contract := terms.Contract(v.shop, v.order)
	hand := returns.OfferClaim(returns.ClaimDefective, v.order.State, contract, v.now)
	away := returns.OfferClaim(returns.ClaimNotReceived, v.order.State, contract, v.now)
	p.Late = hand.Late
	options := func(offer returns.ClaimOffer) []claimChoice {
		var out []claimChoice
		for _, o := range offer.Options {
			c := claimChoice{choice: choice{Value: string(o.Remedy), Text: v.words.T("claim.remedy." + string(o.Remedy)), Chosen: in.remedy == string(o.Remedy)}}
			if !o.AtOnce {
				c.Hint = v.words.T("page.claim.remedy_later")
			}
			out = append(out, c)
		}
		return out
	}
	p.Hand, p.Away = options(hand), options(away)
	var told []returns.Notice
	for _, n := range append(hand.Notices, away.Notices...) {
		if !slices.Contains(told, n) {
			told = append(told, n)
		}
	}
	// In the order of the rules, so that what is answered by when stands last.
	slices.SortStableFunc(told, func(a, b returns.Notice) int {
		return slices.Index(returns.NoticeCodes, a.Code) - slices.Index(returns.NoticeCodes, b.Code)
	})
	for _, n := range told {
		p.Rights = append(p.Rights, templates.Notice(v.words, n))
	}
}

// carrier shows what carriers say of the parcels: whoever misses one should see it, and that it settles nothing.
func (p *claimPage) carrier(v *visit) {
	for _, parcel := range liveParcels(v.order.State.Parcels) {
		says := v.parcelHero(parcel)
		row := carrierRow{Title: templates.CarrierName(parcel.Carrier), Number: parcel.TrackingNumber, State: says.Title, When: says.When}
		p.Carrier = append(p.Carrier, row)
	}
	p.Trace = v.words.T("page.claim.carrier_trace", "Kind", v.words.T("claim.kind."+string(returns.ClaimNotReceived)))
}

// tell puts faults into words, in the form's order.
func (p *claimPage) tell(v *visit, in claimTyped, faults returns.Faults) {
	add := func(field, anchor, text string) {
		p.Errors = append(p.Errors, formError{anchor, text})
		p.Wrong[field] = text
	}
	words := v.words
	if code, ok := faults["line"]; ok {
		key := map[returns.Code]string{returns.LineUnknown: "page.claim.error.changed"}[code]
		if key == "" {
			key = "page.claim.error.line"
		}
		add("line", "line", words.T(key))
	}
	for _, line := range p.Lines {
		if _, ok := faults[line.Field]; ok {
			add(line.Field, line.Field, words.T("page.claim.error.units", "Title", line.Title, "Max", line.Left))
		}
	}
	for field, data := range map[string][]any{
		"kind": nil, "remedy": nil, "text": {"Max", returns.MaxClaimText},
	} {
		if _, ok := faults[field]; ok {
			add(field, field, words.T("page.claim.error."+field, data...))
		}
	}
	if _, ok := faults["photo"]; ok && p.Photos != nil {
		for _, text := range photoFaults(words, in.wrong) {
			add("photo", "photo", text)
		}
		p.Photos.Wrong = append(photoFaults(words, in.wrong), words.T("page.claim.error.photo"))
	}
	if _, ok := faults["form"]; ok || len(p.Errors) == 0 {
		add("form", "form", words.T("page.claim.error.form"))
	}
	place := []string{"line", quantityField, "kind", "text", "remedy", "photo", "form"}
	rank := func(e formError) int {
		return slices.IndexFunc(place, func(s string) bool { return strings.HasPrefix(e.Field, s) })
	}
	slices.SortStableFunc(p.Errors, func(a, b formError) int { return rank(a) - rank(b) })
}
