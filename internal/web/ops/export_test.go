package ops

import (
	"fmt"
	"slices"
	"time"
)

// Patterns lists every signed-in route.
func Patterns() []string {
	var all []string
	for _, r := range (&console{}).table() {
		all = append(all, r.pattern)
	}
	slices.Sort(all)
	return all
}

// BucketsAfter gives how many names and networks are remembered after attempts from n of each.
func BucketsAfter(n int, now time.Time) (names, networks int) {
	a := newAttempts()
	for i := range n {
		a.take(fmt.Sprint(i), fmt.Sprint(i), now.Add(time.Duration(i)*time.Second))
	}
	return len(a.byName.kept), len(a.byNetwork.kept)
}

// Says gives the sentence of a notice on a form that is shown again.
func Says(notice string) string {
	if notice == "stale" {
		return keptWords
	}
	return notices[notice].Text
}
