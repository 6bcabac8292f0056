//go:build unix

package smtp_test

import (
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"homeward/providers/smtp"
	"homeward/providers/standin/smtpd"
)

// BenchmarkSend hands over 10 KB mails to the stand-in in the same process: both ends of the wire are in the figure.
func BenchmarkSend(b *testing.B) {
	cert, trust := certified(b, "127.0.0.1")
	for _, bb := range []struct {
		name    string
		options []smtpd.Option
	}{{"plain", nil}, {"starttls", []smtpd.Option{smtpd.WithTLS(cert)}}} {
		for _, connections := range []int{1, 8} {
			b.Run(bb.name+"/"+strconv.Itoa(connections), func(b *testing.B) {
				server := smtpd.New(bb.options...)
				cfg := overLoopback(b, server)
				cfg.TLSConfig, cfg.Connections = trust, connections
				p := pool(b, cfg)
				send10KB(b, p)
			})
		}
	}
}

func send10KB(b *testing.B, p *smtp.Pool) {
	b.Helper()
	m := message("bench@acme.example")
	m.HTML = strings.Repeat("<p style=\"color:#333\">Twoja paczka jest w drodze.</p>\r\n", 190)
	var n atomic.Int64
	b.SetParallelism(8)
	before := cpu(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			m := m
			m.MessageID = strconv.FormatInt(n.Add(1), 10) + "@acme.example"
			if _, err := p.Send(b.Context(), m); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
	b.ReportMetric(float64((cpu(b)-before).Microseconds())/float64(b.N), "cpu-µs/mail")
}

// cpu gives the processor time of this process: unlike mails a second it means something on a busy machine.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
