package systemtest_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"homeward/internal/app"
	"homeward/internal/config"
	"homeward/internal/store/storetest"
	"homeward/internal/systemtest"
)

// Several machines share a PostgreSQL and a Redis: one takes webhooks, two work and keep the timers. Everything is told
// once.
func TestSeveralMachines(t *testing.T) {
	redis := os.Getenv("HOMEWARD_TEST_REDIS")
	if redis == "" {
		t.Skip("HOMEWARD_TEST_REDIS is not set: no Redis to share")
	}
	dsn := storetest.Postgres(t)
	shared := func(c *config.Config) { c.Database, c.Redis = dsn, "redis://"+redis+"/3" }
	web := systemtest.Start(t, systemtest.Setup{Config: shared, Roles: app.Roles{Web: true}})
	for range 2 {
		machine(t, web, app.Roles{Worker: true, Timers: true})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	const orders = 30
	now := time.Now()
	for n := range orders {
		id := fmt.Sprint(7000 + n)
		web.Post("order.placed", now, order(id, now))
		web.Post("parcel.updated", now, parcel(id, "out_for_delivery", now.Add(time.Second), nil))
	}
	mails, err := web.World.Mail.Wait(ctx, 2*orders)
	if err != nil {
		t.Fatalf("%v: %d mails of %d", err, len(web.World.Mail.Deliveries()), 2*orders)
	}
	seen := map[string]bool{}
	for _, m := range mails {
		if seen[m.MessageID] {
			t.Errorf("twice: %s", m.Subject)
		}
		seen[m.MessageID] = true
	}
}

// machine runs another Homeward on the same database, Redis and world, until the test ends.
func machine(t *testing.T, first *systemtest.System, roles app.Roles) {
	t.Helper()
	a, err := app.New(t.Context(), first.App.Config, app.Seams{HTTP: first.World.Client}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, roles, app.Listeners{}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
}
