package providertest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"homeward/providers"
)

// Payloads gives the folder of a vendor's real bodies, which lie beside the repository. Without them the test is skipped.
func Payloads(t testing.TB, vendor string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = parent
	}
	payloads := filepath.Join(dir, "..", "shared", "payloads", vendor)
	if _, err := os.Stat(payloads); err != nil {
		t.Skipf("the real payloads are not beside the repository: %v", err)
	}
	return payloads
}

// Golden reads every payload of a folder and compares the reading with testdata/golden/<name>.events.json. Payloads that
// cannot be read stand in testdata/golden/unreadable.txt, one in a line: the file's name and the reason. Each payload is in
// exactly one of the two. prepare gives the headers and the body that the vendor would send for a payload's file. update
// rewrites the golden files.
func Golden(t *testing.T, s providers.Source, payloads string, update bool, prepare func(t *testing.T, name string, file []byte) (http.Header, []byte)) {
	t.Helper()
	unreadable := Unreadable(t)
	entries, err := os.ReadDir(payloads)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]bool{"unreadable.txt": true}
	for _, entry := range entries {
		name := entry.Name()
		golden := strings.TrimSuffix(name, filepath.Ext(name)) + ".events.json"
		_, listed := unreadable[name]
		delete(unreadable, name)
		if !listed {
			want[golden] = true
		}
		t.Run(name, func(t *testing.T) {
			file, err := os.ReadFile(filepath.Join(payloads, name))
			if err != nil {
				t.Fatal(err)
			}
			header, body := prepare(t, name, file)
			reading, err := s.Read(providers.Delivery{Header: header, Body: body, ReceivedAt: Now.AddDate(1, 0, 0)})
			if listed {
				if err == nil {
					t.Error("listed as unreadable, but it can be read")
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			CheckEvents(t, reading.Events, "shop")
			Compare(t, filepath.Join("testdata", "golden", golden), reading, update)
		})
	}
	for name := range unreadable {
		t.Errorf("unreadable.txt lists %s, which is no payload", name)
	}
	leftovers(t, want)
}

// leftovers fails on golden files of payloads that are gone.
func leftovers(t *testing.T, want map[string]bool) {
	t.Helper()
	goldens, _ := os.ReadDir(filepath.Join("testdata", "golden"))
	if i := slices.IndexFunc(goldens, func(e os.DirEntry) bool { return !want[e.Name()] }); i >= 0 {
		t.Errorf("testdata/golden/%s belongs to no payload", goldens[i].Name())
	}
}

// Unreadable gives the payloads that testdata/golden/unreadable.txt lists, with their reasons.
func Unreadable(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := os.ReadFile(filepath.Join("testdata", "golden", "unreadable.txt"))
	if err != nil {
		return out
	}
	for line := range strings.Lines(string(list)) {
		name, reason, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		if strings.TrimSpace(reason) == "" {
			t.Errorf("unreadable.txt gives no reason for %s", name)
		}
		out[name] = reason
	}
	return out
}

// Compare compares a reading with a golden file, or writes it.
func Compare(t *testing.T, path string, reading providers.Reading, update bool) {
	t.Helper()
	var got bytes.Buffer
	encoder := json.NewEncoder(&got)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(struct {
		Note   string `json:"note,omitempty"`
		Events any    `json:"events"`
	}{reading.Note, reading.Events}); err != nil {
		t.Fatal(err)
	}
	if update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("no golden file (run with -update, then read it): %v", err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s differs; run with -update and read the difference. Got:\n%s", path, got.String())
	}
}
