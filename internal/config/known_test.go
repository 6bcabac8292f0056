package config_test

import (
	"slices"
	"testing"

	"homeward/internal/config"
	"homeward/providers/registry"
	"homeward/templates"
)

// TestKnownWordsAreThoseOfTheParts: a vendor or a language that is added must be known here too, and the other way round.
func TestKnownWordsAreThoseOfTheParts(t *testing.T) {
	sorted := func(words []string) []string { return slices.Sorted(slices.Values(words)) }
	if got, want := sorted(config.Kinds), sorted(registry.Kinds()); !slices.Equal(got, want) {
		t.Errorf("config.Kinds is %q, the registry knows %q", got, want)
	}
	if got, want := sorted(config.Languages), sorted(templates.Languages()); !slices.Equal(got, want) {
		t.Errorf("config.Languages is %q, the templates speak %q", got, want)
	}
}
