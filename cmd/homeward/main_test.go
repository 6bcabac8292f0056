package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What a command line ends with: 0 when it did what was asked, 2 when the command line or the configuration is wrong, 1 for
// what is wrong outside.
func TestExitCodes(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	unfinished := file("unfinished.yaml", "listen: \":8080\"\n")
	shop := `
public_url: http://localhost:8080
metrics_listen: "off"
secret: "a-secret-for-tests-of-at-least-32-bytes"
shops: [{id: acme, name: Acme, country: PL, time_zone: Europe/Warsaw, languages: [pl],
  sources: [{name: shopify, kind: shopify, secret: "s3cret"}]}]
`
	nowhere := file("nowhere.yaml", "database: sqlite:"+filepath.Join(dir, "no", "such", "folder", "x.db")+shop)
	fine := file("fine.yaml", "database: sqlite:"+filepath.Join(dir, "homeward.db")+shop)
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"help":                            {[]string{"--help"}, 0},
		"help of a command":               {[]string{"serve", "--help"}, 0},
		"version":                         {[]string{"--version"}, 0},
		"unknown command":                 {[]string{"fly"}, 2},
		"unknown flag":                    {[]string{"serve", "--fast"}, 2},
		"a port that is none":             {[]string{"demo", "--port", "99999"}, 2},
		"no configuration":                {[]string{"serve", "--config", filepath.Join(dir, "none.yaml")}, 2},
		"a configuration with faults":     {[]string{"check", "--config", unfinished}, 2},
		"roles apart on SQLite":           {[]string{"serve", "--only", "workers", "--config", fine}, 2},
		"a role that is none":             {[]string{"serve", "--only", "worker", "--config", fine}, 2},
		"a database that cannot be there": {[]string{"serve", "--config", nowhere}, 1},
		"check of the same":               {[]string{"check", "--config", nowhere}, 1},
		"check of what is fine":           {[]string{"check", "--config", fine}, 0},
		"preview":                         {[]string{"preview", "--out", filepath.Join(dir, "preview")}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := run(c.args); got != c.want {
				t.Errorf("exit %d, want %d", got, c.want)
			}
		})
	}
	if _, err := os.Stat(filepath.Join(dir, "homeward.db")); err == nil {
		t.Error("homeward check made a database")
	}
	if _, err := os.Stat(filepath.Join(dir, "preview", "ar", "shipped.mail.html")); err != nil {
		t.Error(err)
	}
}
