package ops

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// role is what a user may do: each includes the ones before it.
type role int

const (
	nobody role = iota
	viewer      // reads, without shoppers' addresses and webhooks' bodies
	agent       // mends
	admin       // also acts in the dashboard of the queues
)

// roleOf reads a role of the configuration; an unknown word may do nothing.
func roleOf(name string) role {
	switch name {
	case "viewer":
		return viewer
	case "agent":
		return agent
	case "admin":
		return admin
	default:
		return nobody
	}
}

// visit is one request of a member of staff.
type visit struct {
	user config.User
	role role
	now  time.Time

	again *again // a form that did nothing and is shown again
}

// actor names the member of staff in a case's log.
func (v visit) actor() string { return "staff:" + v.user.Name }

// handler serves a signed-in request. What it returns goes to [console.answer].
type handler func(w http.ResponseWriter, r *http.Request, v visit) error

// route is a pattern, the least role it needs, and its handler.
type route struct {
	pattern string
	need    role
	serve   handler
}

func (c *console) table() []route {
	return slices.Concat(c.frameRoutes(), c.workRoutes(), c.caseRoutes(), c.refundRoutes(), c.orderRoutes())
}

func (c *console) frameRoutes() []route {
	return []route{
		{"GET /ops/{$}", viewer, c.overview},
		{"POST /ops/logout", viewer, c.logout},
		{"/ops/queues/", viewer, c.queues},
		{"/ops/", viewer, c.nothingHere},
	}
}

// workRoutes are the rooms of events, messages, deadlines and calls.
func (c *console) workRoutes() []route {
	return []route{
		{"GET /ops/events", viewer, c.events},
		{"GET /ops/events/{id}", viewer, c.event},
		{"POST /ops/events/{id}/apply", agent, c.applyEvent},
		{"POST /ops/events/{id}/ignore", agent, c.ignoreEvent},
		{"GET /ops/messages", viewer, c.messages},
		{"GET /ops/messages/{id}", viewer, c.message},
		{"GET /ops/messages/{id}/send", agent, c.confirmSend},
		{"POST /ops/messages/{id}/send", agent, c.sendMessage},
		{"POST /ops/messages/{id}/sent", agent, c.markSent},
		{"POST /ops/messages/{id}/dismiss", agent, c.dismissMessage},
		{"GET /ops/deadlines", viewer, c.deadlines},
		{"POST /ops/deadlines/{id}/done", agent, c.doneDeadline},
		{"POST /ops/deadlines/{id}/cancel", agent, c.cancelUnshipped},
		{"POST /ops/deadlines/{id}/delay", agent, c.announceDelay},
		{"GET /ops/calls", viewer, c.calls},
		{"POST /ops/calls/{id}/retry", agent, c.retryCall},
		{"POST /ops/calls/{id}/dismiss", agent, c.dismissCall},
	}
}

// caseRoutes are the rooms of returns, claims and withdrawals, and what belongs to them.
func (c *console) caseRoutes() []route {
	return []route{
		{"GET /ops/returns", viewer, c.returns},
		{"GET /ops/returns/{id}", viewer, c.oneReturn},
		{"POST /ops/returns/{id}/approve", agent, c.approveReturn},
		{"POST /ops/returns/{id}/reject", agent, c.rejectReturn},
		{"POST /ops/returns/{id}/receive", agent, c.receiveReturn},
		{"POST /ops/returns/{id}/calloff", agent, c.callOffReturn},
		{"POST /ops/returns/{id}/end", agent, c.endReturn},
		{"POST /ops/returns/{id}/proof", agent, c.proveDispatch},
		{"POST /ops/returns/{id}/doubt", agent, c.doubtProof},
		{"POST /ops/returns/{id}/pay", agent, c.payWithoutGoods},
		{"POST /ops/returns/{id}/fulfil", agent, c.fulfilReturn},
		{"POST /ops/returns/{id}/postage", agent, c.givePostage},
		{"POST /ops/returns/{id}/price", agent, c.priceExchange},
		{"POST /ops/returns/{id}/inspect", agent, c.inspectReturn},
		{"POST /ops/returns/{id}/appeals/{inspection}", agent, c.answerAppeal},
		{"POST /ops/returns/{id}/write", agent, c.writeShopper},
		{"POST /ops/returns/{id}/read", agent, c.readShopper},
		{"POST /ops/returns/{id}/informed", agent, c.sayInformed},
		{"GET /ops/claims", viewer, c.claims},
		{"POST /ops/claims", agent, c.enterClaim},
		{"GET /ops/claims/{id}", viewer, c.oneClaim},
		{"POST /ops/claims/{id}/grant", agent, c.grantClaim},
		{"POST /ops/claims/{id}/refuse", agent, c.refuseClaim},
		{"POST /ops/claims/{id}/extend", agent, c.extendClaim},
		{"POST /ops/claims/{id}/reduce", agent, c.reduceClaim},
		{"POST /ops/claims/{id}/fulfil", agent, c.fulfilClaim},
		{"POST /ops/claims/{id}/see", agent, c.seeClaim},
		{"GET /ops/withdrawals", viewer, c.withdrawals},
		{"POST /ops/withdrawals", agent, c.enterWithdrawal},
		{"GET /ops/withdrawals/{id}", viewer, c.oneWithdrawal},
		{"POST /ops/withdrawals/{id}/resolve", agent, c.resolveWithdrawal},
		{"POST /ops/withdrawals/{id}/see", agent, c.seeWithdrawal},
		{"GET /ops/files/{id}", agent, c.file},
		{"POST /ops/labels/{id}/retry", agent, c.retryLabel},
	}
}

func (c *console) refundRoutes() []route {
	return []route{
		{"GET /ops/refunds", viewer, c.refunds},
		{"GET /ops/refunds/{id}", viewer, c.refund},
		{"POST /ops/refunds/{id}/retry", agent, c.retryRefund},
		{"POST /ops/refunds/{id}/look", agent, c.lookRefund},
		{"POST /ops/refunds/{id}/settle", agent, c.settleRefund},
		{"POST /ops/refunds/{id}/release", agent, c.releaseRefund},
		{"POST /ops/refunds/{id}/dismiss", agent, c.dismissRefund},
	}
}

func (c *console) orderRoutes() []route {
	return []route{
		{"GET /ops/search", viewer, c.search},
		{"GET /ops/orders/{id}", viewer, c.order},
		{"POST /ops/orders/{id}/link", agent, c.sendLink},
		{"POST /ops/orders/{id}/revoke", agent, c.revokeLinks},
	}
}

func (c *console) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+c.pages.stylePath, c.style)
	mux.HandleFunc("GET /ops/login", c.loginPage)
	mux.HandleFunc("POST /ops/login", c.login)
	for _, r := range c.table() {
		mux.Handle(r.pattern, c.guard(r.need, r.serve))
	}
	return mux
}

// guard lets a signed-in user of enough rights through.
func (c *console) guard(need role, serve handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := c.visitor(r)
		switch {
		case errors.Is(err, store.ErrNotFound):
			c.askToSignIn(w, r)
		case err != nil:
			c.answer(w, r, v, err)
		case v.role < need:
			c.fail(w, r, v, http.StatusForbidden, "Your role does not allow this",
				"You are signed in as "+v.user.Name+" ("+v.user.Role+"). Ask somebody whose role allows it.")
		default:
			r.Body = http.MaxBytesReader(w, r.Body, c.mostOf(w, r))
			if err := c.fitting(serve)(w, r, v); err != nil {
				c.answer(w, r, v, err)
			}
		}
	})
}

// fitting shows a form again that holds more than its fields take, and does nothing of it. Forms that enter something new, and those with
// photos, are read and looked at by their handlers.
func (c *console) fitting(serve handler) handler {
	return func(w http.ResponseWriter, r *http.Request, v visit) error {
		room, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/ops/"), "/")
		if !strings.HasPrefix(r.Pattern, http.MethodPost) || r.PathValue("id") == "" || uploading[r.Pattern] {
			return serve(w, r, v)
		}
		if err := r.ParseForm(); err != nil {
			return err
		}
		_ = r.PostFormValue("seen") // reads a form of the other kind
		if field, problem := tooLong(r); problem != "" && c.pageOf(room) != nil {
			return c.showAgain(w, r, v, room, r.PathValue("id"), again{Status: http.StatusUnprocessableEntity, Problem: problem, Field: field})
		}
		return serve(w, r, v)
	}
}

// uploading are the forms that may send photos.
var uploading = map[string]bool{"POST /ops/returns/{id}/inspect": true}

// mostForm is how much a form without photos may send, in bytes.
const mostForm = 1 << 20

// mostOf gives how much a form may send, in bytes, and a form with photos the time that it takes.
func (c *console) mostOf(w http.ResponseWriter, r *http.Request) int64 {
	if !uploading[r.Pattern] || !upload.Is(r) {
		return mostForm
	}
	upload.Allow(w)
	return upload.MaxBody
}

func (c *console) nothingHere(http.ResponseWriter, *http.Request, visit) error {
	return store.ErrNotFound
}
