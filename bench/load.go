package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// connections is how many lines the senders of webhooks keep open.
const connections = 32

// requestTimeout ends a run against a server that no longer answers.
const requestTimeout = 20 * time.Second

// sender posts webhooks over one connection. It speaks just enough HTTP, so that it costs little beside the server.
type sender struct {
	conn net.Conn
	in   *bufio.Reader
	body *body
	out  []byte
}

func newSender(addr string) (*sender, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &sender{conn: conn, in: bufio.NewReader(conn), body: newBody(time.Now())}, nil
}

// post sends one order's webhook and waits until it is answered 202.
func (s *sender) post(serial uint64) error {
	s.out = s.body.request(s.out[:0], serial)
	_ = s.conn.SetDeadline(time.Now().Add(requestTimeout))
	if _, err := s.conn.Write(s.out); err != nil {
		return err
	}
	status, err := s.in.ReadSlice('\n')
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 202")) {
		return fmt.Errorf("a webhook was answered %q", bytes.TrimSpace(status))
	}
	length := 0
	for {
		line, err := s.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		if name, value, _ := bytes.Cut(line, []byte(":")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return err
			}
		}
	}
	_, err = s.in.Discard(length)
	return err
}

// took is a set of latencies.
type took []time.Duration

// quantile gives the latency that a share of all do not exceed.
func (t took) quantile(q float64) time.Duration {
	if len(t) == 0 {
		return 0
	}
	slices.Sort(t)
	return t[min(len(t)-1, int(q*float64(len(t))))]
}

// saturate posts over every connection, each as fast as it is answered, for a time.
func saturate(addr string, first uint64, d time.Duration) (all took, err error) {
	var serial atomic.Uint64
	serial.Store(first)
	until := time.Now().Add(d)
	return overAll(addr, func(s *sender) (mine took, err error) {
		for started := time.Now(); started.Before(until); {
			if err := s.post(serial.Add(1)); err != nil {
				return mine, err
			}
			ended := time.Now()
			mine = append(mine, ended.Sub(started))
			started = ended
		}
		return mine, nil
	})
}

// pace posts so many a second for a time, whether or not the earlier ones are answered (as far as the connections
// reach). It tells when each was due to go: a wait for a free connection counts.
func pace(ctx context.Context, addr string, first uint64, rate int, d time.Duration, due func(serial uint64, at time.Time)) error {
	type order struct {
		serial uint64
		at     time.Time
	}
	n := max(1, int(float64(rate)*d.Seconds()))
	orders := make(chan order, n) // nobody waits for a connection to hand it over
	go func() {
		defer close(orders)
		start := time.Now()
		for i := range n {
			at := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
			select {
			case <-time.After(time.Until(at)):
			case <-ctx.Done():
				return
			}
			o := order{first + uint64(i) + 1, at}
			due(o.serial, o.at)
			orders <- o
		}
	}()
	_, err := overAll(addr, func(s *sender) (took, error) {
		for o := range orders {
			if err := s.post(o.serial); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
	return err
}

// overAll runs work over every connection at once and gives what all measured, or the first failure.
func overAll(addr string, work func(s *sender) (took, error)) (all took, failed error) {
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range connections {
		wg.Go(func() {
			var mine took
			s, err := newSender(addr)
			if err == nil {
				mine, err = work(s)
				_ = s.conn.Close()
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
			if failed == nil {
				failed = err
			}
		})
	}
	wg.Wait()
	return all, failed
}
