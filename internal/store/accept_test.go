package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"homeward/internal/store"
	"homeward/internal/store/storetest"
)

func webhook(key, body string) store.NewEvent {
	return store.NewEvent{
		Shop: "acme", Source: "erp", Vendor: "standard", DedupeKey: key, Headers: map[string]string{"Webhook-Id": key},
		Body: []byte(body), ReceivedAt: t0,
	}
}

func accept(t testing.TB, db *store.DB, e store.NewEvent) (string, bool) {
	t.Helper()
	id, seen, err := db.AcceptEvent(t.Context(), e)
	if err != nil {
		t.Fatalf("AcceptEvent: %v", cause(err))
	}
	return id, seen
}

func TestAcceptEventStoresWhatCame(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		id, seen := accept(t, db, webhook("msg_1", "{\"a\":\x00\xff}"))
		if seen {
			t.Error("the first copy was told as seen")
		}
		got := must[store.Event](t)(db.Event(t.Context(), id))
		want := store.Event{
			ID: id, Shop: "acme", Source: "erp", Vendor: "standard", DedupeKey: "id:msg_1",
			Headers: map[string]string{"Webhook-Id": "msg_1"}, Body: []byte("{\"a\":\x00\xff}"), ReceivedAt: t0,
			Work: store.Work{State: store.Due, DueAt: t0},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAcceptEventTellsWhatItSaw(t *testing.T) {
	minutes := func(n int) time.Time { return t0.Add(time.Duration(n) * time.Minute) }
	tests := map[string]struct {
		change func(e *store.NewEvent)
		seen   bool
	}{
		"the same id, another body":         {func(e *store.NewEvent) { e.Body = []byte("other") }, true},
		"the same id, a day later":          {func(e *store.NewEvent) { e.ReceivedAt = minutes(24 * 60) }, true},
		"another id":                        {func(e *store.NewEvent) { e.DedupeKey = "msg_2" }, false},
		"another source":                    {func(e *store.NewEvent) { e.Source = "shopify" }, false},
		"another shop of that source":       {func(e *store.NewEvent) { e.Shop += " other" }, false},
		"a very long id":                    {func(e *store.NewEvent) { e.DedupeKey = string(make([]byte, 9000)) }, false},
		"an id that looks like a hash":      {func(e *store.NewEvent) { e.DedupeKey = "sha256:" }, false},
		"an id with a NUL":                  {func(e *store.NewEvent) { e.DedupeKey = "a\x00b" }, false},
		"an id with bytes that no text has": {func(e *store.NewEvent) { e.DedupeKey = "a\xff\x00b" }, false},
	}
	onBoth(t, func(t *testing.T, db *store.DB) {
		for name, test := range tests {
			original := webhook("msg_1", "body")
			original.Shop = name // one for each case: they do not see each other
			first, _ := accept(t, db, original)
			again := original
			test.change(&again)
			id, seen := accept(t, db, again)
			if seen != test.seen || (id == first) != test.seen {
				t.Errorf("%s: seen %v, same id %v; want %v", name, seen, id == first, test.seen)
			}
			if id3, seen := accept(t, db, again); !seen || id3 != id {
				t.Errorf("the second copy of %s: seen %v, same id %v", name, seen, id3 == id)
			}
		}
	})
}

// TestAcceptEventWithoutID: equal bodies count as one event within ten minutes, wherever the slots of the key end.
func TestAcceptEventWithoutID(t *testing.T) {
	onBoth(t, func(t *testing.T, db *store.DB) {
		for _, start := range []time.Duration{0, time.Millisecond, 5 * time.Minute, 10*time.Minute - time.Millisecond} {
			for after, want := range map[time.Duration]bool{
				0: true, time.Second: true, 9 * time.Minute: true, 10*time.Minute - time.Millisecond: true,
				10 * time.Minute: false, 11 * time.Minute: false, 72 * time.Hour: false,
				-time.Second: true, -10*time.Minute + time.Millisecond: true, -10 * time.Minute: false,
			} {
				e := webhook("", "body")
				e.Shop, e.ReceivedAt = fmt.Sprintf("%v+%v", start, after), t0.Add(start)
				first, _ := accept(t, db, e)
				e.ReceivedAt = e.ReceivedAt.Add(after)
				if id, seen := accept(t, db, e); seen != want || (id == first) != want {
					t.Errorf("%s: seen %v, want %v", e.Shop, seen, want)
				}
			}
		}
	})
}

func TestAcceptEventOnceOfAThousand(t *testing.T) {
	for name, key := range map[string]string{"with an id": "msg_1", "by the body": ""} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, db *store.DB) {
				const copies = 1000
				var ids [copies]string
				var seen [copies]bool
				var group sync.WaitGroup
				for i := range copies {
					group.Go(func() {
						var err error
						if ids[i], seen[i], err = db.AcceptEvent(t.Context(), webhook(key, "body")); err != nil {
							t.Error(cause(err))
						}
					})
				}
				group.Wait()
				fresh := 0
				for i := range copies {
					if ids[i] != ids[0] {
						t.Fatalf("copy %d has the id %q, copy 0 %q", i, ids[i], ids[0])
					}
					if !seen[i] {
						fresh++
					}
				}
				if fresh != 1 {
					t.Errorf("%d copies were told as new, want 1", fresh)
				}
			})
		})
	}
}

func BenchmarkAcceptEvent(b *testing.B) {
	body := make([]byte, 5<<10)
	run := func(b *testing.B, db *store.DB, key func(n int64) string) {
		b.ReportAllocs()
		b.SetParallelism(16) // times GOMAXPROCS; 32 callers on two cores
		before := cpu(b)
		var mu sync.Mutex
		var n int64
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				mu.Lock()
				n++
				k := key(n)
				mu.Unlock()
				e := webhook(k, "")
				e.Body = body
				if k == "" {
					e.Body = fmt.Appendf(nil, "%d%s", n, body)
				}
				if _, _, err := db.AcceptEvent(b.Context(), e); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.ReportMetric(float64(cpu(b)-before)/float64(b.N), "cpu-ns/op")
	}
	b.Run("id", func(b *testing.B) {
		run(b, openSQLite(b), func(n int64) string { return fmt.Sprint("msg_", n) })
	})
	b.Run("body", func(b *testing.B) { run(b, openSQLite(b), func(int64) string { return "" }) })
	b.Run("postgres", func(b *testing.B) {
		run(b, open(b, storetest.Postgres(b)), func(n int64) string { return fmt.Sprint("msg_", n) })
	})
}
