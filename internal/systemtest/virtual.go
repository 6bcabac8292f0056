package systemtest

import (
	"testing"
	"testing/synctest"
	"time"

	"homeward/internal/config"
	"homeward/providers/standin"
)

// Monday is when virtual time begins: Monday 23 November 2026, 09:00 in Warsaw. No clock changes in the weeks after it.
var Monday = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)

// Pace is how often an idle system in virtual time looks for work. A look costs real time, so a bench of a week looks
// seldom and a bench of an hour often: what happens is late by up to one and a half looks.
type Pace time.Duration

// The paces of the benches.
const (
	Brisk Pace = Pace(5 * time.Second) // for hours
	Calm  Pace = Pace(time.Minute)     // for weeks
)

// Virtual runs a whole Homeward and its world inside one synctest bubble, where time passes as fast as the work in it
// allows, from Monday on. Everything that was started has ended when it returns.
func Virtual(t *testing.T, pace Pace, setup Setup, test func(t *testing.T, s *System)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(Monday))
		setup.Network, setup.Redis = &standin.Pipes{}, true
		change := setup.Config
		setup.Config = func(c *config.Config) {
			look := time.Duration(pace)
			c.Work.CheckInterval, c.Work.SweepEvery, c.Work.OverdueAfter = look, 5*look, 4*look
			if change != nil {
				change(c)
			}
		}
		s := Start(t, setup)
		test(t, s)
		s.Stop()
		time.Sleep(5 * time.Second) // go-redis looks once more whether a Redis that was away is back
	})
}

// Pass lets so much virtual time go by and everything that falls due in it happen.
func (s *System) Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// PassUntil lets time pass until an instant of virtual time.
func (s *System) PassUntil(at time.Time) { s.Pass(time.Until(at)) }
