package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"homeward/internal/fault"
)

// workTable gives the table of a kind and the column that holds its queue's name. The kinds are fixed: no SQL comes from
// outside.
func workTable(kind WorkKind) (table, queue string) {
	switch kind {
	case EventWork:
		return "events", "''"
	case MessageWork:
		return "messages", "queue"
	case RefundWork:
		return "refunds", "''"
	case DeadlineWork:
		return "deadlines", "''"
	case TermWork:
		return "terms", "''"
	case CallWork:
		return "calls", "''"
	case LabelWork:
		return "labels", "''"
	case ReadingWork:
		return "readings", "''"
	default:
		panic(fmt.Sprintf("store: no work is called %q", string(kind)))
	}
}

func scanWork(r row) (Work, error) {
	var w Work
	err := r.Scan(w.columns()...)
	return w, err
}

// Claim takes a unit of work for the time of the lease and gives the row as it was before. It adds one to attempt and leaves
// the phase. ErrStale when the row is gone, its generation is another, its state is final, it is not yet due, or somebody
// holds it: then there is nothing to do.
func (tx *Tx) Claim(ctx context.Context, kind WorkKind, id string, generation int64, now time.Time, lease time.Duration) (Work, error) {
	return tx.claim(ctx, kind, id, generation, now, lease, "")
}

// ClaimCalling is Claim and SetCalling in one step: the call outside comes next.
func (tx *Tx) ClaimCalling(ctx context.Context, kind WorkKind, id string, generation int64, now time.Time, lease time.Duration) (Work, error) {
	return tx.claim(ctx, kind, id, generation, now, lease, ", phase = 'calling'")
}

func (tx *Tx) claim(ctx context.Context, kind WorkKind, id string, generation int64, now time.Time, lease time.Duration, also string) (Work, error) {
	table, _ := workTable(kind)
	work, err := first(ctx, tx.q, scanWork, "SELECT "+workColumns+" FROM "+table+
		" WHERE id = $1 AND generation = $2 AND state = 'due' AND due_at <= $3 AND lease_until <= $3", id, generation, ms(now))
	if err == ErrNotFound { //nolint:errorlint // it is exactly that value
		return Work{}, ErrStale
	}
	if err != nil {
		return Work{}, err
	}
	// What was read must still be so: of two that read the same row, one changes it.
	err = must(ctx, tx.q, ErrStale, "UPDATE "+table+" SET attempt = attempt + 1, lease_until = $5"+also+
		" WHERE id = $1 AND generation = $2 AND state = 'due' AND due_at <= $3 AND lease_until <= $3 AND attempt = $4",
		id, generation, ms(now), work.Attempt, ms(now.Add(lease)))
	if err != nil {
		return Work{}, err
	}
	return work, nil
}

// SetCalling says that a call outside is about to be made for claimed work: a crash from here on leaves its outcome
// uncertain. ErrStale when the generation is another, the state is final, or nobody claimed it.
func (tx *Tx) SetCalling(ctx context.Context, kind WorkKind, id string, generation int64) error {
	table, _ := workTable(kind)
	return must(ctx, tx.q, ErrStale, "UPDATE "+table+
		" SET phase = 'calling' WHERE id = $1 AND generation = $2 AND state = 'due' AND lease_until > 0", id, generation)
}

// Retry makes work due again at dueAt, releases the lease and records why. phase is "" when nothing happened outside, Calling
// when that is not known. ErrStale when the generation is another or the state is final.
func (tx *Tx) Retry(ctx context.Context, kind WorkKind, id string, generation int64, dueAt time.Time, phase string, f *fault.Error) error {
	table, _ := workTable(kind)
	code, message := words(f)
	return must(ctx, tx.q, ErrStale, "UPDATE "+table+" SET due_at = $3, lease_until = 0, phase = $4, error_code = $5,"+
		" error_message = $6 WHERE id = $1 AND generation = $2 AND state = 'due'", id, generation, ms(dueAt), phase, code, message)
}

// Stumble counts a failed attempt of work that was not claimed and gives how many there were. ErrStale as for Retry.
func (tx *Tx) Stumble(ctx context.Context, kind WorkKind, id string, generation int64) (attempt int, err error) {
	table, _ := workTable(kind)
	attempt, err = first(ctx, tx.q, value[int], "UPDATE "+table+
		" SET attempt = attempt + 1 WHERE id = $1 AND generation = $2 AND state = 'due' RETURNING attempt", id, generation)
	if errors.Is(err, ErrNotFound) {
		err = ErrStale
	}
	return attempt, err
}

// Finish ends work in a final state, releases the lease and clears the phase. ErrStale when the generation is another or the
// state is final already.
func (tx *Tx) Finish(ctx context.Context, kind WorkKind, id string, generation int64, state string, f *fault.Error) error {
	table, _ := workTable(kind)
	code, message := words(f)
	return must(ctx, tx.q, ErrStale, "UPDATE "+table+" SET state = $3, lease_until = 0, phase = '', error_code = $4,"+
		" error_message = $5 WHERE id = $1 AND generation = $2 AND state = 'due'", id, generation, state, code, message)
}

func words(f *fault.Error) (code, message string) {
	if f == nil {
		return "", ""
	}
	return f.Code, f.Message
}

// Revive makes work due now under the next generation, with all its attempts before it and its phase kept, so that what may
// have happened outside is looked up first. ErrNotFound when there is no such row; ErrConflict while somebody holds it.
func (tx *Tx) Revive(ctx context.Context, kind WorkKind, id string, now time.Time) (Task, error) {
	table, queue := workTable(kind)
	tasks, err := list(ctx, tx.q, scanTask(kind), "UPDATE "+table+" SET state = 'due', due_at = $2, generation = generation + 1,"+
		" attempt = 0, lease_until = 0 WHERE id = $1 AND (state <> 'due' OR lease_until <= $2) RETURNING id, generation, due_at, "+
		queue, id, ms(now))
	if err != nil {
		return Task{}, err
	}
	if len(tasks) == 1 {
		return tasks[0], nil
	}
	if _, err := first(ctx, tx.q, value[string], "SELECT id FROM "+table+" WHERE id = $1", id); err != nil {
		return Task{}, err
	}
	return Task{}, ErrConflict
}

// Sweep finds work whose task was lost: due since longer than overdue, held by nobody, and not swept within overdue, so that
// two sweepers do not undo each other. Each row gets the next generation; the tasks come oldest first.
func (tx *Tx) Sweep(ctx context.Context, kind WorkKind, now time.Time, overdue time.Duration, limit int) ([]Task, error) {
	table, queue := workTable(kind)
	const lost = "state = 'due' AND due_at < $1 AND lease_until <= $2 AND swept_at < $1"
	tasks, err := list(ctx, tx.q, scanTask(kind), "UPDATE "+table+" SET generation = generation + 1, swept_at = $2, lease_until = 0"+
		" WHERE id IN (SELECT id FROM "+table+" WHERE "+lost+" ORDER BY due_at LIMIT $3) AND "+lost+
		" RETURNING id, generation, due_at, "+queue, ms(now.Add(-overdue)), ms(now), limit)
	slices.SortFunc(tasks, func(a, b Task) int {
		if c := a.DueAt.Compare(b.DueAt); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return tasks, err
}

func scanTask(kind WorkKind) func(row) (Task, error) {
	return func(r row) (Task, error) {
		t := Task{Kind: kind}
		err := r.Scan(&t.ID, &t.Generation, timeColumn{&t.DueAt}, &t.Queue)
		return t, err
	}
}

// Backlog says how much work of a kind waits and since when.
type Backlog struct {
	Kind   WorkKind
	Due    int       // rows whose due_at is over
	Oldest time.Time // the oldest due_at among them; zero when none
}

// Backlog gives one line for each kind of work.
func (r *Reads) Backlog(ctx context.Context, now time.Time) ([]Backlog, error) {
	var all []Backlog
	for _, kind := range []WorkKind{EventWork, MessageWork, RefundWork, DeadlineWork, TermWork, CallWork, LabelWork, ReadingWork} {
		table, _ := workTable(kind)
		b, err := first(ctx, r.q, func(r row) (Backlog, error) {
			b := Backlog{Kind: kind}
			err := r.Scan(&b.Due, timeColumn{&b.Oldest})
			return b, err
		}, "SELECT COUNT(*), COALESCE(MIN(due_at), 0) FROM "+table+" WHERE state = 'due' AND due_at <= $1", ms(now))
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, nil
}
