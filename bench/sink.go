package main

import (
	"bufio"
	"bytes"
	"maps"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// sink is a mail server that takes everything, keeps nothing but who each mail was for and when it was accepted, and
// costs as little as it can. It offers no extension that would shorten the conversation.
type sink struct {
	listener net.Listener
	addr     string
	count    atomic.Int64
	wg       sync.WaitGroup

	mu       sync.Mutex
	conns    map[net.Conn]struct{}
	accepted map[uint64]time.Time // by the order's serial
	doubled  int
}

func newSink() (*sink, error) {
	l, err := loopback()
	if err != nil {
		return nil, err
	}
	s := &sink{listener: l, addr: l.Addr().String(), conns: map[net.Conn]struct{}{}, accepted: map[uint64]time.Time{}}
	s.wg.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = struct{}{}
			s.mu.Unlock()
			s.wg.Go(func() { s.converse(conn) })
		}
	})
	return s, nil
}

func (s *sink) close() {
	_ = s.listener.Close()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// reset forgets the mails so far and gives how many orders' mails came twice.
func (s *sink) reset() (doubled int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	doubled = s.doubled
	s.count.Store(0)
	s.doubled = 0
	clear(s.accepted)
	return doubled
}

// times gives when each order's mail was accepted.
func (s *sink) times() map[uint64]time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make(map[uint64]time.Time, len(s.accepted))
	maps.Copy(all, s.accepted)
	return all
}

// converse is one SMTP session (RFC 5321).
func (s *sink) converse(conn net.Conn) {
	defer func() {
		_ = conn.Close()
		s.mu.Lock()
		delete(s.conns, conn)
		s.mu.Unlock()
	}()
	in := bufio.NewReaderSize(conn, 64<<10)
	say := func(line string) bool { _, err := conn.Write([]byte(line)); return err == nil }
	recipient := ""
	for ok := say("220 sink.example ESMTP\r\n"); ok; {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(string(line[:min(4, len(line))])); verb {
		case "RCPT":
			_, rest, _ := bytes.Cut(line, []byte("<"))
			to, _, _ := bytes.Cut(rest, []byte(">"))
			recipient = string(to)
			ok = say("250 OK\r\n")
		case "DATA":
			ok = say("354 Go on\r\n") && untilDot(in)
			if ok {
				s.keep(recipient)
				ok = say("250 2.0.0 OK queued as B1\r\n")
			}
		case "QUIT":
			say("221 Bye\r\n")
			return
		default:
			ok = say("250 OK\r\n")
		}
	}
}

// untilDot reads a mail to its end.
func untilDot(in *bufio.Reader) bool {
	for {
		line, err := in.ReadSlice('\n')
		if err != nil && err != bufio.ErrBufferFull { //nolint:errorlint // exactly that value
			return false
		}
		if len(line) == 3 && line[0] == '.' {
			return true
		}
	}
}

func (s *sink) keep(recipient string) {
	now := time.Now()
	serial, ok := serialOf(recipient)
	if !ok {
		return
	}
	s.mu.Lock()
	if _, there := s.accepted[serial]; there {
		s.doubled++
	} else {
		s.accepted[serial] = now
	}
	s.mu.Unlock()
	s.count.Add(1)
}
