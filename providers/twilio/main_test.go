package twilio_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No goroutine outlives the tests: neither the client's nor the stand-in's.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
