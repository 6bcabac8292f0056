package jobs

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"syscall"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/files"
)

// NewFetcher gives a client for files whose addresses a provider names. It follows no redirect, and it connects to no address
// of a private network, whatever name that hides behind: an answer from outside must not choose whom this machine talks to.
// Where the environment names a proxy for an address, the proxy decides that. Through is the way out; nil is the machine's own.
func NewFetcher(through http.RoundTripper) *http.Client {
	client := NewCaller(through)
	if through == nil {
		client.Transport = newOutward()
	}
	return client
}

// outward connects to public addresses only, except by the environment's proxy.
type outward struct{ direct, proxied *http.Transport }

func newOutward() *outward {
	direct := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http says so
	proxied := direct.Clone()
	direct.Proxy = nil
	direct.DialContext = (&net.Dialer{Timeout: callTimeout, Control: publicOnly}).DialContext
	return &outward{direct: direct, proxied: proxied}
}

// RoundTrip implements http.RoundTripper.
func (o *outward) RoundTrip(r *http.Request) (*http.Response, error) {
	if proxy, err := http.ProxyFromEnvironment(r); err != nil || proxy != nil {
		return o.proxied.RoundTrip(r)
	}
	return o.direct.RoundTrip(r)
}

var errPrivate = errors.New("jobs: an address of a private network")

// publicOnly refuses a connection once the address behind the name is known.
func publicOnly(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !isPublic(to.Addr()) {
		return errPrivate
	}
	return nil
}

// special are address spaces that lead nowhere in public, and those of version 6 by which a network's own translator may reach its
// hosts of version 4 (registries: RFC 6890). Nobody serves labels there.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("100.64.0.0/10"),  // between carriers and their customers (RFC 6598)
	netip.MustParsePrefix("::/96"),          // compatible with version 4, withdrawn (RFC 4291)
	netip.MustParsePrefix("64:ff9b:1::/48"), // a network's own translation (RFC 8215)
	netip.MustParsePrefix("2001::/32"),      // Teredo
	netip.MustParsePrefix("2002::/16"),      // 6to4, withdrawn (RFC 7526)
}

// translated holds the public addresses of version 4 for a network that has none (RFC 6052): the last four bytes are the host's.
var translated = netip.MustParsePrefix("64:ff9b::/96")

func isPublic(ip netip.Addr) bool {
	ip = ip.Unmap()
	if translated.Contains(ip) {
		all := ip.As16()
		ip = netip.AddrFrom4([4]byte(all[12:]))
	}
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// download fetches a label: a PDF or a picture, of files.MaxBytes at most. From a stand-in it may come without TLS.
func (w *Worker) download(ctx context.Context, shop *config.Shop, address string) (files.Content, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	u, err := url.Parse(address)
	standIn := err == nil && shop.Returns.Labels.StandIn() && config.IsLoopback(u.Hostname())
	if err != nil || (u.Scheme != "https" && !standIn) {
		return files.Content{}, fault.New(fault.Permanent, "label_address", "The carrier's label lies at no https address.", err)
	}
	caller := w.Fetcher
	if standIn {
		caller = w.Caller
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return files.Content{}, fault.New(fault.Permanent, "label_address", "The carrier's label lies at no https address.", err)
	}
	res, err := caller.Do(r)
	switch {
	case errors.Is(err, errPrivate):
		return files.Content{}, fault.New(fault.Permanent, "label_address", "The carrier's label lies at an address of a private network; it is not fetched from there.", err)
	case err != nil:
		return files.Content{}, fault.New(fault.Later, "label_not_fetched", "The label was bought and its file could not be fetched yet.", err)
	}
	defer res.Body.Close() //nolint:errcheck // what was read counts
	if res.StatusCode != http.StatusOK {
		return files.Content{}, fault.New(fault.Later, "label_not_fetched", "The label was bought and its file could not be fetched yet.", nil)
	}
	return files.Document(ctx, res.Body) // which reads no more than it may
}
