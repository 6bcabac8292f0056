package smtp_test

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"sync"
	"testing"
)

// terminate gives a dialler whose connections speak TLS from the first byte: a proxy with the certificate stands between
// them and the plain server behind dial.
func terminate(tb testing.TB, cert tls.Certificate, dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	tb.Helper()
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	var proxies sync.WaitGroup
	tb.Cleanup(proxies.Wait)
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		plain, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		near, far := net.Pipe()
		secure := tls.Server(far, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12})
		proxies.Go(func() { _, _ = io.Copy(plain, secure); _ = plain.Close() })
		proxies.Go(func() { _, _ = io.Copy(secure, plain); _ = far.Close() })
		return near, nil
	}
}
