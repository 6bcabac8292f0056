package main

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"homeward/internal/app"
	"homeward/internal/config"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/outbox"
	"homeward/internal/store"
	"homeward/jobs"
	"homeward/providers"
	"homeward/providers/registry"
)

// homeward is the product itself, put together as `homeward serve` does.
type homeward struct {
	spec  spec
	app   *app.App
	stops []func() // in the order in which they were begun
}

func newHomeward(ctx context.Context, s spec) (*homeward, error) {
	cfg, err := settings(s)
	if err != nil {
		return nil, err
	}
	log, err := newLog()
	if err != nil {
		return nil, err
	}
	a, err := app.New(ctx, cfg, app.Seams{}, log)
	return &homeward{spec: s, app: a}, err
}

// settings is a shop that sends mail, with every other setting at its default.
func settings(s spec) (*config.Config, error) {
	host, port, err := net.SplitHostPort(s.Mail)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		return nil, err
	}
	return &config.Config{
		PublicURL: "http://127.0.0.1", Database: s.Database, Redis: "redis://" + s.Redis + "/0",
		Secrets: []string{"a-secret-for-the-bench-of-32-bytes-or-more"}, Work: config.DefaultWork,
		Shops: []config.Shop{{
			ID: "acme", Name: "Acme Tea", Country: "PL", Zone: time.UTC, Languages: []string{"pl", "en", "de"},
			Sources:  []config.Source{{Name: "shopify", Kind: "shopify", Secrets: []string{shopSecret}}},
			Messages: config.Messages{CalmWindow: 10 * time.Minute, QuietFrom: 21 * time.Hour, QuietUntil: 8 * time.Hour},
			Returns:  config.Returns{Window: 30 * 24 * time.Hour, Approve: "auto"},
			Brand:    config.Brand{Color: "#0a7d55", Address: "Acme Tea, ul. Długa 1, 31-146 Kraków", ReplyTo: "help@acme.example"},
			Mail:     &config.Mail{URL: "smtp://" + s.Mail, Host: host, Port: n, TLS: "optional", From: "Acme Tea <orders@acme.example>"},
		}},
	}, nil
}

func (h *homeward) listen() (string, error) {
	l, err := loopback()
	if err != nil {
		return "", err
	}
	h.run(app.Roles{Web: true}, app.Listeners{Web: l})
	return l.Addr().String(), nil
}

func (h *homeward) work() error {
	h.run(app.Roles{Worker: true, Timers: true}, app.Listeners{})
	return nil
}

// run does some roles until stop.
func (h *homeward) run(roles app.Roles, ls app.Listeners) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = h.app.Run(ctx, roles, ls) // what went wrong shows in the figures: nothing is answered, nothing is sent
	}()
	h.stops = append(h.stops, func() { cancel(); <-done })
}

func (h *homeward) stop() {
	for _, stop := range h.stops {
		stop()
	}
	_ = h.app.Close()
}

// fillStep is how many orders one transaction of fill adds.
const fillStep = 100

// fill adds orders with the mail that says that they were placed, due now, and rings a bell for each: what a mail server
// that was away for an hour leaves behind.
func (h *homeward) fill(from, n int) error {
	ctx := context.Background()
	source, err := registry.New("shopify", providers.Options{Name: "shopify", Secrets: []string{shopSecret}, Zone: time.UTC, Country: "PL"})
	if err != nil {
		return err
	}
	shop := &h.app.Config.Shops[0]
	bells := redis.NewClient(&redis.Options{Addr: h.spec.Redis})
	defer bells.Close() //nolint:errcheck // it was read from
	body := newBody(time.Now())
	for done := 0; done < n; {
		step := min(fillStep, n-done)
		var tasks []store.Task
		err := h.app.DB.Write(ctx, func(tx *store.Tx) error {
			tasks = tasks[:0]
			for i := range step {
				more, err := backlog(ctx, tx, shop, source, body.with(uint64(from+done+i))) //nolint:gosec // counts
				if err != nil {
					return err
				}
				tasks = append(tasks, more...)
			}
			return nil
		})
		if err != nil {
			return err
		}
		h.app.Queue.Enqueue(ctx, tasks...)
		done += step
		if err := until(ctx, time.Minute, func() bool {
			return waiting(ctx, bells) >= int64(done)
		}); err != nil {
			return err
		}
	}
	return nil
}

// waiting counts the tasks in every queue.
func waiting(ctx context.Context, bells *redis.Client) (n int64) {
	for _, queue := range jobs.Queues() {
		n += bells.LLen(ctx, "asynq:{"+queue+"}:pending").Val()
	}
	return n
}

// backlog adds one order as its webhook would have, with its mail.
func backlog(ctx context.Context, tx *store.Tx, shop *config.Shop, source providers.Source, body []byte) ([]store.Task, error) {
	now := time.Now()
	reading, err := source.Read(providers.Delivery{Header: http.Header{"X-Shopify-Topic": {topic}}, Body: body, ReceivedAt: now})
	if err != nil {
		return nil, err
	}
	state := orders.Fold(reading.Events)
	o := state.Order
	order := store.Order{
		ID: id.New(now), Shop: shop.ID, ExternalID: o.ID, NumberKey: orders.NumberKey(o.Number), EmailKey: orders.EmailKey(o.Customer.Email),
		Language: "pl", Region: "PL", TimeZone: "Europe/Warsaw", State: state, CreatedAt: now, UpdatedAt: now,
	}
	if err := tx.InsertOrder(ctx, order); err != nil {
		return nil, err
	}
	plan := messages.Due(messages.Change{Now: now, After: state, Policy: outbox.Policy(shop), Contact: outbox.Contact(shop, o)})
	return outbox.Put(ctx, tx, order, plan, now)
}
