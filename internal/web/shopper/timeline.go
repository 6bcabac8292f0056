package shopper

import (
	"strings"

	"homeward/internal/orders"
)

// openEntries is how many lines of the timeline stand open; the rest is folded away.
const openEntries = 6

// entry is one line of the order's story.
type entry struct {
	Text   string
	When   string
	ISO    string // for <time>
	Parcel string // which one, when there are several
}

// timeline gives the order's story, newest first.
func (v *visit) timeline(live []orders.Parcel) []entry {
	var out []entry
	last := map[string]string{} // what was told last of each parcel
	for _, e := range v.order.State.Timeline {
		key := eventKey(e)
		if !v.words.Has("page.event."+key) || last[e.ParcelKey] == key {
			continue
		}
		last[e.ParcelKey] = key
		line := entry{Text: v.words.T("page.event." + key), When: v.words.Moment(e.At), ISO: e.At.UTC().Format("2006-01-02T15:04:05Z")}
		if len(live) > 1 {
			for i, p := range live {
				if p.Key == e.ParcelKey {
					line.Parcel = v.words.T("page.parcel.many", "N", i+1, "All", len(live))
				}
			}
		}
		out = append([]entry{line}, out...)
	}
	return out
}

// eventKey gives the message id, below "page.event.", of a line of the story.
func eventKey(e orders.TimelineEntry) string {
	switch {
	case e.Kind == orders.ParcelUpdated && e.What == string(orders.ParcelGone):
		return "parcel_cancelled"
	case e.Kind == orders.ReturnReceived:
		return "return_received"
	case e.Kind == orders.ParcelUpdated && e.What == string(orders.ParcelUpdated):
		return "" // a new estimate: the page shows it where it counts
	}
	return strings.TrimPrefix(e.What, "order.")
}
