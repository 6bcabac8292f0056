package returns

import (
	"slices"
)

// MaxNote is the most characters of a note.
const MaxNote = 1000

// The codes of a form's fields, beside those of an offer.
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
