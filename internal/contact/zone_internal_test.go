package contact

import (
	"testing"
	"time"
)

// Every zone of the table is known to the time zone database: a misspelt one would silently be the shop's.
func TestEveryZoneIsKnown(t *testing.T) {
	for _, table := range []map[string]string{zones, western} {
		for country, name := range table {
			if _, err := time.LoadLocation(name); err != nil {
				t.Errorf("%s: %v", country, err)
			}
		}
	}
}
