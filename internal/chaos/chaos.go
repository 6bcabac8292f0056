// Package chaos holds one test: the binary as a user starts it, on SQLite and a real Redis, under load, killed twenty
// times and with its Redis flushed ten times at seeded moments. What the promises say must hold afterwards.
//
// It needs HOMEWARD_TEST_REDIS (host:port of a Redis that it may flush). HOMEWARD_CHAOS_SEED repeats a run.
package chaos
