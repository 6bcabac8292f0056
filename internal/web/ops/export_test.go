package ops

import "slices"

// Patterns lists every signed-in route.
func Patterns() []string {
	var all []string
	for _, r := range (&console{}).table() {
		all = append(all, r.pattern)
	}
	slices.Sort(all)
	return all
}
