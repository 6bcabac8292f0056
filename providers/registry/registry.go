// Package registry knows every vendor that posts webhooks, by its kind in the configuration.
package registry

import (
	"fmt"
	"slices"
	"strings"

	"homeward/internal/fault"
	"homeward/providers"
	"homeward/providers/aftership"
	"homeward/providers/easypost"
	"homeward/providers/shopify"
	"homeward/providers/standard"
	"homeward/providers/woocommerce"
)

// makers has one line for each vendor.
var makers = map[string]func(providers.Options) providers.Source{
	"aftership":   func(o providers.Options) providers.Source { return aftership.New(o) },
	"easypost":    func(o providers.Options) providers.Source { return easypost.New(o) },
	"shopify":     func(o providers.Options) providers.Source { return shopify.New(o) },
	"standard":    func(o providers.Options) providers.Source { return standard.New(o) },
	"woocommerce": func(o providers.Options) providers.Source { return woocommerce.New(o) },
}

// Kinds lists the kinds of sources, sorted.
func Kinds() []string {
	kinds := make([]string, 0, len(makers))
	for kind := range makers {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// New makes the source of a kind. Errors are faults for the person who writes the configuration: "kind_unknown",
// "secret_missing" (none, or an empty one, which would let everybody sign), "secret_invalid" (not in the vendor's form).
func New(kind string, o providers.Options) (providers.Source, error) {
	maker, ok := makers[kind]
	if !ok {
		return nil, fault.New(fault.Permanent, "kind_unknown", fmt.Sprintf(
			"The source %q has the kind %q; known kinds are %s.", o.Name, kind, strings.Join(Kinds(), ", ")), nil)
	}
	if len(o.Secrets) == 0 || slices.ContainsFunc(o.Secrets, func(s string) bool { return strings.TrimSpace(s) == "" }) {
		return nil, fault.New(fault.Permanent, "secret_missing", fmt.Sprintf(
			"The source %q has no secret, or an empty one; without a secret anybody could post to it.", o.Name), nil)
	}
	source := maker(o)
	if checked, ok := source.(interface{ Check() error }); ok {
		if err := checked.Check(); err != nil {
			return nil, err
		}
	}
	return source, nil
}
