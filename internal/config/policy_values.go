package config

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"golang.org/x/text/language"

	"homeward/internal/money"
	"homeward/internal/returns"
)

var (
	policyCode = regexp.MustCompile(`^[a-z0-9_]{1,40}$`)
	currency   = regexp.MustCompile(`^[A-Z]{3}$`)
)

// codes gives words as texts.
func codes[T ~string](words []T) []string {
	out := make([]string, len(words))
	for i, word := range words {
		out[i] = string(word)
	}
	return out
}

// knownWord tells what is wrong with a word that is none of those known.
func knownWord(text string, known []string) error {
	if slices.Contains(known, text) {
		return nil
	}
	if near := nearest(text, known); near != "" {
		return fmt.Errorf("%q is not known; did you mean %s?", text, near)
	}
	return fmt.Errorf("%q is not known; write one of %s", text, strings.Join(known, ", "))
}

// oneOf gives one of the words, "" when there is none.
func (s *section) oneOf(key string, words []string) string {
	text := s.text(key)
	if text != "" {
		s.check(key, knownWord(text, words))
	}
	return text
}

// boolean gives true or false; false when there is none.
func (s *section) boolean(key string) bool {
	switch text := s.text(key); text {
	case "true":
		return true
	case "", "false":
		return false
	default:
		s.fault(key, "%q is neither true nor false; write one of the two", text)
		return false
	}
}

// percent gives a whole number of percent from 0 to 100, written "15%" or 15.
func (s *section) percent(key string) int {
	text := s.text(key)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(text, "%")))
	if err != nil || n < 0 || n > 100 {
		s.fault(key, "%q is not a whole number of percent from 0 to 100; write 15%%", text)
		return 0
	}
	return n
}

// amounts gives an amount with its currency, or a list of them, each in another currency.
func (s *section) amounts(key string) returns.Amounts {
	if _, list := s.get(key).(*ast.SequenceNode); !list {
		text := s.text(key)
		if text == "" {
			return nil
		}
		amount, err := parseAmount(text)
		s.check(key, err)
		return returns.Amounts{amount}
	}
	var out returns.Amounts
	s.list(key, func(text string) error {
		amount, err := parseAmount(text)
		if _, twice := out.In(amount.Currency); err == nil && twice {
			return fmt.Errorf("%s stands twice; write one amount for each currency", amount.Currency)
		}
		out = append(out, amount)
		return err
	})
	return out
}

// parseAmount reads "14.99 PLN".
func parseAmount(text string) (returns.Amount, error) {
	number, code, _ := strings.Cut(strings.TrimSpace(text), " ")
	code = strings.TrimSpace(code)
	wrong := fmt.Errorf("%q is not an amount with its currency; write it as %q", text, "14.99 PLN")
	if !currency.MatchString(code) {
		return returns.Amount{}, wrong
	}
	if _, err := money.Exponent(code); err != nil {
		return returns.Amount{}, fmt.Errorf("%q is not a currency of ISO 4217; write an amount as %q", code, "14.99 PLN")
	}
	minor, err := money.Parse(number, code)
	if err != nil || minor <= 0 {
		return returns.Amount{}, wrong
	}
	return returns.Amount{Minor: minor, Currency: code}, nil
}

// remedies gives a list of remedies, nil when there is none.
func (s *section) remedies(key string) []returns.Remedy {
	var out []returns.Remedy
	for _, text := range s.list(key, func(text string) error { return knownWord(text, codes(returns.AllRemedies)) }) {
		if !slices.Contains(out, returns.Remedy(text)) {
			out = append(out, returns.Remedy(text))
		}
	}
	return out
}

// texts gives a text by language. One that is needed stands at least in the shop's first language.
func (s *section) texts(key string, languages []string, needed bool) returns.Texts {
	in := s.section(key)
	var out returns.Texts
	for _, lang := range in.keys {
		if err := knownWord(lang, Languages); err != nil {
			in.fault(lang, "is no language that Homeward speaks: %s", err)
			continue
		}
		text := strings.TrimSpace(in.text(lang))
		if text == "" {
			in.fault(lang, "is empty; write the text, or leave the language out")
			continue
		}
		if out == nil {
			out = returns.Texts{}
		}
		out[lang] = text
	}
	if first := languages[0]; (needed || len(out) > 0) && out[first] == "" {
		s.fault(key, "has no %s, the shop's first language; write {%s: …}", first, first)
	}
	return out
}

// checkCountry checks a country of ISO 3166-1.
func checkCountry(text string) error {
	region, err := language.ParseRegion(text)
	if err != nil || len(text) != 2 || region.Canonicalize().String() != text || !region.IsCountry() {
		return fmt.Errorf("%q is not a country of ISO 3166-1; write two capitals, such as PL", text)
	}
	return nil
}
