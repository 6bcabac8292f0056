package contact

import (
	"strings"
	"sync"

	"golang.org/x/text/language"
)

// readers lists which readers of a language are content with another that is offered. Everything else that a matcher
// holds close is refused: it gives Russian to a Belarusian with high confidence.
var readers = map[string][]string{
	"gsw": {"de"},
	"no":  {"nb", "nn"}, "nb": {"no", "nn"}, "nn": {"no", "nb"},
	"sh": {"sr", "hr", "bs"}, "hr": {"sh"}, "bs": {"sh", "hr"}, "sr": {"sh"},
}

// Language chooses one of the offered languages for an order: by its locale ("pl-PL", "pl_PL"), else by the language most
// spoken in the country, else the first offered; "" when none is. region is where formats come from (ISO 3166-1 alpha-2):
// the locale's own, else the country; "" when the language had to be the shop's first.
func Language(locale, country string, offered []string) (lang, region string) {
	if len(offered) == 0 {
		return "", ""
	}
	country = regionCode(country)
	if tag, ok := parse(locale); ok {
		if i, ok := match(tag, offered); ok {
			if own, confidence := tag.Region(); confidence == language.Exact {
				return offered[i], own.String()
			}
			return offered[i], country
		}
	}
	if country != "" {
		if tag, err := language.Compose(language.Und, language.MustParseRegion(country)); err == nil {
			if base, confidence := tag.Base(); confidence != language.No {
				if i, ok := match(language.Make(base.String()+"-"+country), offered); ok {
					return offered[i], country
				}
			}
		}
	}
	return offered[0], ""
}

// parse reads a locale in the ways shops write it: "pl-PL", "pl_PL", "pl_PL.UTF-8", "pl".
func parse(locale string) (language.Tag, bool) {
	locale, _, _ = strings.Cut(strings.TrimSpace(locale), ".")
	locale, _, _ = strings.Cut(locale, "@")
	tag, err := language.Parse(locale)
	return tag, err == nil && tag != language.Und
}

// match gives the index of the offered language that a reader of tag reads. The index counts, never the tag that the
// matcher returns, which carries extensions ("pl-u-rg-plzzzz").
func match(tag language.Tag, offered []string) (int, bool) {
	tags, matcher := offer(offered)
	_, i, confidence := matcher.Match(tag)
	if confidence < language.High {
		return 0, false
	}
	wanted, _ := tag.Base()
	given, _ := tags[i].Base()
	if wanted == given {
		return i, true
	}
	for _, other := range readers[wanted.String()] {
		if other == given.String() {
			return i, true
		}
	}
	return 0, false
}

// offers keeps a matcher for each list of languages that a shop offers: making one costs more than asking it.
var offers sync.Map // of the joined list to *choice

type choice struct {
	tags    []language.Tag
	matcher language.Matcher
}

func offer(offered []string) ([]language.Tag, language.Matcher) {
	key := strings.Join(offered, " ")
	if known, ok := offers.Load(key); ok {
		c := known.(*choice) //nolint:forcetypeassert // nothing else is put in
		return c.tags, c.matcher
	}
	c := &choice{tags: make([]language.Tag, len(offered))}
	for i, o := range offered {
		c.tags[i] = language.Make(o)
	}
	c.matcher = language.NewMatcher(c.tags)
	offers.Store(key, c)
	return c.tags, c.matcher
}

// regionCode gives a country code in capitals, "" when it is none.
func regionCode(country string) string {
	country = strings.ToUpper(strings.TrimSpace(country))
	region, err := language.ParseRegion(country)
	if err != nil || len(country) != 2 || !region.IsCountry() {
		return ""
	}
	return country
}
