package returns

import (
	"slices"
	"unicode/utf8"
)

// MaxNote is the most characters of a note.
const MaxNote = 1000

// The codes of a form's fields, beside those of Eligible.
const (
	LineUnknown     Code = "line_unknown"
	QuantityInvalid Code = "quantity_invalid"
	QuantityTooMany Code = "quantity_too_many"
	NothingChosen   Code = "nothing_chosen"
	ReasonUnknown   Code = "reason_unknown"
	RemedyUnknown   Code = "remedy_unknown"
	NoteTooLong     Code = "note_too_long"
)

// Faults are what is wrong with a request, by the form's field: "qty.<line id>", "reason", "remedy", "note", and "items"
// for what concerns the request as a whole.
type Faults map[string]Code

// Check says what is wrong with a request, given what Eligible said; nil when it can be taken as it is.
func Check(r Request, lines []EligibleLine, verdict Verdict) Faults {
	faults := Faults{}
	if !verdict.Allowed {
		faults["items"] = verdict.Code
	}
	checkItems(r.Items, lines, faults)
	if !slices.Contains(Reasons, r.Reason) {
		faults["reason"] = ReasonUnknown
	}
	if !slices.Contains(Remedies, r.Remedy) {
		faults["remedy"] = RemedyUnknown
	}
	if utf8.RuneCountInString(r.Note) > MaxNote {
		faults["note"] = NoteTooLong
	}
	if len(faults) == 0 {
		return nil
	}
	return faults
}

func checkItems(items []Item, lines []EligibleLine, faults Faults) {
	wanted := map[string]int{}
	chosen := false
	for _, item := range items {
		field := "qty." + item.LineID
		i := slices.IndexFunc(lines, func(l EligibleLine) bool { return l.Line.ID == item.LineID })
		switch {
		case i < 0:
			faults[field] = LineUnknown
			continue
		case item.Quantity < 0:
			faults[field] = QuantityInvalid
			continue
		case item.Quantity == 0:
			continue
		}
		chosen = true
		// Compared this way round, because a sum of two huge quantities could overflow.
		if item.Quantity > lines[i].Left-wanted[item.LineID] {
			faults[field] = QuantityTooMany
			if lines[i].Left == 0 {
				faults[field] = lines[i].Code
			}
			continue
		}
		wanted[item.LineID] += item.Quantity
	}
	if _, refused := faults["items"]; !chosen && !refused && len(faults) == 0 {
		faults["items"] = NothingChosen
	}
}
