// Package pipe is a network inside one process: a listener whose connections are net.Pipe ends. Nothing waits in the
// kernel, so whole servers run in virtual time (testing/synctest).
package pipe

import (
	"context"
	"net"
	"sync"
	"syscall"
)

// Listener accepts the connections that Dial makes.
type Listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// Listen gives a listener that is ready for Dial.
func Listen() *Listener {
	return &Listener{conns: make(chan net.Conn), done: make(chan struct{})}
}

// Dial connects to the listener; network and addr are ignored, so that it fits every dialler. It waits until the
// connection is accepted; once the listener is closed it fails as a refused connection does.
func (l *Listener) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	var err error
	select {
	case <-l.done:
		err = syscall.ECONNREFUSED
	default:
		select {
		case l.conns <- server:
			return client, nil
		case <-l.done:
			err = syscall.ECONNREFUSED
		case <-ctx.Done():
			err = ctx.Err()
		}
	}
	_ = client.Close()
	_ = server.Close()
	return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: address{}, Err: err}
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	select {
	case <-l.done:
		return nil, net.ErrClosed
	case c := <-l.conns:
		return c, nil
	}
}

// Close implements net.Listener; connections that stand are left alone.
func (l *Listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return address{} }

type address struct{}

func (address) Network() string { return "pipe" }
func (address) String() string  { return "pipe" }

// Refuse is a dialler to nowhere: every connection is refused.
func Refuse(context.Context, string, string) (net.Conn, error) {
	return nil, &net.OpError{Op: "dial", Net: "pipe", Addr: address{}, Err: syscall.ECONNREFUSED}
}
