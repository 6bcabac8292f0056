package templates

import (
	"errors"
	"fmt"
	"sort"
	"strings"
	"text/template/parse"
)

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
