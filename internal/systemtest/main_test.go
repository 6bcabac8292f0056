package systemtest_test

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestMain(m *testing.M) {
	debug.SetGCPercent(400) // Lua states of the Redis stand-in come and go by the thousand
	os.Exit(m.Run())
}
