package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const wayP99 = 60 * time.Millisecond

// way measures how long it takes from the moment a webhook is due to go until the mail server has taken the mail that it
// calls for, at a slow and at a lively pace. Nothing holds back the mail that an order was placed.
func way(ctx context.Context, b *bench) error {
	for _, e := range engines() {
		for _, rate := range []int{50, 500} {
			l, err := b.wayAt(ctx, e, rate)
			if err != nil {
				return err
			}
			b.table.add(l)
		}
	}
	return nil
}

func (b *bench) wayAt(ctx context.Context, e engine, rate int) (line, error) {
	dsn, drop, err := b.database(ctx, e)
	if err != nil {
		return line{}, err
	}
	defer drop()
	p, err := b.startServer(ctx, spec{Database: dsn, Workers: true})
	if err != nil {
		return line{}, err
	}
	defer p.stop()
	if _, err := b.wayRun(ctx, p.addr, rate, b.seconds/5); err != nil { // warm
		return line{}, err
	}
	cpu, redis := p.cpu(), b.redisCPU(ctx)
	all, err := b.wayRun(ctx, p.addr, rate, b.seconds*time.Duration(b.rounds))
	if err != nil {
		return line{}, err
	}
	l := line{part: "way", what: fmt.Sprintf("%s, %d webhooks/s to mail taken", e, rate), rate: float64(rate),
		p50: all.quantile(0.5), p99: all.quantile(0.99), cpu: each(p.cpu()-cpu, len(all)), redis: each(b.redisCPU(ctx)-redis, len(all))}
	if e == sqlite {
		l.target, l.reached = fmt.Sprintf("p99 < %d ms", wayP99.Milliseconds()), verdict(l.p99 < wayP99)
	}
	return l, nil
}

// wayRun posts at a pace and gives how long each mail took.
func (b *bench) wayRun(ctx context.Context, addr string, rate int, d time.Duration) (took, error) {
	if doubled := b.sink.reset(); doubled > 0 {
		return nil, fmt.Errorf("%d mails came twice", doubled)
	}
	var mu sync.Mutex
	due := make(map[uint64]time.Time)
	err := pace(ctx, addr, b.serial, rate, d, func(serial uint64, at time.Time) {
		mu.Lock()
		defer mu.Unlock()
		due[serial] = at
	})
	if err != nil {
		return nil, err
	}
	b.serial += uint64(len(due))
	if err := until(ctx, 30*time.Second, func() bool { return int(b.sink.count.Load()) >= len(due) }); err != nil {
		return nil, fmt.Errorf("%d of %d mails came: %w", b.sink.count.Load(), len(due), err)
	}
	var all took
	for serial, at := range b.sink.times() {
		all = append(all, at.Sub(due[serial]))
	}
	return all, nil
}
