package shopper

import (
	"net/url"
	"slices"
	"strings"
)

func typedClaim(values url.Values) claimTyped {
	in := claimTyped{
		kind: values.Get("kind"), remedy: values.Get("remedy"), text: strings.ReplaceAll(values.Get("text"), "\r\n", "\n"),
		nonce: values.Get("nonce"), quantities: map[string]string{},
	}
	for _, line := range values["line"] {
		if line != "" && !slices.Contains(in.lines, line) {
			in.lines = append(in.lines, line)
		}
	}
	for name, all := range values {
		if line, ok := strings.CutPrefix(name, quantityField); ok && len(all) > 0 {
			in.quantities[line] = all[0]
		}
	}
	return in
}
