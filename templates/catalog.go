package templates

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"text/template/parse"

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
	return c, nil
}

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

// lint compares every language with the source: the same keys, every plural form, the same variables.
func (c *catalog) lint() error {
	source := c.speeches[languages[0]].messages
	var faults []error
	for _, lang := range languages {
		messages := c.speeches[lang].messages
		for id, m := range source {
			translation, ok := messages[id]
			if !ok {
				faults = append(faults, fmt.Errorf("%s: %q is missing", lang, id))
				continue
			}
			faults = append(faults, lintMessage(lang, id, m, translation)...)
		}
		for id := range messages {
			if _, ok := source[id]; !ok {
				faults = append(faults, fmt.Errorf("%s: %q is not in %s", lang, id, languages[0]))
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	sort.Slice(faults, func(a, b int) bool { return faults[a].Error() < faults[b].Error() })
	return fmt.Errorf("templates: locales: %w", errors.Join(faults...))
}

func lintMessage(lang, id string, source, translation message) []error {
	var faults []error
	forms := []string{"other"}
	if len(source) > 1 {
		forms = pluralForms[lang]
	}
	for _, form := range forms {
		if strings.TrimSpace(translation[form]) == "" {
			faults = append(faults, fmt.Errorf("%s: %q has no form %q", lang, id, form))
		}
	}
	if len(translation) > len(forms) {
		faults = append(faults, fmt.Errorf("%s: %q has forms that the language does not use", lang, id))
	}
	want, err := variables(source["other"])
	if err != nil {
		return append(faults, fmt.Errorf("%s: %q: %w", languages[0], id, err))
	}
	for form, text := range translation {
		got, err := variables(text)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %q: %w", lang, id, err))
		} else if !sameVariables(lang, form, want, got) {
			faults = append(faults, fmt.Errorf("%s: %q (%s) has the variables %v, the source has %v", lang, id, form, got, want))
		}
	}
	return faults
}

// exactForms lists the forms that stand for one exact number and may leave the number out ("one day"). Not so in
// Russian and Slovenian, where one is also 21 or 101.
var exactForms = map[string]string{"en": "one", "de": "one", "pl": "one", "ar": "zero one two"}

// sameVariables tells whether a form uses the source's variables.
func sameVariables(lang, form string, want, got []string) bool {
	if strings.Contains(exactForms[lang], form) {
		want, got = without(want, "Count"), without(got, "Count")
	}
	return strings.Join(want, " ") == strings.Join(got, " ")
}

func without(names []string, name string) []string {
	var out []string
	for _, n := range names {
		if n != name {
			out = append(out, n)
		}
	}
	return out
}

// variables lists the variables of a text, sorted. Anything but {{.Name}} is refused: a translation decides nothing.
func variables(text string) ([]string, error) {
	trees, err := parse.Parse("text", text, "", "")
	if err != nil {
		return nil, fmt.Errorf("does not parse: %w", err)
	}
	seen := make(map[string]bool)
	for _, node := range trees["text"].Root.Nodes {
		action, ok := node.(*parse.ActionNode)
		if !ok {
			if node.Type() != parse.NodeText {
				return nil, fmt.Errorf("holds more than variables: %s", node)
			}
			continue
		}
		field, ok := action.Pipe.Cmds[0].Args[0].(*parse.FieldNode)
		if !ok || len(action.Pipe.Cmds) != 1 || len(field.Ident) != 1 {
			return nil, fmt.Errorf("holds more than variables: %s", action)
		}
		seen[field.Ident[0]] = true
	}
	names := make([]string, 0, len(seen))
	for name := range seen {
		names = append(names, name)
	}
	sort.Strings(names)
	return names, nil
}

func (s *speech) has(key string) bool { _, ok := s.messages[key]; return ok }

func (s *speech) plural(key string) bool { return len(s.messages[key]) > 1 }

// say gives a text without plural.
func (s *speech) say(key string, values map[string]any) (string, error) {
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
