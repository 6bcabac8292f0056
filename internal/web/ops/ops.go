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
	"net/url"
	"strings"
	"time"

	"golang.org/x/crypto/bcrypt"

	"homeward/internal/config"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// Queue rings the bell for work that became due. It answers nothing: what does not get through, the sweep makes up.
type Queue interface {
	Enqueue(ctx context.Context, tasks ...store.Task)
}

// Cases moves returns. Words go to the shopper as they stand; actor is "staff:<name>". Receive's items are the units that
// came back. An error is a *fault.Error with a sentence for staff, or store.ErrConflict when somebody was faster.
type Cases interface { //nolint:interfacebloat // what staff can do with a case, one method each
	Approve(ctx context.Context, c store.Case, actor, words string) (store.Case, error)
	Reject(ctx context.Context, c store.Case, actor, words string) (store.Case, error)
	Receive(ctx context.Context, c store.Case, items []returns.Item, actor string) (store.Case, error)
	CallOff(ctx context.Context, c store.Case, actor string) (store.Case, error)
	End(ctx context.Context, c store.Case, actor, note string) (store.Case, error)
	Inspect(ctx context.Context, c store.Case, found []returns.Inspection, actor string, photos ...string) (store.Case, error)
	AnswerAppeal(ctx context.Context, c store.Case, inspectionID string, now returns.Inspection, actor string) (store.Case, error)
	Write(ctx context.Context, c store.Case, words, actor string) error
	MarkRead(ctx context.Context, c store.Case, actor string) error
	SayInformed(ctx context.Context, c store.Case, actor, note string) error
	ProofOfDispatch(ctx context.Context, c store.Case, actor, note string) error
	DoubtProof(ctx context.Context, c store.Case, actor, note string) error
	PayWithoutGoods(ctx context.Context, c store.Case, actor, note string) (store.Case, error)
	Fulfil(ctx context.Context, c store.Case, actor, note string) (store.Case, error)
	Price(ctx context.Context, c store.Case, prices map[int]int64, actor string) (store.Case, error)
	// GivePostage gives back what the shopper paid for the way back; proven says that staff saw a receipt.
	GivePostage(ctx context.Context, c store.Case, amount int64, proven bool, actor string) (store.Case, error)
	Release(ctx context.Context, tx *store.Tx, row store.Refund, actor string) ([]store.Task, error)
	CancelOrder(ctx context.Context, tx *store.Tx, order store.Order, by string) ([]store.Task, error)
	PaidOtherwise(ctx context.Context, tx *store.Tx, refundID, actor, note string) ([]store.Task, error)
	NotCollected(ctx context.Context, tx *store.Tx, refundID string) ([]store.Task, error)
}

// Files keeps what staff upload and gives back what is kept: *uploads.Desk.
type Files interface {
	upload.Keeper
	Bytes(ctx context.Context, f store.File) ([]byte, error)
}

// Links sends a shopper a fresh link to an order's page, to the address on the order; once when two ask at the same moment.
type Links interface {
	SendLink(ctx context.Context, order store.Order) error
}

// Deps is what the console stands on. Every field is needed unless it says what nil means.
type Deps struct {
	Store *store.DB
	Queue Queue
	Cases Cases
	Links Links
	// Withdrawals records statements that came by letter or mail.
	Withdrawals Withdrawals
	// Claims answers claims.
	Claims Claims
	// Files keeps what shoppers and staff upload; nil: nothing is shown, and nothing can be uploaded.
	Files Files
	// Shops are the ids of the configured shops, in their order.
	Shops []string
	// Users are those of config.Ops. Whoever is taken out, or whose password changes, is signed out at once.
	Users []config.User
	// Shop gives a shop by its id: (*config.Config).Shop.
	Shop func(id string) (*config.Shop, bool)
	// PublicURL decides about the cookie: Secure and __Host- under https.
	PublicURL string
	// Queues is the asynq dashboard, made for the root path /ops/queues; nil shows a page that says it is not here.
	Queues http.Handler
	// QueuesReadOnly is the same dashboard without its buttons, for viewers and agents; nil uses Queues.
	QueuesReadOnly http.Handler
	Now            func() time.Time // nil is time.Now
	Log            *slog.Logger     // nil drops
}

// console is the handler's state.
type console struct {
	Deps
	users    map[string]config.User
	dummy    []byte // a hash that no password matches, compared for unknown names
	attempts *attempts
	hashing  chan struct{} // bounds how many passwords are compared at once
	secure   bool
	pages    pages
}

// New gives the console: it serves everything under /ops/. It panics when a user's password hash is not bcrypt, which the
// configuration's checks prevent.
func New(deps Deps) http.Handler {
	c := &console{
		Deps:     deps,
		users:    map[string]config.User{},
		attempts: newAttempts(),
		hashing:  make(chan struct{}, 2),
		secure:   strings.HasPrefix(deps.PublicURL, "https://"),
		pages:    loadPages(),
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.QueuesReadOnly == nil {
		c.QueuesReadOnly = c.Queues
	}
	for _, u := range deps.Users {
		c.users[u.Name] = u
	}
	c.dummy = dummyHash(deps.Users)
	return c.headers(c.sameSite().Handler(c.routes()))
}

// dummyHash gives a hash of the highest cost among the users', so that an unknown name takes as long as a known one.
func dummyHash(users []config.User) []byte {
	cost := bcrypt.MinCost
	for _, u := range users {
		n, err := bcrypt.Cost([]byte(u.PasswordHash))
		if err != nil {
			panic("ops: the password hash of user " + u.Name + " is not bcrypt")
		}
		cost = max(cost, n)
	}
	hash, err := bcrypt.GenerateFromPassword([]byte(newToken()), cost)
	if err != nil {
		panic(err) // the cost is one that bcrypt itself gave
	}
	return hash
}

// sameSite refuses every request that changes something and comes from another site.
func (c *console) sameSite() *http.CrossOriginProtection {
	p := http.NewCrossOriginProtection()
	if u, err := url.Parse(c.PublicURL); err == nil && u.Host != "" {
		_ = p.AddTrustedOrigin(u.Scheme + "://" + u.Host) // our own address, also when a proxy rewrites Host
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, r, visit{now: c.Now()}, http.StatusForbidden, "This request came from another site",
			"Homeward did nothing. Open the console itself and try again there.")
	}))
	return p
}
