package main

import (
	"context"
	"fmt"
	"time"
)

const drainRate = 1500

// drain measures how fast a backlog of mails goes out, once the workers start.
func drain(ctx context.Context, b *bench) error {
	for _, e := range engines() {
		var f figures
		for range b.rounds {
			if err := b.drainRound(ctx, e, &f); err != nil {
				return err
			}
		}
		l := f.line("drain", fmt.Sprintf("%s, a backlog of %d mails", e, b.mails))
		if e == sqlite {
			l.target, l.reached = fmt.Sprintf("≥ %d/s", drainRate), verdict(l.rate >= drainRate)
		}
		b.table.add(l)
	}
	return nil
}

func (b *bench) drainRound(ctx context.Context, e engine, f *figures) error {
	dsn, drop, err := b.database(ctx, e)
	if err != nil {
		return err
	}
	defer drop()
	p, err := b.startServer(ctx, spec{Database: dsn})
	if err != nil {
		return err
	}
	defer p.stop()
	if _, err := p.ask("fill %d %d", b.serial, b.mails); err != nil {
		return err
	}
	b.serial += uint64(b.mails) //nolint:gosec // a count
	cpu, redis, started := p.cpu(), b.redisCPU(ctx), time.Now()
	if _, err := p.ask("work"); err != nil {
		return err
	}
	if err := until(ctx, time.Duration(b.mails)*10*time.Millisecond+10*time.Second, func() bool { return int(b.sink.count.Load()) >= b.mails }); err != nil {
		return fmt.Errorf("%d of %d mails came: %w", b.sink.count.Load(), b.mails, err)
	}
	took := time.Since(started)
	f.rate = append(f.rate, float64(b.mails)/took.Seconds())
	f.cpu = append(f.cpu, each(p.cpu()-cpu, b.mails))
	f.redis = append(f.redis, each(b.redisCPU(ctx)-redis, b.mails))
	if doubled := b.sink.reset(); doubled > 0 {
		return fmt.Errorf("%d mails came twice", doubled)
	}
	return nil
}
