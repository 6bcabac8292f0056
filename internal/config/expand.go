package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// maxSecretFile bounds what ${file:…} reads: a secret, not a log or a device.
const maxSecretFile = 64 << 10

var (
	reference    = regexp.MustCompile(`\$?\$\{[^}]*\}`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// expander puts the environment and files into values.
type expander struct {
	dir string // relative paths start here
	env func(string) (string, bool)
}

// expand replaces ${NAME} by a variable and ${file:PATH} by a file without its final line break. "$${" is a plain "${".
// What was put in is not looked at again.
func (x expander) expand(text string) (string, error) {
	var faults []error
	out := reference.ReplaceAllStringFunc(text, func(match string) string {
		if strings.HasPrefix(match, "$$") {
			return match[1:]
		}
		value, err := x.value(match[2 : len(match)-1])
		faults = append(faults, err)
		return value
	})
	return out, errors.Join(faults...)
}

func (x expander) value(name string) (string, error) {
	if path, ok := strings.CutPrefix(name, "file:"); ok {
		return x.file(path)
	}
	if !variableName.MatchString(name) {
		return "", fmt.Errorf("${%s} is not a variable's name; write ${NAME}, ${file:/path}, or $${ for a plain ${", name)
	}
	value, ok := x.env(name)
	if !ok {
		return "", fmt.Errorf("the environment variable %s is not set; set it, or write the value here", name)
	}
	return value, nil
}

func (x expander) file(path string) (string, error) {
	if !filepath.IsAbs(path) {
		path = filepath.Join(x.dir, path)
	}
	f, err := os.Open(path) //nolint:gosec // the operator names the file
	if err != nil {
		return "", fmt.Errorf("cannot read the file: %w", err)
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, maxSecretFile+1))
	if err != nil {
		return "", fmt.Errorf("cannot read the file: %w", err)
	}
	if len(data) > maxSecretFile {
		return "", fmt.Errorf("the file %s is over %d bytes; name a file that holds only the value", path, maxSecretFile)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
