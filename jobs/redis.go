package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// Dial opens a connection to Redis; tests give their own.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// Redis is where the bells hang: two clients with different patience.
type Redis struct {
	// server is patient: a blip of a few seconds must not make asynq run a finished task again, which it does when its
	// first write fails (reference: asynq 0.26 gives up re-syncing because its context is cancelled).
	server redis.UniversalClient
	// client is impatient: a feeder must not wait for a Redis that is away.
	client   redis.UniversalClient
	embedded *miniredis.Miniredis
	bells    bells
}

// OpenRedis opens "embedded", "redis://…", "rediss://…" or "redis+sentinel://h1,h2/master?db=0". It does not wait for
// Redis to be there.
func OpenRedis(address string, dial Dial, log *slog.Logger) (*Redis, error) {
	redis.SetLogger(redisLog{log})
	r := &Redis{bells: newBells()}
	if address == "embedded" {
		return r.embed(dial)
	}
	patient, err := options(address, dial)
	if err != nil {
		return nil, err
	}
	impatient := *patient
	patient.MaxRetries, patient.MinRetryBackoff, patient.MaxRetryBackoff = 12, 50*time.Millisecond, 2*time.Second
	impatient.MaxRetries, impatient.DialTimeout = 1, time.Second
	impatient.ReadTimeout, impatient.WriteTimeout = 2*time.Second, 2*time.Second
	r.server, r.client = redis.NewUniversalClient(patient), redis.NewUniversalClient(&impatient)
	return r, nil
}

// embed starts the Redis inside the process. It keeps nothing over a restart, and need not: the rows are in SQL.
func (r *Redis) embed(dial Dial) (*Redis, error) {
	r.embedded = miniredis.NewMiniRedis()
	r.embedded.ClockTTL(true) // its keys expire by the clock, also by that of a synctest bubble
	o := &redis.UniversalOptions{Addrs: []string{"embedded:6379"}, MaxRetries: 3}
	if dial == nil {
		if err := r.embedded.Start(); err != nil {
			return nil, fmt.Errorf("redis: embedded: %w", err)
		}
		o.Addrs = []string{r.embedded.Addr()}
	} else { // no socket at all, for virtual time
		o.Dialer = func(context.Context, string, string) (net.Conn, error) { return r.embedded.Dial() }
	}
	r.server, r.client = redis.NewUniversalClient(o), redis.NewUniversalClient(o)
	return r, nil
}

// Ping tells whether Redis answers.
func (r *Redis) Ping(ctx context.Context) error { return r.client.Ping(ctx).Err() }

// Client gives the impatient client, for checks.
func (r *Redis) Client() redis.UniversalClient { return r.client }

// Close closes the clients and ends the embedded Redis.
func (r *Redis) Close() error {
	err := r.server.Close()
	if e := r.client.Close(); err == nil {
		err = e
	}
	if r.embedded != nil {
		r.embedded.Close()
	}
	return err
}

// options reads a Redis address. asynq's own reader drops the user name, so go-redis's is used.
func options(address string, dial Dial) (*redis.UniversalOptions, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("redis: the address cannot be read")
	}
	if u.Scheme == "redis+sentinel" {
		return sentinel(u, dial)
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("redis: the address cannot be read: it should look like redis://user:password@host:6379/0")
	}
	return &redis.UniversalOptions{Addrs: []string{o.Addr}, Username: o.Username, Password: o.Password, DB: o.DB, TLSConfig: o.TLSConfig, Dialer: dial}, nil
}

func sentinel(u *url.URL, dial Dial) (*redis.UniversalOptions, error) {
	master := strings.Trim(u.Path, "/")
	if master == "" || u.Host == "" {
		return nil, fmt.Errorf("redis: a sentinel address should look like redis+sentinel://h1:26379,h2:26379/mymaster?db=0")
	}
	db := 0
	if s := u.Query().Get("db"); s != "" {
		var err error
		if db, err = strconv.Atoi(s); err != nil {
			return nil, fmt.Errorf("redis: db=%q is not a number", s)
		}
	}
	password, _ := u.User.Password()
	return &redis.UniversalOptions{
		Addrs: strings.Split(u.Host, ","), MasterName: master, DB: db, Username: u.User.Username(), Password: password, Dialer: dial,
	}, nil
}

// redisLog sends go-redis's own messages to slog. They name addresses of servers, never of people.
type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.LogAttrs(ctx, slog.LevelWarn, "redis", slog.String("detail", fmt.Sprintf(format, v...)))
}
