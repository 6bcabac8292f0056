// Package clientip says whose request it is, for limits that count attempts.
package clientip

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Of gives the address that a request came from. Behind a proxy that is not the connection's: when the connection comes
// from this machine or a private network, the last entry of X-Forwarded-For counts, which is the one that the proxy
// itself wrote. A client that connects directly cannot choose its address.
func Of(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	peer, err := netip.ParseAddr(host)
	if err != nil || (!peer.IsLoopback() && !peer.IsPrivate()) {
		return host
	}
	forwarded := r.Header.Values("X-Forwarded-For")
	if len(forwarded) == 0 {
		return host
	}
	entries := strings.Split(forwarded[len(forwarded)-1], ",")
	last, err := netip.ParseAddr(strings.TrimSpace(entries[len(entries)-1]))
	if err != nil {
		return host
	}
	return last.Unmap().String()
}

// Network gives the network of an address: an IPv4 address as it is, and an IPv6 address's /64, which one household or
// machine owns whole.
func Network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	prefix, err := addr.Prefix(64)
	if err != nil {
		return ip
	}
	return prefix.String()
}
