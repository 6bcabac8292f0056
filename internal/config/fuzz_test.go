package config_test

import (
	"errors"
	"strings"
	"testing"

	"homeward/internal/config"
)

// FuzzParse: whatever the file holds, there is either a list of faults or a configuration that is safe to run.
func FuzzParse(f *testing.F) {
	f.Add(whole)
	f.Add(small)
	f.Add("a: &a [*a]\nsecret: *a\nshops: *a")
	f.Add("secret: &a *b\nlisten: &b *a")
	f.Add("<<: {a: b}\n? [x]\n: y")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file:") {
			return // it would read files of this machine
		}
		c, err := config.Parse([]byte(text), "", sample)
		if err != nil {
			var faults config.Faults
			if !errors.As(err, &faults) || len(faults) == 0 || faults.Error() == "" {
				t.Fatalf("not a list of faults: %v", err)
			}
			return
		}
		if c.PublicURL == "" || c.Listen == "" || len(c.Shops) == 0 {
			t.Fatalf("incomplete: %+v", c)
		}
		secrets := c.Secrets
		for i := range c.Shops {
			shop := &c.Shops[i]
			if got, ok := c.Shop(shop.ID); !ok || got != shop {
				t.Fatalf("shop %q cannot be told from another", shop.ID)
			}
			if shop.Zone == nil || len(shop.Languages) == 0 || len(shop.Sources) == 0 {
				t.Fatalf("incomplete shop: %+v", shop)
			}
			for _, source := range shop.Sources {
				secrets = append(secrets, source.Secrets...)
			}
			if len(secrets) == 0 {
				t.Fatal("no secrets")
			}
		}
		for _, secret := range secrets {
			if secret == "" {
				t.Fatal("an empty secret was accepted")
			}
		}
	})
}
