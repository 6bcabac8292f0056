package check

import (
	"context"
	"net/mail"
	"slices"
	"strings"

	"homeward/internal/config"
)

// senders gives the domains that mails come from, each once. Domains that are reserved for examples and tests (RFC 2606,
// RFC 6761) have no DNS and are left out.
func senders(cfg *config.Config) []string {
	var out []string
	for i := range cfg.Shops {
		server := cfg.Shops[i].Mail
		if server == nil {
			continue
		}
		address, err := mail.ParseAddress(server.From)
		if err != nil {
			continue
		}
		domain := strings.ToLower(address.Address[strings.LastIndex(address.Address, "@")+1:])
		if !slices.Contains(out, domain) && !forTests(domain) {
			out = append(out, domain)
		}
	}
	return out
}

func forTests(domain string) bool {
	last := domain[strings.LastIndex(domain, ".")+1:]
	return slices.Contains([]string{"example", "test", "invalid", "localhost"}, last) ||
		slices.Contains([]string{"example.com", "example.net", "example.org"}, domain)
}

// domain looks at what mailbox providers ask of a sender's domain: SPF (RFC 7208), DMARC (RFC 7489) and DKIM (RFC 6376).
func (r *run) domain(ctx context.Context, domain string) {
	if r.probes.Resolver == nil {
		return
	}
	r.spf(ctx, domain)
	r.dmarc(ctx, domain)
	r.warn("dkim", "%s: the selector is known to your mail server only; send yourself a mail and look for dkim=pass in Authentication-Results", domain)
}

func (r *run) spf(ctx context.Context, domain string) {
	records, err := r.records(ctx, domain, "v=spf1")
	switch {
	case err != nil:
		r.fail("spf", "%s could not be looked up: %s; try again, else look at the domain's DNS", domain, reason(err))
	case len(records) == 0:
		r.fail("spf", "%s has no SPF record; add a TXT record that names your mail server, such as \"v=spf1 include:… -all\"", domain)
	case len(records) > 1:
		r.fail("spf", "%s has %d SPF records, and then none counts; merge them into one", domain, len(records))
	case slices.Contains(strings.Fields(records[0]), "+all"), slices.Contains(strings.Fields(records[0]), "all"):
		r.fail("spf", "%s lets everybody send (+all); end the record with -all or ~all", domain)
	default:
		r.pass("spf", "%s: %s (that it names your mail server is for you to see)", domain, records[0])
	}
}

// dmarc walks up from the domain to the one below the top level: a policy there covers its subdomains.
func (r *run) dmarc(ctx context.Context, domain string) {
	for at := domain; strings.Contains(at, "."); _, at, _ = strings.Cut(at, ".") {
		records, err := r.records(ctx, "_dmarc."+at, "v=DMARC1")
		switch {
		case err != nil:
			r.fail("dmarc", "%s could not be looked up: %s; try again, else look at the domain's DNS", at, reason(err))
			return
		case len(records) > 1:
			r.fail("dmarc", "%s has %d DMARC records, and then none counts; keep one", at, len(records))
			return
		case len(records) == 1:
			r.pass("dmarc", "%s: %s", at, records[0])
			return
		}
	}
	r.fail("dmarc", "%s has no DMARC record; add a TXT record at _dmarc.%s, to begin with \"v=DMARC1; p=none\"", domain, domain)
}

// records gives the TXT records of a name that begin with the version tag; none when the name does not exist.
func (r *run) records(ctx context.Context, name, version string) ([]string, error) {
	texts, err := r.probes.Resolver.LookupTXT(ctx, name)
	if err != nil && !notFound(err) {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(texts), func(text string) bool {
		tag, _, _ := strings.Cut(text, ";")
		first, _, _ := strings.Cut(tag, " ")
		return first != version
	}), nil
}
