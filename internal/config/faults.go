package config

import (
	"fmt"
	"strings"

	"homeward/internal/fault"
)

// Fault is one thing that is wrong in a configuration file. Message holds the value, unless it is a secret, and the mend.
type Fault struct {
	File    string
	Line    int    // 0 when the file as a whole is meant
	Key     string // "shops[0].sources[1].secret", "" when the file as a whole is meant
	Message string
}

// String gives "homeward.yaml:12: shops[0].country: "Poland" is …".
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Key != "" {
		b.WriteString(f.Key + ": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Faults is everything that is wrong in a configuration file, in the order in which it was met. It is never empty when
// it is returned as an error, and fault.Of gives it as a Permanent fault of code "config_invalid".
type Faults []Fault

// Error gives one line for each fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, one := range f {
		lines[i] = one.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the faults as a fault.Error.
func (f Faults) Unwrap() error {
	return fault.New(fault.Permanent, "config_invalid", f.Error(), nil)
}
