package store

import (
	"context"
	"database/sql"
	"fmt"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"homeward/internal/fault"
)

const (
	// maxBatch is how many units share one commit at most.
	maxBatch = 128
	// gap is how far apart commits begin while there is little for each. A commit writes every page that it touched, and
	// nearly all touch the same ones: half as many commits write half as much. A lone caller never waits for it.
	gap = 3 * time.Millisecond
	// lately is how many lone commits after one with company still wait.
	lately = 16
	// enough units make a commit worth its while at once.
	enough = 16
)

// writer owns SQLite's one writing connection. Units queue; the writer takes what is there, runs each in its own SAVEPOINT
// inside one transaction, commits once, then answers everybody: one fsync for many callers, and nobody's error undoes
// his neighbours.
type writer struct {
	conn    *sql.Conn
	cached  *statements
	q       querier // cached, deaf to the callers' contexts
	queue   chan *unit
	once    sync.Once
	quit    chan struct{} // closed: take no more
	stopped chan struct{} // closed: the writer is gone
	// committed hears of every commit.
	committed func()
	began     time.Time // when the newest commit began
	company   int       // for how many commits more it is worth waiting for company
}

// unit is one caller's work.
type unit struct {
	run   func(q querier) error
	bare  bool         // changes one statement at most, which SQLite undoes by itself: needs no SAVEPOINT
	taken atomic.Int32 // who decides about it: nobody yet, the writer, or its caller who gave up
	err   error
	done  chan struct{}
}

const (
	byWriter int32 = 1
	byCaller int32 = 2
)

var errClosed = fault.New(fault.Later, codeUnavailable, "The database is being closed.", nil)

func startWriter(conn *sql.Conn, committed func()) *writer {
	cached := newStatements(conn)
	w := &writer{
		conn: conn, cached: cached, q: deaf{cached}, queue: make(chan *unit, maxBatch),
		quit: make(chan struct{}), stopped: make(chan struct{}), committed: committed,
	}
	go w.loop()
	return w
}

// do queues a unit and waits for the commit that holds it. When ctx ends before the unit began, it never runs and do gives
// ctx's error; after that do gives the true result, however long it takes.
func (w *writer) do(ctx context.Context, bare bool, run func(q querier) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	u := &unit{run: run, bare: bare, done: make(chan struct{})}
	select {
	case w.queue <- u:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.quit:
		return errClosed
	}
	select {
	case <-u.done:
		return u.err
	case <-ctx.Done():
		if u.taken.CompareAndSwap(0, byCaller) {
			return ctx.Err()
		}
	case <-w.stopped:
	}
	select {
	case <-u.done:
		return u.err
	case <-w.stopped:
	}
	select { // both may be ready
	case <-u.done:
		return u.err
	default:
		return errClosed
	}
}

// stop lets the writer finish what is queued and waits for its end.
func (w *writer) stop() {
	w.once.Do(func() { close(w.quit) })
	<-w.stopped
}

func (w *writer) loop() {
	var batch []*unit
	orderly := false
	defer func() {
		if orderly {
			return
		}
		// A unit ended this goroutine (runtime.Goexit, as t.Fatal does): the next one goes on.
		w.rollback()
		answer(batch, errAborted)
		go w.loop()
	}()
	for {
		if batch = w.next(batch[:0]); len(batch) == 0 {
			break
		}
		w.commit(batch)
	}
	orderly = true
	w.cached.close()
	_ = w.conn.Close()
	close(w.stopped)
}

var errAborted = fault.New(fault.Later, codeFailed, "A write ended without an answer; it was undone.", nil)

// next waits for work and takes what is there; nothing when the writer shall end.
func (w *writer) next(batch []*unit) []*unit {
	select {
	case u := <-w.queue:
		batch = append(batch, u)
	case <-w.quit:
	}
	batch = w.gather(batch)
	// Whoever is about to ask gets a turn first, as long as more keep coming: a commit costs the same for one as for many.
	for there := 0; len(batch) > there && len(batch) < maxBatch; {
		there = len(batch)
		runtime.Gosched()
		batch = w.drain(batch)
	}
	return batch
}

// gather waits for company until the gap since the last commit is over, where there was company lately.
func (w *writer) gather(batch []*unit) []*unit {
	rest := gap - time.Since(w.began)
	if len(batch) == 0 || rest <= 0 || w.company == 0 {
		return batch
	}
	over := time.NewTimer(rest)
	defer over.Stop()
	for len(batch) < enough {
		select {
		case u := <-w.queue:
			batch = append(batch, u)
		case <-over.C:
			return batch
		case <-w.quit:
			return batch
		}
	}
	return batch
}

// drain takes what is there.
func (w *writer) drain(batch []*unit) []*unit {
	for len(batch) < maxBatch {
		select {
		case u := <-w.queue:
			batch = append(batch, u)
		default:
			return batch
		}
	}
	return batch
}

// commit runs a batch in one transaction and answers its callers.
func (w *writer) commit(batch []*unit) {
	w.began, w.company = time.Now(), max(0, w.company-1)
	if len(batch) > 1 {
		w.company = lately
	}
	live := batch[:0:len(batch)]
	for _, u := range batch {
		if u.taken.CompareAndSwap(0, byWriter) {
			live = append(live, u)
		}
	}
	if len(live) == 0 {
		return
	}
	if err := w.transact(live); err != nil {
		w.rollback()
		answer(live, failure(err))
		return
	}
	answer(live, nil)
	w.committed()
}

// answer tells every caller his result; a failure of the whole batch is everybody's.
func answer(batch []*unit, failed error) {
	for _, u := range batch {
		select {
		case <-u.done: // answered before
			continue
		default:
		}
		if failed != nil {
			u.err = failed
		}
		close(u.done)
	}
}

// transact gives an error when the transaction as a whole was lost; the units' own errors stay with them.
func (w *writer) transact(batch []*unit) error {
	if err := w.control("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, u := range batch {
		if err := w.unit(u); err != nil {
			return err
		}
	}
	return w.control("COMMIT")
}

// unit runs one unit. Its error undoes only itself, unless SQLite may have undone everything.
func (w *writer) unit(u *unit) error {
	if u.bare {
		u.err = guarded(u.run, w.q)
		return lost(u.err)
	}
	if err := w.control("SAVEPOINT unit"); err != nil {
		return err
	}
	if u.err = guarded(u.run, w.q); u.err == nil {
		return w.control("RELEASE unit")
	}
	if err := lost(u.err); err != nil {
		return err
	}
	if err := w.control("ROLLBACK TO unit"); err != nil {
		return err
	}
	return w.control("RELEASE unit")
}

// lost gives err when SQLite may have rolled back the whole transaction because of it.
func lost(err error) error {
	if code, ok := sqliteCode(err); ok && breaksTransaction(code) {
		return err
	}
	return nil
}

// guarded runs fn and makes an error of its panic, so that the writer lives on. The panic's value may quote data and stays
// inside.
func guarded(fn func(q querier) error, q querier) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fault.New(fault.Later, "internal", "Something inside Homeward failed; it will be tried again.",
				fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
		}
	}()
	return fn(q)
}

func (w *writer) control(query string) error {
	_, err := w.q.ExecContext(context.Background(), query)
	return err
}

// rollback ends the transaction, if SQLite has not done so itself.
func (w *writer) rollback() {
	_, _ = w.conn.ExecContext(context.Background(), "ROLLBACK")
}

// deaf runs queries without the caller's context: its end would make SQLite interrupt the statement, and with it roll back
// the transaction of everybody in the batch.
type deaf struct{ q querier }

func (d deaf) ExecContext(_ context.Context, query string, args ...any) (sql.Result, error) {
	return d.q.ExecContext(context.Background(), query, args...)
}

func (d deaf) QueryContext(_ context.Context, query string, args ...any) (*sql.Rows, error) {
	return d.q.QueryContext(context.Background(), query, args...)
}
