package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"
)

// What accepting a webhook must reach on SQLite.
const (
	acceptRatio = 0.7
	acceptP99   = 15 * time.Millisecond
	acceptCPU   = 120 // µs
)

// figures are the rounds of one kind of server.
type figures struct {
	rate, cpu, redis []float64
	p50, p99         []time.Duration
	mails            []float64 // a second, meanwhile
}

func (f *figures) line(part, what string) line {
	return line{part: part, what: what, rate: median(f.rate), p50: median(f.p50), p99: median(f.p99), cpu: median(f.cpu), redis: median(f.redis)}
}

// accept measures webhooks as fast as they are answered: the baseline and Homeward in turn, so that whatever else the
// machine does meets both.
func accept(ctx context.Context, b *bench) error {
	for _, workers := range []bool{false, true} {
		with := "workers off"
		if workers {
			with = "workers on"
		}
		var base figures
		mine := make(map[engine]*figures)
		for range b.rounds {
			if err := b.acceptRound(ctx, spec{Bare: true, Workers: workers}, &base); err != nil {
				return err
			}
			for _, e := range engines() {
				dsn, drop, err := b.database(ctx, e)
				if err != nil {
					return err
				}
				if mine[e] == nil {
					mine[e] = &figures{}
				}
				err = b.acceptRound(ctx, spec{Database: dsn, Workers: workers}, mine[e])
				drop()
				if err != nil {
					return err
				}
			}
		}
		b.table.add(base.line("accept", "bare, "+with))
		for _, e := range engines() {
			b.table.add(acceptLine(e, with, mine[e], &base, workers))
		}
	}
	return nil
}

func acceptLine(e engine, with string, mine, base *figures, workers bool) line {
	l := mine.line("accept", fmt.Sprintf("%s, %s", e, with))
	l.ratio = l.rate / median(base.rate)
	if workers {
		l.more = fmt.Sprintf("%.0f mails/s meanwhile", median(mine.mails))
	}
	if e == sqlite {
		l.target = fmt.Sprintf("≥ %.1f of bare, p99 < %d ms, CPU ≤ %d µs", acceptRatio, acceptP99.Milliseconds(), acceptCPU)
		l.reached = verdict(l.ratio >= acceptRatio) + ", " + verdict(l.p99 < acceptP99) + ", " + verdict(l.cpu <= acceptCPU)
	}
	return l
}

// acceptRound measures one server, from its start to its end.
func (b *bench) acceptRound(ctx context.Context, s spec, f *figures) error {
	p, err := b.startServer(ctx, s)
	if err != nil {
		return err
	}
	defer p.stop()
	warm, err := saturate(p.addr, b.serial, b.seconds/5)
	if err != nil {
		return err
	}
	b.serial += uint64(len(warm)) + connections // each connection draws one more at the end
	sent, cpu, redis, started := b.sink.count.Load(), p.cpu(), b.redisCPU(ctx), time.Now()
	all, err := saturate(p.addr, b.serial, b.seconds)
	if err != nil {
		return err
	}
	b.serial += uint64(len(all)) + connections
	took := time.Since(started).Seconds()
	f.rate = append(f.rate, float64(len(all))/took)
	f.cpu = append(f.cpu, each(p.cpu()-cpu, len(all)))
	f.redis = append(f.redis, each(b.redisCPU(ctx)-redis, len(all)))
	f.mails = append(f.mails, float64(b.sink.count.Load()-sent)/took)
	f.p50 = append(f.p50, all.quantile(0.5))
	f.p99 = append(f.p99, all.quantile(0.99))
	return ctx.Err()
}

// startServer starts a server over an empty Redis.
func (b *bench) startServer(ctx context.Context, s spec) (*process, error) {
	b.sink.reset()
	if err := b.redis.FlushDB(ctx).Err(); err != nil {
		return nil, err
	}
	s.Redis, s.Mail = b.redisAddr, b.sink.addr
	if b.profile != "" && !s.Bare {
		b.profiles++
		s.Profile = filepath.Join(b.profile, fmt.Sprintf("%02d.pprof", b.profiles))
	}
	return start(s)
}
