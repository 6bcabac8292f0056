// Package metrics counts what Homeward does, for Prometheus. Labels are shops, sources, topics, channels, languages and
// outcomes: never an id, and never anything personal.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"homeward/internal/store"
)

// Metrics is one process's set of metrics.
type Metrics struct {
	registry *prometheus.Registry
	webhooks *prometheus.CounterVec
	events   *prometheus.CounterVec
	messages *prometheus.CounterVec
	handover *prometheus.HistogramVec
	age      *prometheus.HistogramVec
	refunds  *prometheus.CounterVec
}

// New makes a set of its own registry.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		webhooks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "homeward_webhooks_total", Help: "Webhooks by source and outcome."}, []string{"shop", "source", "outcome"}),
		events:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "homeward_events_total", Help: "Stored webhooks by what became of them."}, []string{"shop", "source", "outcome"}),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "homeward_messages_total", Help: "Attempts to send a message by outcome."}, []string{"shop", "topic", "channel", "language", "outcome"}),
		handover: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "homeward_message_handover_seconds", Help: "How long handing a message to its provider took.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 12)}, []string{"channel"}),
		age:      prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "homeward_message_age_seconds", Help: "How old a message was, since it became due, when it was sent.", Buckets: prometheus.ExponentialBuckets(0.01, 4, 12)}, []string{"channel"}),
		refunds:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "homeward_refund_steps_total", Help: "Steps of refunds by outcome."}, []string{"shop", "outcome"}),
	}
	m.registry.MustRegister(m.webhooks, m.events, m.messages, m.handover, m.age, m.refunds,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Handler serves the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry})
}

// Register adds a collector, for values that are read when they are asked for.
func (m *Metrics) Register(c prometheus.Collector) { m.registry.MustRegister(c) }

// Webhook counts one answered webhook.
func (m *Metrics) Webhook(shop, source, outcome string) {
	m.webhooks.WithLabelValues(shop, source, outcome).Inc()
}

// Event counts what became of a stored webhook.
func (m *Metrics) Event(shop, source, outcome string) {
	m.events.WithLabelValues(shop, source, outcome).Inc()
}

// Message counts an attempt to send a message.
func (m *Metrics) Message(row store.Message, outcome string, took time.Duration) {
	m.messages.WithLabelValues(row.Shop, string(row.Topic), string(row.Channel), row.Language, outcome).Inc()
	if outcome != store.MessageSent {
		return
	}
	m.handover.WithLabelValues(string(row.Channel)).Observe(took.Seconds())
	if age := row.SentAt.Sub(row.DueAt); age >= 0 {
		m.age.WithLabelValues(string(row.Channel)).Observe(age.Seconds())
	}
}

// Refund counts one step of a refund.
func (m *Metrics) Refund(row store.Refund, outcome string) {
	m.refunds.WithLabelValues(row.Shop, outcome).Inc()
}
