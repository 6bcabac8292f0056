package templates_test

import (
	"testing"
	"time"

	"homeward/internal/returns"
	"homeward/templates"
)

// Every decision that a policy can make has its words in every language.
func TestEveryDecisionHasWords(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		w := r.Words(lang, "", time.UTC)
		for _, code := range returns.Whys() {
			if !w.Has("why." + string(code)) {
				t.Errorf("%s has no words for %s", lang, code)
			}
		}
	}
}

// Every reason of a refund's amounts has its words in every language; "Adjustment" is for those of a newer version's rows.
func TestEveryReasonOfARefundHasWords(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, lang := range templates.Languages() {
		w := r.Words(lang, "", time.UTC)
		for _, reason := range returns.RefundReasons {
			if !w.Has("explain." + string(reason)) {
				t.Errorf("%s has no words for %s", lang, reason)
			}
		}
	}
}
