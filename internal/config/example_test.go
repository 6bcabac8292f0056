package config_test

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/config"
	"homeward/internal/returns"
)

// fileOf reads a file of the repository, named from its root.
func fileOf(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// exampleEnv is an environment in which the example can run.
func exampleEnv(name string) (string, bool) {
	if name == "OLGA_HASH" {
		return "$2a$04$v5Oo4NRPKQZJhpZKs4CmiOQ1eb16Eu/hTRQmkJd3gsiIYg0xR2y9O", true
	}
	if name == "STRIPE_KEY" {
		return "rk_test_1", true
	}
	return long, true
}

func TestTheExampleIsReadWithoutFaults(t *testing.T) {
	c, err := config.Parse([]byte(fileOf(t, "homeward.example.yaml")), "", exampleEnv)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Shops) != 1 || len(c.Shops[0].Sources) != 3 || c.Shops[0].Mail.User != "orders@acme.example" {
		t.Errorf("got %+v", c)
	}
}

// TestTheExampleShowsTheDefaults: what it says of work, messages and returns is what holds without it.
func TestTheExampleShowsTheDefaults(t *testing.T) {
	shown, err := config.Parse([]byte(fileOf(t, "homeward.example.yaml")), "", exampleEnv)
	if err != nil {
		t.Fatal(err)
	}
	bare, err := config.Parse([]byte(small), "", sample)
	if err != nil {
		t.Fatal(err)
	}
	shown.Shops[0].Returns.Address = ""
	if shown.Work != bare.Work || shown.Listen != bare.Listen || shown.MetricsListen != bare.MetricsListen ||
		shown.Database != bare.Database || shown.Redis != bare.Redis ||
		!reflect.DeepEqual(shown.Shops[0].Messages, bare.Shops[0].Messages) ||
		!reflect.DeepEqual(shown.Shops[0].Returns, bare.Shops[0].Returns) {
		t.Errorf("shown %+v\nbare %+v", shown, bare)
	}
}

// keyOf names the keys of fields whose key is not their name in snake case; several fields may come from one key.
var keyOf = map[string]string{
	"APIKey":  "api_key",
	"Secrets": "secret", "WebhookSecrets": "webhook_secret", "Zone": "time_zone",
	"QuietFrom": "quiet_hours", "QuietUntil": "quiet_hours",
	"Mail.URL": "smtp", "Host": "smtp", "Port": "smtp", "TLS": "smtp", "User": "smtp", "Password": "smtp",
	"PolicyFile": "policy", "AccountSID": "account_sid", "MessagingServiceSID": "messaging_service_sid", "SMS": "sms",
}

var wordStart = regexp.MustCompile(`([a-z])([A-Z])`)

func keys(t reflect.Type, out map[string]bool) {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[time.Location]() || t == reflect.TypeFor[returns.Policy]() || t == reflect.TypeFor[returns.Amount]() || t == reflect.TypeFor[calendar.Calendar]() { // a file of its own; one text; days by country
		return
	}
	for field := range t.Fields() {
		key := strings.ToLower(wordStart.ReplaceAllString(field.Name, "${1}_${2}"))
		if other, ok := keyOf[t.Name()+"."+field.Name]; ok {
			key = other
		} else if other, ok := keyOf[field.Name]; ok {
			key = other
		}
		out[key] = true
		keys(field.Type, out)
	}
}

// TestEveryKeyIsExplained: a field that is added to Config must be in the example and in the table of keys.
func TestEveryKeyIsExplained(t *testing.T) {
	all := map[string]bool{}
	keys(reflect.TypeFor[config.Config](), all)
	if len(all) < 45 {
		t.Fatalf("only %d keys were found: %v", len(all), all)
	}
	example, table := fileOf(t, "homeward.example.yaml"), fileOf(t, "docs/configuration.md")
	for key := range all {
		if !regexp.MustCompile(`(?m)\b` + key + `:( |$)`).MatchString(example) {
			t.Errorf("homeward.example.yaml does not explain %s", key)
		}
		if !regexp.MustCompile("[`.]" + key + "(\\[\\])?`").MatchString(table) {
			t.Errorf("docs/configuration.md does not explain %s", key)
		}
	}
}
