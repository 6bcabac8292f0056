package smtp

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	mail "github.com/wneessen/go-mail"

	"homeward/internal/fault"
)

var (
	errNotBare = errors.New("smtp: not a bare address")
	errClosed  = errors.New("smtp: the pool is closed")
)

// Pool sends mails over kept connections; many goroutines may use it at once.
type Pool struct {
	cfg   Config
	turns chan struct{} // one for each connection that may stand

	done chan struct{} // closed by Close

	mu     sync.Mutex
	idle   []*connection // the one used last is at the end and is used next; who removes one owns it
	closed bool
	ending sync.WaitGroup // expired connections that say goodbye
}

// New gives a pool; connections are made when they are needed.
func New(cfg Config) *Pool {
	cfg = cfg.withDefaults()
	return &Pool{cfg: cfg, turns: make(chan struct{}, cfg.Connections), done: make(chan struct{})}
}

// Send hands one mail to the server. Its errors are faults: Permanent when the server refused this mail for good,
// Uncertain when the whole mail went out and no answer came, else Later. A fault names the verb and the server's codes,
// and no address.
func (p *Pool) Send(ctx context.Context, m Message) (Receipt, error) {
	msg, smtputf8, err := compose(m)
	if err != nil {
		return Receipt{}, err
	}
	select {
	case p.turns <- struct{}{}:
		defer func() { <-p.turns }()
	case <-p.done:
		return Receipt{}, dialFault(errClosed)
	case <-ctx.Done():
		return Receipt{}, fault.New(fault.Later, "mail_busy", "No connection to the mail server became free in time.", ctx.Err())
	}
	for {
		c, kept, err := p.take(ctx)
		if err != nil {
			return Receipt{}, dialFault(err)
		}
		if smtputf8 && !c.supports("SMTPUTF8") {
			p.put(c)
			return Receipt{}, fault.New(fault.Permanent, "mailbox_needs_smtputf8",
				"The address has letters beyond ASCII, which the mail server does not take (SMTPUTF8).", nil)
		}
		ended, err := c.send(ctx, msg, smtputf8)
		if err == nil {
			p.put(c)
			return Receipt{QueueID: queueID(msg.ServerResponse())}, nil
		}
		if usable(err) {
			p.put(c)
		} else {
			c.drop()
		}
		if kept && stale(err) && ctx.Err() == nil {
			continue // the server ended an idle connection; nothing was said on it, and the next one may be fresh
		}
		return Receipt{}, sendFault(err, ended)
	}
}

// Check connects, secures, logs in and quits.
func (p *Pool) Check(ctx context.Context) error {
	c, err := connect(ctx, p.cfg)
	if err != nil {
		return dialFault(err)
	}
	c.quit()
	return nil
}

// Close refuses new mails, waits for those under way, and ends every connection. It may be called again.
func (p *Pool) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	close(p.done)
	for _, c := range idle {
		c.timer.Stop()
		c.quit()
	}
	for range cap(p.turns) {
		p.turns <- struct{}{} // every mail that was under way has given its turn back
	}
	p.ending.Wait()
}

// take gives an idle connection, else a fresh one.
func (p *Pool) take(ctx context.Context) (c *connection, kept bool, err error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, false, errClosed
	}
	if n := len(p.idle); n > 0 {
		c, p.idle = p.idle[n-1], p.idle[:n-1]
		p.mu.Unlock()
		c.timer.Stop()
		return c, true, nil
	}
	p.mu.Unlock()
	c, err = connect(ctx, p.cfg)
	return c, false, err
}

// put keeps a connection for the next mail, or ends it when it served enough.
func (p *Pool) put(c *connection) {
	p.mu.Lock()
	if p.closed || c.sent >= p.cfg.PerConnection {
		p.mu.Unlock()
		c.quit()
		return
	}
	c.timer = time.AfterFunc(p.cfg.IdleAfter, func() { p.expire(c) })
	p.idle = append(p.idle, c)
	p.mu.Unlock()
}

// expire ends a connection that was idle for too long, unless somebody took it meanwhile.
func (p *Pool) expire(c *connection) {
	p.mu.Lock()
	i := slices.Index(p.idle, c)
	if i < 0 {
		p.mu.Unlock()
		return
	}
	p.idle = slices.Delete(p.idle, i, i+1)
	p.ending.Add(1)
	p.mu.Unlock()
	defer p.ending.Done()
	c.quit()
}

// usable tells that the server refused the mail and the conversation goes on: go-mail has reset it, except after DATA.
func usable(err error) bool {
	var failure *mail.SendError
	return errors.As(err, &failure) && failure.ErrorCode() != 0 && failure.ErrorCode() != 421 && failure.Reason != mail.ErrSMTPData
}
