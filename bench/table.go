package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// table gathers the rows of a run.
type table struct {
	title string
	rows  [][]string
}

var columns = []string{"part", "what", "a second", "of bare", "p50 ms", "p99 ms", "CPU µs each", "Redis µs each", "target", "reached"}

// line is one row; what is zero stays empty.
type line struct {
	part, what string
	rate       float64
	ratio      float64 // of the bare baseline's rate
	p50, p99   time.Duration
	cpu, redis float64 // µs of processor each
	more       string  // instead of figures
	target     string
	reached    string
}

// head says on what the figures were measured; figures of a busy machine are worth little.
func (t *table) head(o options) {
	t.title = fmt.Sprintf("%s %s/%s, %d CPUs, load %s before; median of %d rounds of %v\n",
		runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), load(), o.rounds, o.seconds)
	if o.short {
		t.title += "A short run: it shows that everything works, its figures mean nothing.\n"
	}
}

func (t *table) add(l line) {
	what := l.what
	if l.more != "" {
		what += ": " + l.more
	}
	row := []string{l.part, what, figure(l.rate, "%.0f"), figure(l.ratio, "%.2f"), milliseconds(l.p50), milliseconds(l.p99),
		figure(l.cpu, "%.0f"), figure(l.redis, "%.0f"), l.target, l.reached}
	t.rows = append(t.rows, row)
	fmt.Fprintln(os.Stderr, strings.Join(slices.DeleteFunc(slices.Clone(row), func(s string) bool { return s == "" }), "  "))
}

// end prints the table, in Markdown.
func (t *table) end(w io.Writer) error {
	width := make([]int, len(columns))
	for _, row := range append([][]string{columns}, t.rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	b.WriteString("\n" + t.title + "Load after: " + load() + "\n\n")
	put := func(row []string, fill string) {
		for i, cell := range row {
			b.WriteString("| " + cell + strings.Repeat(fill, width[i]-utf8.RuneCountInString(cell)) + " ")
		}
		b.WriteString("|\n")
	}
	put(columns, " ")
	put(make([]string, len(columns)), "-")
	for _, row := range t.rows {
		put(row, " ")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func figure(f float64, format string) string {
	if f == 0 {
		return ""
	}
	return fmt.Sprintf(format, f)
}

func milliseconds(d time.Duration) string {
	return figure(float64(d)/float64(time.Millisecond), "%.1f")
}

func verdict(ok bool) string {
	if ok {
		return "yes"
	}
	return "NO"
}

// each gives the microseconds of processor for one of n.
func each(d time.Duration, n int) float64 {
	return float64(d) / float64(time.Microsecond) / float64(max(n, 1))
}

func median[T float64 | time.Duration](all []T) T {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}
