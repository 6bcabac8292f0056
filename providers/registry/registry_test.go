package registry_test

import (
	"slices"
	"strings"
	"testing"

	"homeward/internal/fault"
	"homeward/providers"
	"homeward/providers/registry"
)

func TestNew(t *testing.T) {
	t.Parallel()
	want := []string{"aftership", "easypost", "shopify", "standard", "woocommerce"}
	if got := registry.Kinds(); !slices.Equal(got, want) {
		t.Errorf("kinds %q, want %q", got, want)
	}
	for _, kind := range registry.Kinds() {
		s, err := registry.New(kind, providers.Options{Name: "a", Secrets: []string{"whsec_c2VjcmV0", "bmV3ZXI="}})
		if err != nil || s == nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, kind string
		secrets    []string
		code       string
	}{
		{"unknown kind", "magento", []string{"x"}, "kind_unknown"},
		{"no secret", "shopify", nil, "secret_missing"},
		{"an empty secret", "shopify", []string{""}, "secret_missing"},
		{"an empty secret beside a good one", "shopify", []string{"hush", ""}, "secret_missing"},
		{"a secret of spaces", "easypost", []string{"  "}, "secret_missing"},
		{"a secret that is not base64", "standard", []string{"whsec_hush!"}, "secret_invalid"},
	} {
		s, err := registry.New(test.kind, providers.Options{Name: "a", Secrets: test.secrets})
		if s != nil || fault.Code(err) != test.code || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
