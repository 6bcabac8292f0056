package store

import (
	"context"
	"slices"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/returns"
)

// The states of a term beside Due, in which it runs.
const (
	TermOpen   = "open"   // it has no end yet: it waits for a fact
	TermMet    = "met"    // what had to be done was done in time, or late (MissedAt says so)
	TermMissed = "missed" // it ended, and nobody has done it or said what was done
	TermDone   = "done"   // missed, and a person said what was done
	TermLapsed = "lapsed" // nothing is owed any more
)

// Term is a deadline of a law, or one that the shop set itself.
type Term struct {
	ID           string
	Shop         string
	Owner        string // what it belongs to: "case:<id>", "withdrawal:<id>", "claim:<id>" or "order:<id>"
	OrderID      string // "" while none is known
	CaseID       string
	WithdrawalID string
	Kind         returns.TermKind
	Party        returns.Side
	Rule         returns.TermRule
	Since        time.Time
	Plain        calendar.Date
	Last         calendar.Date
	Zone         string    // IANA name: whose midnight ends the last day
	EndAt        time.Time // zero while it is open
	OpenCode     returns.Code
	Silence      bool // when it ends without an answer, that is consent
	Evidence     []returns.Evidence
	Stage        returns.ReminderKind // the newest reminder that went
	MetAt        time.Time
	MissedAt     time.Time
	DoneBy       string
	DoneNote     string
	CreatedAt    time.Time
	UpdatedAt    time.Time
	Work
}

// Rules gives a term in the rules' words.
func (t Term) Rules() returns.Term {
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		zone = time.UTC
	}
	return returns.Term{
		Rule: t.Rule, Code: t.OpenCode, Since: t.Since, From: calendar.Of(t.Since, zone), Plain: t.Plain, Last: t.Last, Zone: zone,
		End: t.EndAt, Evidence: t.Evidence,
	}
}

// LastDay gives noon of the last day in a zone, zero while the term is open. It is the day that people are told: east of
// the term's own zone its end falls on the day after.
func (t Term) LastDay(zone *time.Location) time.Time {
	if t.Last.IsZero() || t.EndAt.IsZero() {
		return time.Time{}
	}
	return t.Last.Noon(zone)
}

// OwnerOfCase names the owner of a case's terms.
func OwnerOfCase(id string) string { return "case:" + id }

// OwnerOfStatement names the owner of the terms of a statement that has no case.
func OwnerOfStatement(id string) string { return "withdrawal:" + id }

// OwnerOfOrder names the owner of an order's own terms.
func OwnerOfOrder(id string) string { return "order:" + id }

const termColumns = "id, shop, owner, order_id, case_id, withdrawal_id, kind, party, rule, since, plain_day, last_day, time_zone, end_at, " +
	"open_code, silence, evidence, stage, met_at, missed_at, done_by, done_note, created_at, updated_at, " + workColumns

type dayColumn struct{ to *calendar.Date }

func (c dayColumn) Scan(src any) error {
	text, ok := src.(string)
	if b, raw := src.([]byte); raw {
		text, ok = string(b), true
	}
	if !ok || text == "" {
		return nil
	}
	day, err := calendar.Parse(text)
	*c.to = day
	return err
}

func dayText(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func scanTerm(r row) (Term, error) {
	var t Term
	err := r.Scan(append([]any{
		&t.ID, &t.Shop, &t.Owner, &t.OrderID, &t.CaseID, &t.WithdrawalID, &t.Kind, &t.Party, &t.Rule, timeColumn{&t.Since}, dayColumn{&t.Plain},
		dayColumn{&t.Last}, &t.Zone, timeColumn{&t.EndAt}, &t.OpenCode, flagColumn{&t.Silence}, jsonColumn{&t.Evidence}, &t.Stage,
		timeColumn{&t.MetAt}, timeColumn{&t.MissedAt}, &t.DoneBy, &t.DoneNote, timeColumn{&t.CreatedAt}, timeColumn{&t.UpdatedAt},
	}, t.columns()...)...)
	return t, err
}

func (r *Reads) terms(ctx context.Context, rest string, args ...any) ([]Term, error) {
	return list(ctx, r.q, scanTerm, "SELECT "+termColumns+" FROM terms WHERE "+rest, args...)
}

// Term gives a term, or ErrNotFound.
func (r *Reads) Term(ctx context.Context, id string) (Term, error) {
	return first(ctx, r.q, scanTerm, "SELECT "+termColumns+" FROM terms WHERE id = $1", id)
}

// TermsOf gives the terms of an owner, by kind.
func (r *Reads) TermsOf(ctx context.Context, owner string) ([]Term, error) {
	return r.terms(ctx, "owner = $1 ORDER BY kind", owner)
}

// TermsOfOrder gives every term of an order, its cases and its statements, oldest first.
func (r *Reads) TermsOfOrder(ctx context.Context, orderID string) ([]Term, error) {
	return r.terms(ctx, "order_id = $1 AND order_id <> '' ORDER BY created_at, id", orderID)
}

// TermsAhead gives the terms that are not over: the missed ones first, then by their end, those without one last.
func (r *Reads) TermsAhead(ctx context.Context, limit int) ([]Term, error) {
	return r.terms(ctx, `state IN ('due', 'open', 'missed') ORDER BY CASE WHEN state = 'missed' AND party = 'shop' THEN 0 ELSE 1 END,
		CASE WHEN end_at = 0 THEN 1 ELSE 0 END, end_at, last_day, id LIMIT $1`, limit)
}

// MoneyAhead gives the times to refund withdrawals that are not over, in the same order.
func (r *Reads) MoneyAhead(ctx context.Context, limit int) ([]Term, error) {
	return r.terms(ctx, `state IN ('due', 'open', 'missed') AND kind = 'refund' AND withdrawal_id <> '' ORDER BY
		CASE WHEN end_at = 0 THEN 1 ELSE 0 END, end_at, last_day, id LIMIT $1`, limit)
}

// Owner is what terms belong to, and whose it is.
type Owner struct{ Owner, Shop string }

// Unwatched gives, in the order of their names and from after one on, the live cases that owe money and the statements that
// nobody looked at which have no term at all: those from before there were terms.
func (r *Reads) Unwatched(ctx context.Context, after string, limit int) ([]Owner, error) {
	return list(ctx, r.q, func(r row) (Owner, error) {
		var o Owner
		err := r.Scan(&o.Owner, &o.Shop)
		return o, err
	}, `SELECT owner, shop FROM (
			SELECT 'case:' || id AS owner, shop FROM cases WHERE state NOT IN ('rejected', 'closed', 'withdrawn') AND (kind = 'withdrawal'
				OR EXISTS (SELECT 1 FROM refunds WHERE refunds.case_id = cases.id AND status IN ('planned', 'issued', 'uncertain', 'requires_action')))
			UNION ALL
			SELECT 'withdrawal:' || id AS owner, shop FROM withdrawals WHERE case_id = '' AND seen_at = 0
		) AS live
		WHERE owner > $1 AND NOT EXISTS (SELECT 1 FROM terms WHERE terms.owner = live.owner) ORDER BY owner LIMIT $2`, after, limit)
}

// TellsOfParcels tells whether a parcel of a shop was ever heard of.
func (r *Reads) TellsOfParcels(ctx context.Context, shop string) (bool, error) {
	some, err := list(ctx, r.q, value[string], "SELECT order_id FROM parcels WHERE shop = $1 LIMIT 1", shop)
	return len(some) > 0, err
}

// TellsOfDeliveries tells whether it was ever heard that an order of a shop was delivered.
func (r *Reads) TellsOfDeliveries(ctx context.Context, shop string) (bool, error) {
	some, err := list(ctx, r.q, value[string],
		"SELECT id FROM orders WHERE shop = $1 AND stage IN ('delivered', 'collected', 'closed') LIMIT 1", shop)
	return len(some) > 0, err
}

// TermCount is how many terms there are of a state, a stage and a side.
type TermCount struct {
	Party returns.Side
	State string
	Stage returns.ReminderKind
	Count int
}

// TermCounts counts the terms that are not over.
func (r *Reads) TermCounts(ctx context.Context) ([]TermCount, error) {
	return list(ctx, r.q, func(r row) (TermCount, error) {
		var c TermCount
		err := r.Scan(&c.Party, &c.State, &c.Stage, &c.Count)
		return c, err
	}, "SELECT party, state, stage, COUNT(*) FROM terms WHERE state IN ('due', 'open', 'missed') GROUP BY party, state, stage ORDER BY party, state, stage")
}

// PutTerms makes the terms of an owner those of the list: it adds new ones, moves those whose facts changed (under the next
// generation, with their reminders before them), closes those that were met, and lapses those that are not in the list. What
// was met stays met unless the list says that it is not any more (a refund that failed after all). What was missed stays
// missed until it is met, or a person says what was done. DueAt of each is when it is looked at next. It gives the tasks of
// those that run and were added or moved.
func (tx *Tx) PutTerms(ctx context.Context, owner string, wanted []Term, now time.Time) ([]Task, error) {
	there, err := tx.TermsOf(ctx, owner)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, want := range wanted {
		i := slices.IndexFunc(there, func(t Term) bool { return t.Kind == want.Kind })
		if i < 0 {
			want.Owner, want.CreatedAt, want.UpdatedAt = owner, now, now
			want = settled(want, want)
			err = tx.insertTerm(ctx, want)
		} else {
			was := there[i]
			there = slices.Delete(there, i, i+1)
			var changed bool
			if want, changed = moved(was, want, now); !changed {
				continue
			}
			err = tx.moveTerm(ctx, was, want)
		}
		if err != nil {
			return nil, err
		}
		if want.State == Due {
			tasks = append(tasks, Task{Kind: TermWork, ID: want.ID, Generation: want.Generation, DueAt: want.DueAt})
		}
	}
	for _, t := range there {
		if t.State != Due && t.State != TermOpen && (t.State != TermMissed || t.Party == returns.ByShop) {
			continue
		}
		gone := t
		gone.State, gone.Generation, gone.UpdatedAt = TermLapsed, t.Generation+1, now
		if err := tx.moveTerm(ctx, t, gone); err != nil {
			return nil, err
		}
	}
	return tasks, nil
}

// settled gives the state of a term that is wanted so.
func settled(was, t Term) Term {
	switch {
	case !t.MetAt.IsZero():
		t.State = TermMet
		if !t.EndAt.IsZero() && !t.MetAt.Before(t.EndAt) && t.MissedAt.IsZero() {
			t.MissedAt = t.EndAt
		}
	case t.EndAt.IsZero():
		t.State = TermOpen
	case was.State == TermMissed && ms(was.EndAt) == ms(t.EndAt):
		t.State = TermMissed
	default:
		t.State = Due
	}
	return t
}

// moved puts what is wanted in the place of what was; false when nothing changes.
func moved(was, want Term, now time.Time) (Term, bool) {
	sameEnd := ms(was.EndAt) == ms(want.EndAt)
	next := want
	next.ID, next.Owner, next.CreatedAt, next.DoneBy, next.DoneNote, next.MissedAt = was.ID, was.Owner, was.CreatedAt, was.DoneBy, was.DoneNote, was.MissedAt
	next.Stage = was.Stage
	next = settled(was, next)
	switch {
	case was.State == TermMet && next.State == TermMet:
		return was, false
	case was.State == TermDone && (next.State == TermMet || sameEnd):
		return was, false
	case was.State == next.State && sameEnd && ms(was.Since) == ms(want.Since) && was.OpenCode == want.OpenCode &&
		jsonText(was.Evidence) == jsonText(want.Evidence) && was.Plain == want.Plain:
		return was, false
	}
	if !sameEnd && next.State == Due {
		next.Stage = "" // its reminders are to come again
	}
	if next.State == Due && was.State == Due && sameEnd {
		next.DueAt = was.DueAt // only what is known of it changed: what fired stays
	}
	next.Generation, next.UpdatedAt = was.Generation+1, now
	return next, true
}

func (t *Term) values() []any {
	return append([]any{
		t.ID, t.Shop, t.Owner, t.OrderID, t.CaseID, t.WithdrawalID, string(t.Kind), string(t.Party), string(t.Rule), ms(t.Since), dayText(t.Plain),
		dayText(t.Last), t.Zone, ms(t.EndAt), string(t.OpenCode), number(t.Silence), jsonText(t.Evidence), string(t.Stage), ms(t.MetAt),
		ms(t.MissedAt), t.DoneBy, t.DoneNote, ms(t.CreatedAt), ms(t.UpdatedAt),
	}, t.Work.values()...)
}

func (tx *Tx) insertTerm(ctx context.Context, t Term) error {
	return must(ctx, tx.q, ErrConflict, "INSERT INTO terms ("+termColumns+") VALUES ("+placeholders(1, 32)+") ON CONFLICT DO NOTHING", t.values()...)
}

// moveTerm writes a term that was read at a generation. ErrConflict when somebody wrote it meanwhile.
func (tx *Tx) moveTerm(ctx context.Context, was, t Term) error {
	return must(ctx, tx.q, ErrConflict, `UPDATE terms SET order_id = $3, case_id = $4, withdrawal_id = $5, party = $6, rule = $7, since = $8,
		plain_day = $9, last_day = $10, time_zone = $11, end_at = $12, open_code = $13, silence = $14, evidence = $15, stage = $16, met_at = $17,
		missed_at = $18, done_by = $19, done_note = $20, updated_at = $21, state = $22, due_at = $23, generation = $24, attempt = 0, lease_until = 0
		WHERE id = $1 AND generation = $2`,
		was.ID, was.Generation, t.OrderID, t.CaseID, t.WithdrawalID, string(t.Party), string(t.Rule), ms(t.Since), dayText(t.Plain), dayText(t.Last),
		t.Zone, ms(t.EndAt), string(t.OpenCode), number(t.Silence), jsonText(t.Evidence), string(t.Stage), ms(t.MetAt), ms(t.MissedAt), t.DoneBy,
		t.DoneNote, ms(t.UpdatedAt), t.State, ms(t.DueAt), t.Generation)
}

// FireTerm records that a reminder of a running term went, or with returns.Missed that it ended unmet; next is when it is
// looked at again. ErrStale when its generation is another or it does not run.
func (tx *Tx) FireTerm(ctx context.Context, id string, generation int64, stage returns.ReminderKind, next, now time.Time) error {
	state, missed := Due, ""
	if stage == returns.Missed {
		state, missed = TermMissed, "missed_at = end_at, "
	}
	return must(ctx, tx.q, ErrStale, "UPDATE terms SET stage = $3, state = $4, due_at = $5, "+missed+
		"updated_at = $6, attempt = 0, lease_until = 0, generation = generation + 1 WHERE id = $1 AND generation = $2 AND state = 'due'",
		id, generation, string(stage), state, ms(next), ms(now))
}

// DoneTerm records what a person said was done about a missed term. ErrStale when it is not missed any more.
func (tx *Tx) DoneTerm(ctx context.Context, id, by, note string, now time.Time) error {
	return must(ctx, tx.q, ErrStale, `UPDATE terms SET state = 'done', done_by = $2, done_note = $3, updated_at = $4, generation = generation + 1
		WHERE id = $1 AND state = 'missed'`, id, by, note, ms(now))
}
