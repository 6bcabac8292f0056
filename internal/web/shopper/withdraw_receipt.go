package shopper

import (
	"errors"
	"net/http"
	"regexp"
	"strings"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/page"
	"homeward/internal/withdrawals"
	"homeward/templates"
)

// receiptName is what the last part of a receipt's address looks like.
var receiptName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// receiptPage says that a statement was received, and when. It accepts and refuses nothing.
type receiptPage struct {
	page.Frame
	Reference, Order, When, ISO string
	Text                        string // the statement
	TextLang, TextDir           string
	Masked                      bool     // the address in it is
	Mail                        string   // where the acknowledgement goes
	Send, Refund                string   // what each side does next, with its last day where the law has one
	Address                     []string // where the goods go
	File                        string   // the address of the statement as a file
	Own                         string   // the order page, "" on the open form
}

// nameOf gives the last part of a receipt's address. Behind a link it is the reference and not the key: whoever holds the
// link could open the key's own page with it, where the address stands in full.
func (p *place) nameOf(r withdrawals.Receipt) string {
	if p.visit != nil {
		return r.Reference
	}
	return r.Key
}

// receipt finds the receipt of the address; false when an answer was given instead.
func (h *handler) receipt(w http.ResponseWriter, r *http.Request, p *place) (withdrawals.Receipt, bool) {
	name := r.PathValue("key")
	if h.Withdrawals == nil || !receiptName.MatchString(name) {
		h.missing(w, r, p.shop)
		return withdrawals.Receipt{}, false
	}
	receipt, err := h.findReceipt(r, p, name)
	if errors.Is(err, store.ErrNotFound) {
		h.missing(w, r, p.shop)
		return withdrawals.Receipt{}, false
	}
	if err != nil {
		h.complain(r, "receipt not read", err)
		h.down(w, r, p.shop, p.words)
		return withdrawals.Receipt{}, false
	}
	return receipt, true
}

func (h *handler) findReceipt(r *http.Request, p *place, name string) (withdrawals.Receipt, error) {
	if p.visit == nil {
		return h.Withdrawals.Receipt(r.Context(), p.shop.ID, name)
	}
	all, err := h.Withdrawals.ByOrder(r.Context(), p.visit.order.ID)
	if err != nil {
		return withdrawals.Receipt{}, err
	}
	for _, receipt := range all {
		if receipt.Reference == name || receipt.Key == name {
			return receipt, nil
		}
	}
	return withdrawals.Receipt{}, store.ErrNotFound
}

func (h *handler) showReceipt(w http.ResponseWriter, r *http.Request, p *place) {
	receipt, ok := h.receipt(w, r, p)
	if !ok {
		return
	}
	p.speak(h, r, receipt)
	h.render(w, r, http.StatusOK, "withdraw_receipt", h.receiptPage(r, p, receipt))
}

// speak gives a receipt's page the receipt's own language, if its address names no other, and its zone.
func (p *place) speak(h *handler, r *http.Request, receipt withdrawals.Receipt) {
	if p.visit != nil {
		return
	}
	lang := p.words.Lang()
	if !r.URL.Query().Has("lang") && contains(p.shop.Languages, receipt.Language) {
		lang = receipt.Language
	}
	p.words = h.Words(lang, "", p.zone(receipt)).Under(p.words.Country())
}

// zone is the one that a receipt's times are told in.
func (p *place) zone(r withdrawals.Receipt) *time.Location {
	switch {
	case p.visit != nil:
		return p.visit.zone
	case r.Zone != nil:
		return r.Zone
	case p.shop.Zone != nil:
		return p.shop.Zone
	default:
		return time.UTC
	}
}

func (h *handler) receiptPage(r *http.Request, p *place, receipt withdrawals.Receipt) *receiptPage {
	at := receipt.SubmittedAt.In(p.zone(receipt))
	page := &receiptPage{
		Frame:     h.placeFrame(r, p, p.words.T("page.withdraw.receipt.title", "Reference", receipt.Reference), "/"+p.nameOf(receipt)),
		Reference: receipt.Reference, Order: p.words.T("page.order.title", "Number", receipt.Number),
		When: moment(p.words, at), ISO: receipt.SubmittedAt.UTC().Format(time.RFC3339), Text: p.shown(receipt),
		TextLang: receipt.Language, TextDir: templates.Direction(receipt.Language), Mail: receipt.Email, Send: p.sendNext(receipt), Refund: p.refundNext(receipt),
		Address: returnAddress(p.shop), File: p.base + "/" + p.nameOf(receipt) + "/statement.txt" + p.query,
	}
	if receipt.Unsent {
		page.Mail = ""
	}
	if p.visit != nil && page.Mail != "" {
		page.Mail = maskedEmail(receipt.Email)
	}
	if p.visit != nil {
		page.Own, page.Masked = p.visit.path, receipt.Email != ""
	}
	return page
}

// sendNext says that the goods go back, and by when where the law has a day (Directive 2011/83/EU, Art. 14(1); SI 2013/3134, reg. 35).
func (p *place) sendNext(r withdrawals.Receipt) string {
	const key = "page.withdraw.next.send"
	if r.SendBackBy.IsZero() {
		return p.words.T(key + ".open")
	}
	return p.words.T(key, "Date", p.day(r, r.SendBackBy))
}

// refundDays is how long the reimbursement may take, in the Union and in Great Britain.
const refundDays = 14

// refundNext says when the money is due: 14 days after the statement (Directive 2011/83/EU, Art. 13), 14 days after the goods or the proof that
// they were sent, of which nobody knows the day yet (SI 2013/3134, reg. 34), or a day that another law sets.
func (p *place) refundNext(r withdrawals.Receipt) string {
	const key = "page.withdraw.next.refund"
	within := p.words.N("days.within", refundDays)
	switch {
	case r.RefundBy.IsZero():
		return p.words.T(key+".goods", "Within", within)
	case r.RefundRule == "", r.RefundRule == returns.RefundEU:
		return p.words.T(key, "Within", within, "Date", p.day(r, r.RefundBy))
	default:
		return p.words.T(key+".day", "Date", p.day(r, r.RefundBy))
	}
}

func (p *place) day(r withdrawals.Receipt, day calendar.Date) string {
	return p.words.Date(day.Noon(p.zone(r)))
}

// shown is the statement as the page may show it: behind a link without the whole address.
func (p *place) shown(r withdrawals.Receipt) string {
	if p.visit == nil || r.Email == "" {
		return r.Text
	}
	return strings.ReplaceAll(r.Text, r.Email, maskedEmail(r.Email))
}

// moment writes a time with its zone, so that it says the same wherever it is read.
func moment(words page.Words, at time.Time) string {
	zone := at.Location().String() + ", UTC" + at.Format("-07:00")
	if templates.Direction(words.Lang()) == "rtl" { // else a broken line would put its halves into the wrong places
		zone = "\u2066" + zone + "\u2069"
	}
	return words.T("page.withdraw.receipt.moment", "Moment", words.DateTime(at), "Zone", zone)
}

// saveReceipt gives the statement and its receipt as a file to keep.
func (h *handler) saveReceipt(w http.ResponseWriter, r *http.Request, p *place) {
	receipt, ok := h.receipt(w, r, p)
	if !ok {
		return
	}
	p.speak(h, r, receipt)
	words := p.words
	shown := p.shown(receipt)
	statement := []string{shown}
	if shown != receipt.Text {
		statement = append(statement, "", words.T("page.withdraw.receipt.masked_file"))
	}
	text := strings.Join([]string{
		p.shop.Name, words.T("page.withdraw.receipt.head"), "",
		words.T("page.withdraw.receipt.reference") + ": " + receipt.Reference,
		words.T("page.withdraw.receipt.at") + ": " + moment(words, receipt.SubmittedAt.In(p.zone(receipt))),
		"", words.T("page.withdraw.receipt.statement") + ":", "", strings.Join(statement, "\n"), "", words.T("page.withdraw.receipt.note"), "",
	}, "\n")
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Language", words.Lang())
	w.Header().Set("Content-Disposition", `attachment; filename="`+fileName(receipt.Reference)+`.txt"`)
	_, _ = w.Write([]byte(strings.ReplaceAll(text, "\n", "\r\n"))) // the reader is gone: nothing is left to do
}

// fileName keeps letters, digits and hyphens.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 && (r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return r
		}
		return -1
	}, s)
}
