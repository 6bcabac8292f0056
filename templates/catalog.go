package templates

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed locales
var localeFiles embed.FS

// languages lists what is spoken here; the first is the source of every translation.
var languages = []string{"en", "pl", "sl", "ar", "ru", "de"}

// pluralForms lists the forms that whole numbers take in each language (CLDR); a translation has all of them.
var pluralForms = map[string][]string{
	"en": {"one", "other"},
	"de": {"one", "other"},
	"pl": {"one", "few", "many", "other"},
	"ru": {"one", "few", "many", "other"},
	"sl": {"one", "two", "few", "other"},
	"ar": {"zero", "one", "two", "few", "many", "other"},
}

// Languages lists the languages, the source first.
func Languages() []string { return append([]string(nil), languages...) }

// Direction gives the direction of writing of a language: "ltr" or "rtl".
func Direction(lang string) string {
	if lang == "ar" {
		return "rtl"
	}
	return "ltr"
}

// catalog holds the texts of all languages.
type catalog struct {
	speeches map[string]*speech
}

// speech is the texts of one language.
type speech struct {
	lang      string
	localizer *i18n.Localizer
	messages  map[string]message
	needs     map[string][]string // the variables of each text
	laws      map[string]*speech  // by country: the texts that its law words otherwise, and no others
}

// message is a text: a string, or a string per plural form.
type message map[string]string

// UnmarshalJSON reads "text" as {"other": "text"}.
func (m *message) UnmarshalJSON(raw []byte) error {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		*m = message{"other": s}
		return nil
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return errors.New("a text is a string, or an object of plural forms")
	}
	*m = forms
	return nil
}

// loadCatalog reads every locales/*.<lang>.json and checks that each language says all that English says.
func loadCatalog(files fs.FS) (*catalog, error) {
	bundle := i18n.NewBundle(language.English)
	c := &catalog{speeches: make(map[string]*speech)}
	for _, lang := range languages {
		messages, err := readMessages(files, lang)
		if err != nil {
			return nil, err
		}
		tag := language.MustParse(lang)
		for id, m := range messages {
			if m.plain() { // said as it stands, see say: half of all texts need no template
				continue
			}
			if err := bundle.AddMessages(tag, m.forBundle(id)); err != nil {
				return nil, fmt.Errorf("templates: %s: %s: %w", lang, id, err)
			}
		}
		c.speeches[lang] = &speech{lang: lang, messages: messages, needs: make(map[string][]string, len(messages))}
	}
	for _, lang := range languages {
		c.speeches[lang].localizer = i18n.NewLocalizer(bundle, lang)
	}
	if err := c.lint(); err != nil {
		return nil, err
	}
	for id, m := range c.speeches[languages[0]].messages {
		needs, _ := variables(m["other"]) // lint has parsed it
		for _, s := range c.speeches {
			s.needs[id] = needs
		}
	}
	for lang, countries := range ownLaws {
		for _, country := range countries {
			if err := c.loadLaw(files, lang, country); err != nil {
				return nil, err
			}
		}
	}
	return c, nil
}

// ownLaws lists the countries whose law has its own terms in a language that others share: the United Kingdom's consumers cancel
// (SI 2013/3134, reg. 29 and Schedule 3) where those of the Union withdraw. The texts stand in locales/*.<language>-<country>.json.
var ownLaws = map[string][]string{"en": {"GB"}}

// loadLaw reads the texts of a country's law over those of its language. Each has to be a text of the language, and may name nothing
// that that one does not name.
func (c *catalog) loadLaw(files fs.FS, lang, country string) error {
	tag := lang + "-" + country
	messages, err := readMessages(files, tag)
	if err != nil {
		return err
	}
	base, bundle := c.speeches[lang], i18n.NewBundle(language.MustParse(tag))
	law := &speech{lang: tag, messages: messages, needs: make(map[string][]string, len(messages))}
	for id, m := range messages {
		needs, err := variables(m["other"])
		switch {
		case err != nil:
			return fmt.Errorf("templates: %s: %s: %w", tag, id, err)
		case !base.has(id) || len(m) != len(base.messages[id]):
			return fmt.Errorf("templates: %s: %s is no such text of %s", tag, id, lang)
		case slices.ContainsFunc(needs, func(name string) bool { return !slices.Contains(base.needs[id], name) }):
			return fmt.Errorf("templates: %s: %s names what the text of %s does not", tag, id, lang)
		}
		law.needs[id] = needs
		if err := bundle.AddMessages(language.MustParse(tag), m.forBundle(id)); err != nil {
			return fmt.Errorf("templates: %s: %s: %w", tag, id, err)
		}
	}
	law.localizer = i18n.NewLocalizer(bundle, tag)
	if base.laws == nil {
		base.laws = make(map[string]*speech)
	}
	base.laws[country] = law
	return nil
}

// plain tells of a text without plural forms and without anything to fill in.
func (m message) plain() bool { return len(m) == 1 && !strings.Contains(m["other"], "{{") }

func (m message) forBundle(id string) *i18n.Message {
	return &i18n.Message{
		ID: id, Zero: m["zero"], One: m["one"], Two: m["two"], Few: m["few"], Many: m["many"], Other: m["other"],
	}
}

func readMessages(files fs.FS, lang string) (map[string]message, error) {
	names, err := fs.Glob(files, "locales/*."+lang+".json")
	if err != nil {
		return nil, fmt.Errorf("templates: locales: %w", err)
	}
	all := make(map[string]message)
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("templates: %s: %w", path.Base(name), err)
		}
		var messages map[string]message
		if err := json.Unmarshal(raw, &messages); err != nil {
			return nil, fmt.Errorf("templates: %s: %w", path.Base(name), err)
		}
		for id, m := range messages {
			if _, twice := all[id]; twice {
				return nil, fmt.Errorf("templates: %s: %q stands in another file too", path.Base(name), id)
			}
			all[id] = m
		}
	}
	return all, nil
}

func (s *speech) has(key string) bool { _, ok := s.messages[key]; return ok }

func (s *speech) plural(key string) bool { return len(s.messages[key]) > 1 }

// say gives a text without plural.
func (s *speech) say(key string, values map[string]any) (string, error) {
	if m, ok := s.messages[key]; ok && len(m) == 1 && len(s.needs[key]) == 0 {
		return m["other"], nil // nothing to fill in
	}
	return s.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: values}, values)
}

// count gives a text in the plural form of n.
func (s *speech) count(key string, n int, values map[string]any) (string, error) {
	return s.localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: n, TemplateData: values}, values)
}

// localize never lets the library's fallbacks pass: it answers a missing form with wrong grammar, a missing text with
// English, and a missing variable with "<no value>".
func (s *speech) localize(c *i18n.LocalizeConfig, values map[string]any) (string, error) {
	for _, name := range s.needs[c.MessageID] {
		if _, ok := values[name]; !ok {
			return "", fmt.Errorf("templates: %s: %s: the variable %s was not given", s.lang, c.MessageID, name)
		}
	}
	text, err := s.localizer.Localize(c)
	if err != nil {
		return "", fmt.Errorf("templates: %s: %s: %w", s.lang, c.MessageID, err)
	}
	return text, nil
}
