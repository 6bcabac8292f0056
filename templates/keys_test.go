package templates_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A key stands once in a language: of two the reader of JSON would silently take the last.
func TestNoKeyStandsTwice(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("locales/*.json")
	if err != nil || len(files) < 18 {
		t.Fatalf("%d files (%v)", len(files), err)
	}
	in := map[string]string{}
	for _, name := range files {
		lang := strings.Split(filepath.Base(name), ".")[1]
		for _, key := range topKeys(t, name) {
			if other, ok := in[lang+" "+key]; ok {
				t.Errorf("%s: %q stands in %s already", name, key, other)
			}
			in[lang+" "+key] = name
		}
	}
}

// topKeys lists the keys of a file as they stand, double ones too.
func topKeys(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	d := json.NewDecoder(f)
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, key.(string))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			t.Fatal(err)
		}
	}
	return keys
}
