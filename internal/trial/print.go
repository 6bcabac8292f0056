package trial

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// Print writes a result for a reader who sees one for the first time.
func (r Result) Print(w io.Writer) error {
	p := &printer{w: w}
	p.line("Orders:  %s", split(r.Orders, r.OrdersChanged))
	p.line("Returns: %s", split(r.Returns, r.ReturnsChanged))
	if r.OrdersChanged+r.ReturnsChanged == 0 {
		p.line("\nThe new policy says the same as the one in force, for all of them.")
		return p.err
	}
	p.line("\nWhat changes, and how often (lines of orders, and returns that were asked for):")
	p.counts(r.Counts)
	p.line("\nOrder by order, was → becomes. Terms of a line are those after the time of withdrawal; until then no handling fee and no")
	p.line("restocking are taken. A withdrawal and a claim are not touched by any policy.")
	for _, o := range r.Changed {
		p.order(o)
	}
	if rest := r.Differ - len(r.Changed); rest > 0 {
		p.line("\n… and %d more; --show 0 shows all of them.", rest)
	}
	return p.err
}

func split(all, changed int) string {
	switch {
	case all == 0:
		return "none"
	case changed == 0:
		return fmt.Sprintf("%d, all as before", all)
	default:
		return fmt.Sprintf("%d, of which %d change", all, changed)
	}
}

// printer writes until the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format+"\n", args...)
	}
}

// counts writes the differences, the most frequent first.
func (p *printer) counts(all []Count) {
	slices.SortStableFunc(all, func(a, b Count) int { return cmp.Compare(b.Times, a.Times) })
	p.table(func(t io.Writer) {
		for _, c := range all {
			fmt.Fprintf(t, "  %d ×\t%s\t%s\t→ %s\n", c.Times, c.What, c.Was, c.Becomes) //nolint:errcheck // Flush tells
		}
	})
}

func (p *printer) order(o Order) {
	p.line("\nOrder %s, placed %s", o.Number, o.PlacedAt.Format(time.DateOnly))
	for _, s := range append(slices.Clone(o.Lines), o.Returns...) {
		p.line("  %s", s.Name)
		p.table(func(t io.Writer) {
			for _, c := range s.Changes {
				fmt.Fprintf(t, "    %s\t%s\t→ %s\n", c.What, c.Was, c.Becomes) //nolint:errcheck // Flush tells
			}
		})
		if s.Why != "" {
			p.line("    why: %s", s.Why)
		}
	}
}

func (p *printer) table(rows func(io.Writer)) {
	if p.err != nil {
		return
	}
	t := tabwriter.NewWriter(p.w, 0, 0, 2, ' ', 0)
	rows(t)
	p.err = t.Flush()
}
