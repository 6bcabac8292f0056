package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// ms gives a time as the tables hold it: Unix milliseconds, 0 for the zero time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMs(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// number gives a flag as the tables hold it.
func number(flag bool) int64 {
	if flag {
		return 1
	}
	return 0
}

// jsonText gives a value as JSON text. The values are this module's own types, which always marshal; were that to change,
// the empty text fails loudly when it is read.
func jsonText(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// timeColumn, flagColumn and jsonColumn scan a column into what Go calls it.
type (
	timeColumn struct{ to *time.Time }
	flagColumn struct{ to *bool }
	jsonColumn struct{ to any }
)

func (c timeColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a time column holds %T", src)
	}
	*c.to = fromMs(n)
	return nil
}

func (c flagColumn) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("store: a flag column holds %T", src)
	}
	*c.to = n != 0
	return nil
}

func (c jsonColumn) Scan(src any) error {
	var text sql.NullString
	if err := text.Scan(src); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text.String), c.to)
}

// clean makes texts storable everywhere: PostgreSQL refuses NUL and invalid UTF-8, and a shop's JSON may hold both.
func clean(args []any) []any {
	for i, arg := range args {
		if s, ok := arg.(string); ok && (strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s)) {
			args[i] = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
		}
	}
	return args
}

// workColumns are the columns of Work, in the order of (*Work).columns.
const workColumns = "state, attempt, due_at, generation, lease_until, phase, error_code, error_message"

// columns gives where workColumns are scanned to.
func (w *Work) columns() []any {
	return []any{
		&w.State, &w.Attempt, timeColumn{&w.DueAt}, &w.Generation, timeColumn{&w.LeaseUntil}, &w.Phase, &w.ErrorCode,
		&w.ErrorMessage,
	}
}

// values gives what workColumns are inserted with. A new row that says no state is due.
func (w *Work) values() []any {
	state := w.State
	if state == "" {
		state = Due
	}
	return []any{
		state, w.Attempt, ms(w.DueAt), w.Generation, ms(w.LeaseUntil), w.Phase, w.ErrorCode, w.ErrorMessage,
	}
}

// placeholders gives "$from, …" for n arguments.
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// anyOf puts strings of any kind behind each other as arguments.
func anyOf[S ~string](args []any, values []S) []any {
	for _, v := range values {
		args = append(args, string(v))
	}
	return args
}
