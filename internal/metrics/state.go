package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"homeward/internal/store"
)

// Source is where the state of the work is read from.
type Source interface {
	Backlog(ctx context.Context, now time.Time) ([]store.Backlog, error)
	RefundCounts(ctx context.Context) (map[store.RefundStatus]int, error)
	Attention(ctx context.Context, now time.Time) (store.Attention, error)
	TermCounts(ctx context.Context) ([]store.TermCount, error)
}

// State is a collector of what waits: read from the database each time somebody asks.
type State struct {
	From     Source
	SweepLag func() time.Duration
	Missed   func() int64
	Now      func() time.Time
}

var (
	dueDesc       = prometheus.NewDesc("homeward_work_due", "Rows whose time has come, by kind.", []string{"kind"}, nil)
	ageDesc       = prometheus.NewDesc("homeward_work_oldest_seconds", "How long the longest waiting row has been due, by kind.", []string{"kind"}, nil)
	lagDesc       = prometheus.NewDesc("homeward_sweep_lag_seconds", "How overdue the newest sweep found the longest waiting row.", nil, nil)
	missedDesc    = prometheus.NewDesc("homeward_bells_missed_total", "Tasks that did not reach Redis and were left to the sweep.", nil, nil)
	refundDesc    = prometheus.NewDesc("homeward_refunds", "Refunds in the ledger, by status.", []string{"status"}, nil)
	termDesc      = prometheus.NewDesc("homeward_terms", "Deadlines that are not over, by who must act, state (due, open, missed) and the newest reminder that went.", []string{"party", "state", "stage"}, nil)
	attentionDesc = prometheus.NewDesc("homeward_attention", "Rows that wait for a person, by room.", []string{"room"}, nil)
)

// Describe is prometheus.Collector.
func (s *State) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{dueDesc, ageDesc, lagDesc, missedDesc, refundDesc, termDesc, attentionDesc} {
		ch <- d
	}
}

// Collect is prometheus.Collector. What cannot be read is left out: a gap in a graph is true, a zero is not.
func (s *State) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	now := s.Now()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(lagDesc, s.SweepLag().Seconds())
	ch <- prometheus.MustNewConstMetric(missedDesc, prometheus.CounterValue, float64(s.Missed()))
	if backlog, err := s.From.Backlog(ctx, now); err == nil {
		for _, b := range backlog {
			age := 0.0
			if !b.Oldest.IsZero() {
				age = now.Sub(b.Oldest).Seconds()
			}
			gauge(dueDesc, float64(b.Due), string(b.Kind))
			gauge(ageDesc, age, string(b.Kind))
		}
	}
	if counts, err := s.From.RefundCounts(ctx); err == nil {
		for status, n := range counts {
			gauge(refundDesc, float64(n), string(status))
		}
	}
	if terms, err := s.From.TermCounts(ctx); err == nil {
		for _, t := range terms {
			gauge(termDesc, float64(t.Count), string(t.Party), t.State, string(t.Stage))
		}
	}
	if a, err := s.From.Attention(ctx, now); err == nil {
		gauge(attentionDesc, float64(a.Events), "events")
		gauge(attentionDesc, float64(a.Messages), "messages")
		gauge(attentionDesc, float64(a.Cases), "returns")
		gauge(attentionDesc, float64(a.Withdrawals), "withdrawals")
		gauge(attentionDesc, float64(a.Refunds), "refunds")
		gauge(attentionDesc, float64(a.Terms), "deadlines")
		gauge(attentionDesc, float64(a.Calls), "calls")
		gauge(attentionDesc, float64(a.Claims), "claims")
	}
}
