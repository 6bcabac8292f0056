package jobs

import (
	"errors"
	"math/rand/v2"
	"time"

	"github.com/hibiken/asynq"

	"homeward/internal/fault"
)

// Delays of a retry: doubling from base to ceiling, with full jitter above half.
const (
	retryBase    = 5 * time.Second
	retryCeiling = 30 * time.Minute
)

// backoff gives the wait before the next attempt: what the other side asked for, at least; else capped exponential with
// jitter. attempt counts from 1.
func backoff(attempt int, f *fault.Error) time.Duration {
	d := retryCeiling
	if attempt < 10 {
		d = min(retryBase<<max(attempt-1, 0), retryCeiling)
	}
	d = d/2 + rand.N(d/2+1) //nolint:gosec // jitter, not a secret
	return max(d, f.After)
}

// again is what a handler returns when its row waits for another attempt: asynq waits as long as the row does, so that
// its dashboard tells the truth. Its text holds a code only.
type again struct {
	code  string
	delay time.Duration
}

func (a *again) Error() string { return a.code }

// retryDelay is asynq's RetryDelayFunc.
func retryDelay(_ int, err error, _ *asynq.Task) time.Duration {
	if a, ok := errors.AsType[*again](err); ok {
		return a.delay
	}
	return retryBase
}
