package jobs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"homeward/internal/fault"
	"homeward/internal/notify"
	"homeward/internal/store"
)

const (
	// callBody bounds how much of an answer is read.
	callBody = 64 << 10
	// longestWait bounds what an answer can ask for by Retry-After.
	longestWait = 24 * time.Hour
)

// callWaits is how long a call waits after each failed attempt: over three days in all.
var callWaits = []time.Duration{
	5 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour,
	20 * time.Hour, 24 * time.Hour,
}

// Caller posts to the shop's own systems.
type Caller interface {
	Do(r *http.Request) (*http.Response, error)
}

// NewCaller gives a client that goes to the address it is given and nowhere else: it follows no redirect, and it does not wait
// for ever. Through is the way out; nil is the machine's own.
func NewCaller(through http.RoundTripper) *http.Client {
	return &http.Client{
		Transport: through, Timeout: callTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// tellShop posts one event to the shop's own systems.
func (w *Worker) tellShop(ctx context.Context, task store.Task) error {
	row, err := w.DB.Call(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return err
	}
	if err := early(row.Work, w.Now()); err != nil {
		return err
	}
	shop, f := w.shop(row.Shop)
	if f == nil && shop.Notify.URL == "" {
		f = fault.New(fault.Permanent, "notify_not_configured", "The shop names no address for its own systems any more; set notify.url and try again.", nil)
	}
	if f != nil {
		return w.finish(ctx, task, store.CallFailed, f)
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	started := w.Now()
	status, f := w.post(ctx, shop.Notify.URL, shop.Notify.Secret, row)
	w.Log.LogAttrs(ctx, slog.LevelInfo, "call", slog.String("call", row.ID), slog.String("shop", row.Shop), slog.String("type", row.Type),
		slog.Int("status", status), slog.Int("attempt", before.Attempt+1), slog.Duration("took", w.Now().Sub(started)))
	return w.answered(ctx, task, before.Attempt, status, f)
}

// answered records what became of an attempt.
func (w *Worker) answered(ctx context.Context, task store.Task, attempt, status int, f *fault.Error) error {
	delivered := time.Time{}
	if f == nil {
		delivered = w.Now()
	}
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AnswerCall(ctx, task.ID, status, delivered); err != nil {
			return err
		}
		if f == nil {
			return tx.Finish(ctx, task.Kind, task.ID, task.Generation, store.CallDelivered, nil)
		}
		return nil
	})
	switch {
	case err != nil || f == nil:
		return ignore(err, store.ErrStale)
	case f.Class == fault.Permanent, attempt >= len(callWaits):
		return w.finish(ctx, task, store.CallFailed, f)
	default:
		return w.retry(ctx, task, max(callWaits[attempt], f.After), "", f)
	}
}

// post makes one attempt. A fault's text holds the status only: an answer's body may say anything.
func (w *Worker) post(ctx context.Context, url, secret string, row store.Call) (status int, f *fault.Error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	body := []byte(row.Body)
	header, err := notify.Header(secret, row.ID, w.Now(), body)
	if err != nil {
		return 0, fault.New(fault.Permanent, "notify_secret", "notify.secret of the shop is no secret of Standard Webhooks.", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(row.Body))
	if err != nil {
		return 0, fault.New(fault.Permanent, "notify_url", "notify.url of the shop is no address.", err)
	}
	r.Header = header
	res, err := w.Caller.Do(r)
	if err != nil {
		return 0, fault.New(fault.Later, "notify_unreachable", "The shop's system at notify.url did not answer.", err)
	}
	defer res.Body.Close()                                         //nolint:errcheck // nothing of it is used
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, callBody)) // so that the connection can be used again
	return res.StatusCode, refusal(res)
}

// refusal gives the fault of an answer, nil when the event was taken.
func refusal(res *http.Response) *fault.Error {
	s := res.StatusCode
	said := fmt.Sprintf("The shop's system at notify.url answered %d", s)
	switch {
	case s >= 200 && s <= 299:
		return nil
	case s >= 300 && s <= 399:
		return fault.New(fault.Permanent, "notify_redirected", said+"; redirects are not followed. Set notify.url to where it leads.", nil)
	case s == http.StatusRequestTimeout, s == http.StatusTooEarly, s == http.StatusTooManyRequests, s >= 500:
		f := fault.New(fault.Later, "notify_busy", said+".", nil)
		if seconds, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && seconds > 0 {
			f.After = min(time.Duration(seconds)*time.Second, longestWait)
		}
		return f
	default:
		return fault.New(fault.Permanent, "notify_refused", said+": it does not want this event.", nil)
	}
}
