package shopper

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"homeward/internal/config"
	"homeward/internal/link"
	"homeward/internal/store"
	"homeward/internal/web/page"
)

// visit is a request for an order behind a valid link.
type visit struct {
	order store.Order // behind a gift's code as cases.AsGift has it: what its recipient may not know is not there
	whole store.Order // for the rules: pages are made of order alone
	gift  *store.Gift // that its recipient asks with; nil for the buyer
	shop  *config.Shop
	words page.Words
	zone  *time.Location
	now   time.Time
	path  string       // of the order page: "/o/{token}"; of a gift's: "/g/{code}"
	delay *store.Delay // the notice of delay that can be answered; nil without one, and where it was not asked for
}

// order opens the link of the address and gives its order to next, or says why it does not.
func (h *handler) order(next func(http.ResponseWriter, *http.Request, *visit)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token := r.PathValue("token")
		claim, err := h.Signer.Parse(token, h.Now())
		shop, known := h.Config.Shop(claim.Shop)
		if errors.Is(err, link.ErrInvalid) || !known {
			h.missing(w, r, nil)
			return
		}
		order, failed := h.Store.Order(r.Context(), claim.OrderID)
		switch {
		case errors.Is(failed, store.ErrNotFound), failed == nil && (order.Shop != shop.ID || order.LinkEpoch != claim.Epoch):
			h.missing(w, r, shop)
		case failed != nil:
			h.complain(r, "order not read", failed)
			h.down(w, r, shop, h.spoken(r, shop))
		case err != nil:
			h.expired(w, r, shop, order)
		default:
			next(w, r, h.visit(shop, order, token))
		}
	}
}

func (h *handler) visit(shop *config.Shop, order store.Order, token string) *visit {
	zone, err := time.LoadLocation(order.TimeZone)
	if err != nil || order.TimeZone == "" {
		zone = shop.Zone
	}
	if zone == nil {
		zone = time.UTC
	}
	return &visit{
		order: order, whole: order, shop: shop, zone: zone, now: h.Now(), path: "/o/" + token,
		words: h.wordsOf(shop, order, zone),
	}
}

// wordsOf gives the language of an order, with the terms of its consumer's law.
func (h *handler) wordsOf(shop *config.Shop, order store.Order, zone *time.Location) page.Words {
	return h.Words(order.Language, order.Region, zone).Under(cmp.Or(order.State.Order.ShipTo.Country, shop.Country))
}

// frame makes the frame of a page behind a link. back is the part below the order page that a change of language leads
// back to.
func (h *handler) visitFrame(v *visit, title, back string) page.Frame {
	f := h.frame(v.shop, v.words, title)
	f.Home, f.Private, f.Back, f.SpeakTo = v.path, true, back, v.path+"/language"
	f.Subject = v.words.T("page.contact.subject", "Number", v.order.State.Order.Number)
	f.Withdraw = v.path + "/withdraw"
	if v.gift != nil { // the contract is the buyer's
		f.HomeText, f.Subject, f.Withdraw, f.WithdrawToo = v.words.T("page.gift.back"), "", "", nil
	}
	for _, lang := range v.shop.Languages {
		f.Speak = append(f.Speak, page.Language{Code: lang, Name: h.nameOf(lang), Here: lang == v.words.Lang()})
	}
	return f
}

// changeLanguage fixes the language of the order's pages and messages; of a gift's pages, behind its code.
func (h *handler) changeLanguage(w http.ResponseWriter, r *http.Request, v *visit) {
	if err := r.ParseForm(); err != nil {
		h.refuse(w, r, http.StatusRequestEntityTooLarge)
		return
	}
	lang := r.PostForm.Get("language")
	if !contains(v.shop.Languages, lang) {
		h.refuse(w, r, http.StatusUnprocessableEntity)
		return
	}
	if err := h.setLanguage(r.Context(), v, lang); err != nil {
		h.complain(r, "language not kept", err)
		h.down(w, r, v.shop, v.words)
		return
	}
	back := r.PostForm.Get("back")
	if !backPath.MatchString(back) {
		back = ""
	}
	http.Redirect(w, r, v.path+back, http.StatusSeeOther) //nolint:gosec // a path of this page, of a fixed form
}

// setLanguage tries again when a fold came between.
func (h *handler) setLanguage(ctx context.Context, v *visit, lang string) error {
	if v.gift != nil {
		return h.Store.SetGiftLanguage(ctx, v.gift.ID, lang)
	}
	var err error
	for range 5 {
		if err = h.Store.SetLanguage(ctx, v.order.ID, lang); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return err
}
