package store

import (
	"context"
	"database/sql"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// explainer hears of each query how SQLite would find its rows.
type explainer struct {
	querier
	heard func(detail string)
}

func (e *explainer) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	steps, err := list(ctx, e.querier, func(r row) (string, error) {
		var id, parent, unused int
		var detail string
		err := r.Scan(&id, &parent, &unused, &detail)
		return detail, err
	}, "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		return nil, err
	}
	for _, step := range steps {
		e.heard(step)
	}
	return e.querier.QueryContext(ctx, query, args...)
}

// whole are the indexes over few rows of their table, by which all of these may be read: each has a condition that rows leave again.
var whole = []string{
	"inspections_appeals", "cases_hands", "cases_wrote", "calls_failed", "calls_due", "claims_open", "claims_deemed", "claims_fulfil", "labels_held",
	"terms_open", "refunds_people", "withdrawals_unseen",
}

// reads are those that look at as many rows as there are, and why they may.
var reads = map[string]string{
	"ClaimsStored":     "homeward check --evidence",
	"CountWithdrawals": "homeward check --evidence",
	"FilesToEnd":       "every ten minutes, beside the writer",
	"Unwatched":        "at the start",
	"RefundCounts":     "a count by status, of an index alone",
	"WithdrawalsSeen":  "the newest first, and no further than the page",
	"ClaimsAnswered":   "the newest first, and no further than the page",
}

// TestNothingThatGrowsIsReadWhole: no question reads a table from end to end. A shop has a hundred thousand orders, and what was done
// with long ago is most of it.
func TestNothingThatGrowsIsReadWhole(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	asked := ""
	r := reflect.ValueOf(&Reads{q: &explainer{querier: db.q, heard: func(detail string) {
		table, scan := strings.CutPrefix(detail, "SCAN ")
		if !scan || table == "CONSTANT ROW" || reads[asked] != "" {
			return
		}
		for _, index := range whole {
			if strings.HasSuffix(table, " INDEX "+index) {
				return
			}
		}
		if !strings.Contains(table, "subquery") && !strings.HasPrefix(table, "(") && table != "live" && table != "waiting" {
			t.Errorf("%s: %s", asked, detail)
		}
	}}})
	for i := range r.NumMethod() {
		asked = r.Type().Method(i).Name
		if last := ask(t, r.Method(i)); last != nil && last != ErrNotFound { //nolint:errorlint // the very one
			t.Errorf("%s: %v", asked, last)
		}
	}
}

// ask calls a question with something for each argument, and gives its error.
func ask(t *testing.T, question reflect.Value) error {
	t.Helper()
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	for i := 1; i < question.Type().NumIn(); i++ {
		arg := reflect.New(question.Type().In(i)).Elem()
		switch at := arg.Addr().Interface().(type) {
		case *Hand:
			*at = ToLook
		case *Order:
			at.ID, at.Shop, at.EmailKey = "x", "x", "x"
		case *[]string:
			*at = []string{"x"}
		case *string:
			*at = "x"
		case *int:
			*at = 10
		}
		in = append(in, arg)
	}
	out := question.Call(in)
	err, _ := reflect.TypeAssert[error](out[len(out)-1])
	return err
}
