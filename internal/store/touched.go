package store

import (
	"context"
	"maps"
	"slices"
)

// Touched is what a transaction changed of which something may follow: terms, and events for the shop's own systems.
type Touched struct {
	Orders     map[string]Order     // as they were written
	Cases      map[string]CaseTouch // by id
	Refunds    map[string]bool      // ids
	Statements map[string]bool      // ids of withdrawals
}

// CaseTouch says how a case was changed.
type CaseTouch struct {
	Opened  bool
	Moved   bool // into another state
	Changed bool // its shopper asks for something else: CaseChanged stands in its log
}

// CaseChanged is the step of a case's log that says that its shopper asks for something else.
const CaseChanged = "changed"

// Follower hears, inside a transaction and at its end, of what it touched, and does what follows. It gives the tasks of work
// that became due; its error undoes the transaction.
type Follower func(ctx context.Context, tx *Tx, touched Touched) ([]Task, error)

// Follow sets who hears of every transaction, and who rings the bell for what the follower made due. So what must always
// follow from a move follows from every move, whoever made it. Call it before the first Write.
func (db *DB) Follow(follow Follower, ring func(ctx context.Context, tasks ...Task)) {
	db.follow, db.ring = follow, ring
}

// followed runs fn and lets the follower do its part in the same transaction.
func (db *DB) followed(ctx context.Context, fn func(tx *Tx) error) error {
	var tasks []Task
	err := db.engine.write(ctx, func(tx *Tx) error {
		tx.touched = new(Touched)
		if err := fn(tx); err != nil {
			return err
		}
		var err error
		tasks, err = db.tellFollower(ctx, tx)
		return err
	})
	if err == nil && len(tasks) > 0 && db.ring != nil {
		db.ring(ctx, tasks...)
	}
	return err
}

func (db *DB) tellFollower(ctx context.Context, tx *Tx) ([]Task, error) {
	touched := *tx.touched
	tx.touched = nil // what the follower does is not followed
	if touched.none() {
		return nil, nil
	}
	return db.follow(ctx, tx, touched)
}

func (t *Touched) none() bool {
	return len(t.Orders) == 0 && len(t.Cases) == 0 && len(t.Refunds) == 0 && len(t.Statements) == 0
}

// CaseIDs gives the cases in an order that is the same for everybody, so that two transactions cannot wait for each other.
func (t *Touched) CaseIDs() []string { return slices.Sorted(maps.Keys(t.Cases)) }

// TouchCase adds a case that a change concerns without naming it.
func (t *Touched) TouchCase(id string) {
	if t.Cases == nil {
		t.Cases = map[string]CaseTouch{}
	}
	if _, there := t.Cases[id]; !there {
		t.Cases[id] = CaseTouch{}
	}
}

// TouchStatement adds a statement that a change concerns without naming it.
func (t *Touched) TouchStatement(id string) { t.Statements = mark(t.Statements, id) }

func (tx *Tx) touchOrder(o Order) {
	if tx.touched == nil {
		return
	}
	if tx.touched.Orders == nil {
		tx.touched.Orders = map[string]Order{}
	}
	tx.touched.Orders[o.ID] = o
}

func (tx *Tx) touchCase(id string, how CaseTouch) {
	if tx.touched == nil || id == "" {
		return
	}
	if tx.touched.Cases == nil {
		tx.touched.Cases = map[string]CaseTouch{}
	}
	was := tx.touched.Cases[id]
	tx.touched.Cases[id] = CaseTouch{Opened: was.Opened || how.Opened, Moved: was.Moved || how.Moved, Changed: was.Changed || how.Changed}
}

func (tx *Tx) touchRefund(f Refund) {
	if tx.touched == nil {
		return
	}
	tx.touched.Refunds = mark(tx.touched.Refunds, f.ID)
	tx.touchCase(f.CaseID, CaseTouch{})
}

func (tx *Tx) touchStatement(id string) {
	if tx.touched != nil {
		tx.touched.Statements = mark(tx.touched.Statements, id)
	}
}

func mark(set map[string]bool, id string) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[id] = true
	return set
}

// caseMoves tells, before a case is written, whether its state changes.
func (tx *Tx) caseMoves(ctx context.Context, c Case) bool {
	if tx.touched == nil {
		return false
	}
	was, err := first(ctx, tx.q, value[string], "SELECT state FROM cases WHERE id = $1", c.ID)
	return err == nil && was != string(c.State)
}
