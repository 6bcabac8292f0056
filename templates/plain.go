package templates

import "slices"

// plainLetter is a letter for the text part: lines that need no layout.
type plainLetter struct {
	Shop, Headline, Progress, Quote, QuoteName string
	Body                                       []string
	Sections                                   []plainSection
	Button, Link                               string
	Legal                                      *legal
	Foot                                       []string
	Address                                    string
}

type plainSection struct {
	Title       string
	Lines, Sums []string
	Verbatim    []string
	Label, Link string
	Text        []string
}

// plain puts a letter into lines. Isolates stay where lines run right to left.
func (l letter) plain(dir string) plainLetter {
	line := func(s string) string { return forLine(s, dir) }
	lines := func(all []string) []string {
		out := make([]string, len(all))
		for i, s := range all {
			out[i] = line(s)
		}
		return out
	}
	p := plainLetter{
		Shop: clean(l.Shop.Name), Headline: line(l.Headline), Quote: l.Quote, QuoteName: l.QuoteName, Body: lines(l.Body),
		Button: l.Button, Link: string(l.Link), Foot: lines(l.Foot), Address: l.Address(),
	}
	if l.Progress != nil {
		p.Progress = line(l.Progress.Text)
	}
	for _, s := range l.Sections {
		p.Sections = append(p.Sections, s.plain(dir))
	}
	if l.Legal != nil {
		legal := *l.Legal
		legal.Text = slices.Clone(legal.Text)
		for i := range legal.Text {
			legal.Text[i].Text = line(legal.Text[i].Text)
		}
		if legal.Form != nil {
			form := *legal.Form
			form.To = line(form.To)
			legal.Form = &form
		}
		p.Legal = &legal
	}
	return p
}

func (s section) plain(dir string) plainSection {
	p := plainSection{Title: s.Title, Label: s.Label, Link: string(s.Link), Verbatim: s.Verbatim.plain(dir)}
	for _, text := range s.Text {
		p.Text = append(p.Text, forLine(text, dir))
	}
	for _, f := range s.Facts {
		if len(f.Lines) > 0 {
			p.Lines = append(p.Lines, f.Label+":")
			for _, line := range f.Lines {
				p.Lines = append(p.Lines, "  "+line)
			}
			continue
		}
		p.Lines = append(p.Lines, f.Label+": "+f.isolated(dir))
	}
	for _, i := range s.Items {
		line := lineStart(dir) + forLine(i.Count, dir) + " " + isolated(i.Title, dir)
		if i.Variant != "" {
			line += " (" + isolated(i.Variant, dir) + ")"
		}
		if i.Amount != "" {
			line += " – " + i.Amount
		}
		p.Lines = append(p.Lines, line)
	}
	for _, f := range s.Sums {
		p.Sums = append(p.Sums, lineStart(dir)+forLine(f.Label, dir)+": "+f.Value)
	}
	return p
}

// lineStart gives a line of nothing but isolated values its direction: the first strong character decides it, and what
// stands inside isolates does not count (UAX #9, P2).
func lineStart(dir string) string {
	if dir == "rtl" {
		return rightToLeftMark
	}
	return ""
}

func (f fact) isolated(dir string) string {
	if f.Literal {
		return isolated(f.Value, dir)
	}
	return f.Value
}

// isolated wraps a value that stands beside words which run the other way.
func isolated(s, dir string) string {
	if dir != "rtl" || !needsIsolate(s, dir) {
		return s
	}
	return firstStrongIsolate + s + popIsolate
}
