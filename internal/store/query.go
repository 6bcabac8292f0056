package store

import (
	"context"
	"database/sql"
	"sync"
)

// querier is what a query runs on: a pool, or one connection inside a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Reads are the questions one can ask, of the database or inside a transaction.
type Reads struct {
	q querier
}

// Tx is one transaction's writes and reads. On SQLite it is a SAVEPOINT in a group commit: keep it short, call nothing
// outside, and do not call Write of the same database in it.
type Tx struct {
	Reads
	// lock makes transactions that name the same key wait for each other, until they end. SQLite's one writer needs none.
	lock func(ctx context.Context, key string) error
	// touched is what the transaction changed; nil while nobody follows.
	touched *Touched
}

// row is what a scan function reads from.
type row interface {
	Scan(dest ...any) error
}

// list gives every row of a query.
func list[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, clean(args)...)
	if err != nil {
		return nil, failure(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, failure(err)
		}
		all = append(all, one)
	}
	return all, failure(rows.Err())
}

// first gives the first row of a query, or ErrNotFound.
func first[T any](ctx context.Context, q querier, scan func(row) (T, error), query string, args ...any) (T, error) {
	all, err := list(ctx, q, scan, query, args...)
	if err != nil || len(all) == 0 {
		var none T
		if err == nil {
			err = ErrNotFound
		}
		return none, err
	}
	return all[0], nil
}

// value scans a row of one column.
func value[T any](r row) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// exec runs a statement and gives how many rows it changed.
func exec(ctx context.Context, q querier, query string, args ...any) (int64, error) {
	result, err := q.ExecContext(ctx, query, clean(args)...)
	if err != nil {
		return 0, failure(err)
	}
	n, err := result.RowsAffected()
	return n, failure(err)
}

// must runs a statement that changes a row, and gives missing when there was none to change.
func must(ctx context.Context, q querier, missing error, query string, args ...any) error {
	n, err := exec(ctx, q, query, args...)
	if err == nil && n == 0 {
		return missing
	}
	return err
}

// preparer is a pool or a connection that can prepare.
type preparer interface {
	querier
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// maxStatements bounds the prepared statements: texts with lists of placeholders come in many lengths.
const maxStatements = 300

// statements runs queries as prepared statements, one for each text.
type statements struct {
	on     preparer
	mu     sync.RWMutex
	byText map[string]*sql.Stmt
}

func newStatements(on preparer) *statements {
	return &statements{on: on, byText: map[string]*sql.Stmt{}}
}

// get gives the statement of a text, nil when there are too many.
func (s *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.RLock()
	stmt, full := s.byText[query], len(s.byText) >= maxStatements
	s.mu.RUnlock()
	if stmt != nil || full {
		return stmt, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt = s.byText[query]; stmt != nil {
		return stmt, nil
	}
	stmt, err := s.on.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	s.byText[query] = stmt
	return stmt, nil
}

func (s *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.on.ExecContext(ctx, query, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

func (s *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := s.get(ctx, query)
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return s.on.QueryContext(ctx, query, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

func (s *statements) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.byText {
		_ = stmt.Close()
	}
	clear(s.byText)
}
