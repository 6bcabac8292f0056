package smtpd

import (
	"bytes"
	"fmt"
	"net"
	"sync"
	"time"
)

// listener counts connections and plays the faults of CONNECT before go-smtp greets.
type listener struct {
	net.Listener
	server *Server
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	inner, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	s := l.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = inner.Close()
		return nil, net.ErrClosed
	}
	s.count++
	c := &conn{Conn: inner, server: s, number: s.count}
	s.conns[c] = struct{}{}
	return c, nil
}

// conn sees the client's lines in clear, for the verbs that go-smtp gives no hook for: the greeting, STARTTLS and DATA.
type conn struct {
	net.Conn
	server  *Server
	number  int
	greeted bool
	content bool // the client sends a mail's content: its lines are no verbs
	once    sync.Once
}

// Write implements net.Conn. The first write is the greeting.
func (c *conn) Write(p []byte) (int, error) {
	if !c.greeted {
		c.greeted = true
		if c.fails(c.server.at(Call{Connection: c.number, Verb: Connect})) {
			_ = c.Close()
			return 0, net.ErrClosed
		}
	}
	return c.Conn.Write(p)
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	for {
		n, err := c.Conn.Read(p)
		if err != nil || c.content {
			return n, err
		}
		verb, ok := map[string]Verb{"STARTTLS\r\n": StartTLS, "DATA\r\n": Data}[string(bytes.ToUpper(p[:min(n, 10)]))]
		if !ok || !c.fails(c.server.at(Call{Connection: c.number, Verb: verb})) {
			return n, nil
		}
	}
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.once.Do(func() {
		c.server.mu.Lock()
		delete(c.server.conns, c)
		c.server.mu.Unlock()
	})
	return c.Conn.Close()
}

// fails plays a fault by itself, and tells whether there was one that replaces the usual answer.
func (c *conn) fails(f Fault) bool {
	c.wait(f.Delay)
	switch {
	case f.Cut:
		_ = c.Conn.Close()
		return true
	case f.Code != 0:
		_, _ = fmt.Fprintf(c.Conn, "%d %s%s\r\n", f.Code, enhanced(f.Enhanced), text(f))
		return true
	default:
		return false
	}
}

func (c *conn) wait(d time.Duration) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.server.done:
	}
}

func enhanced(e [3]int) string {
	if e == [3]int{} {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d ", e[0], e[1], e[2])
}

func text(f Fault) string {
	if f.Text != "" {
		return f.Text
	}
	return "fault on demand"
}
