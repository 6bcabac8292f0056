package config

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
)

// scalar gives a single value as it is written, with the environment and files put in. ok is false when there is none,
// or when it could not be read; then a fault stands.
func (s *section) scalar(key, at string, node ast.Node) (text string, ok bool) {
	switch n := s.doc.plain(node).(type) {
	case nil:
		return "", false
	case *ast.StringNode:
		text = n.Value
	case *ast.LiteralNode:
		text = n.Value.Value
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		text = n.GetToken().Value
	default:
		s.doc.add(s.values[key], at, "holds a list or keys where a single value belongs")
		return "", false
	}
	expanded, err := s.doc.values.expand(text)
	if err != nil {
		s.doc.add(node, at, "%s", joinLines(err))
		return "", false
	}
	return expanded, true
}

func joinLines(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// text gives an optional value, "" when there is none.
func (s *section) text(key string) string {
	value, _ := s.scalar(key, s.at(key), s.get(key))
	return value
}

// required gives a value that may not be empty; mend says what to write.
func (s *section) required(key, mend string) string {
	value := s.text(key)
	if value == "" {
		s.fault(key, "is missing or empty; write %s", mend)
	}
	return value
}

// word gives one of the words; the first is the default.
func (s *section) word(key string, words ...string) string {
	value := s.text(key)
	if value == "" {
		return words[0]
	}
	if !slices.Contains(words, value) {
		s.fault(key, "%q is not known; write one of %s", value, strings.Join(words, ", "))
	}
	return value
}

// secret gives a value that may not be empty and is never shown.
func (s *section) secret(key string) string {
	return s.secretAt(key, s.at(key), s.get(key))
}

// secrets gives a secret, or the list of them while one is rotated. Each is not empty.
func (s *section) secrets(key string) []string {
	list, ok := s.get(key).(*ast.SequenceNode)
	if !ok {
		return []string{s.secret(key)}
	}
	if len(list.Values) == 0 {
		s.fault(key, "is an empty list; write at least one secret")
	}
	out := make([]string, len(list.Values))
	for i, node := range list.Values {
		out[i] = s.secretAt(key, fmt.Sprintf("%s[%d]", s.at(key), i), node)
	}
	return out
}

func (s *section) secretAt(key, at string, node ast.Node) string {
	value, ok := s.scalar(key, at, node)
	switch {
	case strings.TrimSpace(value) != "":
	case ok:
		s.doc.add(node, at, "is empty; a secret always needs a value (look at the variable or file that it names)")
	case s.values[key] == nil:
		s.fault(key, "is missing; a secret always needs a value")
	default:
		s.doc.add(node, at, "is empty; a secret always needs a value")
	}
	return value
}

// list gives a list of values, each checked by check, which gives what is wrong with it.
func (s *section) list(key string, check func(string) error) []string {
	var out []string
	for i, node := range s.items(key) {
		at := fmt.Sprintf("%s[%d]", s.at(key), i)
		value, ok := s.scalar(key, at, node)
		if !ok {
			s.doc.add(s.values[key], at, "is empty")
			continue
		}
		if err := check(value); err != nil {
			s.doc.add(node, at, "%s", err)
		}
		out = append(out, value)
	}
	return out
}

// duration gives a length of time such as "10m" or "30d" between least and most.
func (s *section) duration(key string, fallback, least, most time.Duration) time.Duration {
	text := s.text(key)
	if text == "" {
		return fallback
	}
	d, err := ParseDuration(text)
	switch {
	case err != nil:
		s.fault(key, "%s", err)
	case d < least || d > most:
		s.fault(key, "%q is out of range; write %s to %s", text, formatDuration(least), formatDuration(most))
	}
	return d
}

// integer gives a whole number between least and most.
func (s *section) integer(key string, fallback, least, most int) int {
	text := s.text(key)
	if text == "" {
		return fallback
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		s.fault(key, "%q is not a whole number from %d to %d", text, least, most)
	}
	return n
}

const day = 24 * time.Hour

var dayPart = regexp.MustCompile(`^(\d{1,5})d`)

// ParseDuration reads a length of time: what time.ParseDuration takes, with days of 24 hours in front ("30d", "1d12h").
// It is never negative.
func ParseDuration(text string) (time.Duration, error) {
	rest, days := text, 0
	if match := dayPart.FindStringSubmatch(text); match != nil {
		days, _ = strconv.Atoi(match[1]) // at most five digits
		rest = text[len(match[0]):]
	}
	d := time.Duration(days) * day
	if rest == "" && text != "" {
		return d, nil
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 || d+more < d {
		return 0, fmt.Errorf("%q is not a length of time; write 30d, 2h, 10m or 15s", text)
	}
	return d + more, nil
}

func formatDuration(d time.Duration) string {
	if d >= day && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.String()
	if trimmed, ok := strings.CutSuffix(text, "m0s"); ok {
		text = trimmed + "m"
	}
	if trimmed, ok := strings.CutSuffix(text, "h0m"); ok {
		text = trimmed + "h"
	}
	return text
}

var quietHours = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$`)

// parseQuietHours reads "21:00-08:00" as times since midnight; "off" is two equal ones.
func parseQuietHours(text string) (from, until time.Duration, err error) {
	if text == "off" {
		return 0, 0, nil
	}
	match := quietHours.FindStringSubmatch(text)
	if match == nil {
		return 0, 0, fmt.Errorf("%q are not hours of a day; write %q, or off", text, "21:00-08:00")
	}
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(match[i+1]) // two digits
	}
	clock := func(hours, minutes int) time.Duration {
		return time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	}
	return clock(n[0], n[1]), clock(n[2], n[3]), nil
}

var (
	longColor  = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	shortColor = regexp.MustCompile(`^#[0-9a-fA-F]{3}$`)
)

// parseColor gives "#0a5" and "#00AA55" as "#00aa55".
func parseColor(text string) (string, error) {
	color := strings.ToLower(text)
	switch {
	case longColor.MatchString(text):
		return color, nil
	case shortColor.MatchString(text):
		return "#" + strings.Repeat(color[1:2], 2) + strings.Repeat(color[2:3], 2) + strings.Repeat(color[3:4], 2), nil
	default:
		return "", fmt.Errorf("%q is not a color; write it as %q, in quotes", text, "#00aa55")
	}
}

var slug = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

var errSlug = errors.New("use up to 40 of a-z, 0-9 and -, for it is part of addresses")
