// Package shopper serves the pages of a shopper: the order behind a signed link, its returns, the lookup of a lost link,
// and how to withdraw. Pages are rendered on the server and work without JavaScript. GET never changes anything.
package shopper

import (
	"cmp"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/web/page"
	"homeward/internal/web/upload"
)

const (
	maxBody = 64 << 10
	// patience is how long a page waits for the database before it says that it cannot be reached.
	patience = 8 * time.Second
)

// handler holds what the routes share.
type handler struct {
	Deps
	pages  *page.Renderer
	visits *limiter // lookups by network
	links  *limiter // lookups by what was asked for
	drafts drafts
	routes *http.ServeMux
}

// New gives the handler of GET /o/{token} and everything below it, GET /g/{code} and everything below it, /s/{shop}/gift, /s/{shop}/order, /s/{shop}/withdraw and everything below it, and
// the pages' style sheet under page.StaticPath.
func New(d Deps) (http.Handler, error) {
	d.Log = cmp.Or(d.Log, slog.Default())
	d.LookupPause = cmp.Or(d.LookupPause, 400*time.Millisecond)
	if d.Now == nil {
		d.Now = time.Now
	}
	pages, err := page.New(d.Config.PublicURL)
	if err != nil {
		return nil, err
	}
	drafts, err := newDrafts(d.Config.Secrets)
	if err != nil {
		return nil, err
	}
	h := &handler{Deps: d, pages: pages, drafts: drafts, visits: newLimiter(20, 15*time.Second), links: newLimiter(3, 10*time.Minute)}
	h.routes = http.NewServeMux()
	h.routes.Handle("GET "+page.StaticPath, pages.Static())
	h.routes.HandleFunc("GET /o/{token}", h.order(h.showOrder))
	h.returnRoutes("/o/{token}", h.order, func(next visited) visited { return next })
	for _, base := range []string{"/o/{token}/cases/{rma}", "/o/{token}/returns/{rma}"} { // the second is the older name of the same page
		h.caseRoutes(base, h.order)
		h.routes.HandleFunc("POST "+base+"/payout", h.order(h.agreePayout))
	}
	h.routes.HandleFunc("GET /o/{token}/cases/{rma}/change", h.order(h.showChange))
	h.routes.HandleFunc("POST /o/{token}/cases/{rma}/change/check", h.order(h.uploaded(h.checkChange)))
	h.routes.HandleFunc("POST /o/{token}/cases/{rma}/change", h.order(h.uploaded(h.changeReturn)))
	h.routes.HandleFunc("GET /o/{token}/delay", h.order(h.showDelay))
	h.routes.HandleFunc("POST /o/{token}/delay", h.order(h.answerDelay))
	h.routes.HandleFunc("POST /o/{token}/language", h.order(h.changeLanguage))
	h.routes.HandleFunc("GET /s/{shop}/order", h.shop(h.showLookup))
	h.routes.HandleFunc("POST /s/{shop}/order", h.shop(h.lookUp))
	h.fileRoutes()
	h.withdrawRoutes()
	h.claimRoutes()
	h.giftRoutes()
	h.routes.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) { h.missing(w, r, nil) })

	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.refuse(w, r, http.StatusForbidden) }))
	return pages.Secure(bound(sameSite(guard.Handler(h.routes)))), nil
}

// visited is a page behind a link.
type visited = func(http.ResponseWriter, *http.Request, *visit)

// returnRoutes are the form of a return, behind an order's link or a gift's code; live lets through who may ask for something new.
func (h *handler) returnRoutes(base string, open func(visited) http.HandlerFunc, live func(visited) visited) {
	h.routes.HandleFunc("GET "+base+"/returns/new", open(live(h.showReturnForm)))
	h.routes.HandleFunc("POST "+base+"/returns", open(live(h.uploaded(h.openReturn))))
	h.routes.HandleFunc("GET "+base+"/returns/check", open(h.backToForm))
	h.routes.HandleFunc("POST "+base+"/returns/check", open(live(h.uploaded(h.checkReturn))))
}

// caseRoutes are the page of a case and what both a buyer and the recipient of a gift can do there.
func (h *handler) caseRoutes(base string, open func(visited) http.HandlerFunc) {
	h.routes.HandleFunc("GET "+base, open(h.showCase))
	h.routes.HandleFunc("POST "+base+"/sent", open(h.markSent))
	h.routes.HandleFunc("POST "+base+"/cancel", open(h.callOff))
	h.routes.HandleFunc("POST "+base+"/proof", open(h.prove))
	h.routes.HandleFunc("POST "+base+"/method", open(h.chooseMethod))
	h.routes.HandleFunc("POST "+base+"/appeal", open(h.objectTo))
	h.routes.HandleFunc("POST "+base+"/reply", open(h.replyTo))
}

// bound keeps a request small and short. A statement of withdrawal may be longer, a
// claim brings photos, and both outlive their connection.
func bound(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, most := r.Context(), int64(maxBody)
		if statutory(r) {
			ctx, most = context.WithoutCancel(ctx), maxStatement
		}
		wait := patience
		if claiming(r) {
			ctx = context.WithoutCancel(ctx)
		}
		if claiming(r) || (upload.Is(r) && (strings.HasPrefix(r.URL.Path, "/o/") || strings.HasPrefix(r.URL.Path, "/g/"))) {
			most, wait = upload.MaxBody, upload.Patience
			upload.Allow(w)
		}
		ctx, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// sameSite lets the forms of browsers without Sec-Fetch-Site through: our own Referrer-Policy makes them send
// "Origin: null". Nothing is given away by it, because a foreign page cannot know the token that stands in the address.
func sameSite(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
			r = r.Clone(r.Context())
			r.Header.Del("Origin")
		}
		next.ServeHTTP(w, r)
	})
}

// shop finds the shop of the address.
func (h *handler) shop(next func(http.ResponseWriter, *http.Request, *config.Shop)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		shop, ok := h.Config.Shop(r.PathValue("shop"))
		if !ok {
			h.missing(w, r, nil)
			return
		}
		next(w, r, shop)
	}
}

// frame makes what every page of a shop has; shop may be nil.
func (h *handler) frame(shop *config.Shop, words page.Words, title string) page.Frame {
	f := page.Frame{Words: words, Title: title, Brand: page.NewBrand("")}
	if shop != nil {
		f.ShopName, f.Email, f.Brand = shop.Name, shop.Brand.ReplyTo, page.NewBrand(shop.Brand.Color)
		f.Withdraw = "/s/" + shop.ID + "/withdraw?lang=" + words.Lang()
		f.WithdrawToo = h.official(shop, words, "page.help.withdraw")
	}
	return f
}

// render sends a page. What cannot be rendered is our fault and is logged.
func (h *handler) render(w http.ResponseWriter, r *http.Request, status int, name string, p page.Page) {
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", "120")
	}
	if err := h.pages.Render(w, status, name, p); err != nil {
		h.Log.ErrorContext(r.Context(), "page not rendered", "page", name, "error", err.Error())
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
	}
}

// complain logs a failure by its code; its text may hold what a shopper wrote.
func (h *handler) complain(r *http.Request, what string, err error) {
	h.Log.ErrorContext(r.Context(), what, "code", fault.Code(err))
}
