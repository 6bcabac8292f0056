// Package ops is the staff console under /ops/: rooms for what waits for a person (events, messages, returns, refunds),
// search, one order's whole story, and the dashboard of the queues.
//
// It is server-rendered and needs no JavaScript. Every page but the login and its style sheet stands behind a form login;
// a GET changes nothing; every POST is refused when it comes from another site, checks the role, checks that the row is
// still as the form showed it, writes who did what into the audit, and answers 303. So a button pressed twice acts once.
package ops

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// Queue rings the bell for work that became due. It answers nothing: what does not get through, the sweep makes up.
type Queue interface {
	Enqueue(ctx context.Context, tasks ...store.Task)
}

// Cases moves returns. Words go to the shopper as they stand; actor is "staff:<name>". Receive's items are the units that
// came back. An error is a *fault.Error with a sentence for staff, or store.ErrConflict when somebody was faster.
type Cases interface {
	Approve(ctx context.Context, c store.Case, actor, words string) (store.Case, error)
	Reject(ctx context.Context, c store.Case, actor, words string) (store.Case, error)
	Receive(ctx context.Context, c store.Case, items []returns.Item, actor string) (store.Case, error)
	CallOff(ctx context.Context, c store.Case, actor string) (store.Case, error)
}

// Links sends a shopper a fresh link to an order's page, to the address on the order.
type Links interface {
	SendLink(ctx context.Context, order store.Order) error
}

// Deps is what the console stands on. Every field but Queues, ClientIP and Log is needed.
type Deps struct {
	Store *store.DB
	Queue Queue
	Cases Cases
	Links Links
	// Users are those of config.Ops. Whoever is taken out, or whose password changes, is signed out at once.
	Users []config.User
	// Shop gives a shop by its id: (*config.Config).Shop.
	Shop func(id string) (*config.Shop, bool)
	// PublicURL decides about the cookie: Secure and __Host- under https.
	PublicURL string
	// Queues is the asynq dashboard, made for the root path /ops/queues; nil shows a page that says it is not here.
	Queues http.Handler
	// ClientIP tells whose attempts to sign in are counted; nil takes the connection's address.
	ClientIP func(*http.Request) string
	Now      func() time.Time
	Log      *slog.Logger
}

// New gives the console: it serves everything under /ops/.
func New(deps Deps) http.Handler { panic("ops: not yet") }
