package ops

import (
	"testing"

	"homeward/internal/returns"
)

// Staff have words for every decision that is not a reason of exclusion: those say themselves what they are.
func TestDecisionsHaveWords(t *testing.T) {
	said := map[returns.Code]bool{}
	for _, code := range append([]returns.Code{
		returns.OrderCancelled, returns.WindowOver, returns.NothingLeft, returns.AlreadyReturned, returns.NotReturnable,
	}, returns.Refusals...) {
		said[code] = true
	}
	for _, code := range returns.Whys() {
		if decisions[code] == "" && !said[code] {
			t.Errorf("staff have no words for %s", code)
		}
	}
}
