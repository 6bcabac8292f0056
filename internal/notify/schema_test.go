package notify_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/calendar"
	"homeward/internal/notify"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// schema is the part of JSON Schema that docs/schemas/notify.schema.json uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Enum       []string          `json:"enum"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	Minimum    *float64          `json:"minimum"`
	Pattern    string            `json:"pattern"`
	Format     string            `json:"format"`
	Defs       map[string]schema `json:"$defs"`
}

// check tells of everything in v that the schema does not allow; a field that it does not name is one too: it is not described.
func (s schema) check(t *testing.T, root schema, at string, v any) {
	t.Helper()
	if name, ok := strings.CutPrefix(s.Ref, "#/$defs/"); ok {
		s = root.Defs[name]
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range s.Required {
			if _, ok := v[name]; !ok {
				t.Errorf("%s.%s is missing", at, name)
			}
		}
		for name, inner := range v {
			field, ok := s.Properties[name]
			if !ok {
				t.Errorf("%s.%s is not in the schema", at, name)
				continue
			}
			field.check(t, root, at+"."+name, inner)
		}
	case []any:
		if s.Type != "array" {
			t.Errorf("%s is an array", at)
			return
		}
		for _, inner := range v {
			s.Items.check(t, root, at+"[]", inner)
		}
	case float64:
		if s.Type != "integer" || (s.Minimum != nil && v < *s.Minimum) {
			t.Errorf("%s is %v", at, v)
		}
	case string:
		s.checkText(t, at, v)
	default:
		t.Errorf("%s is %v", at, v)
	}
}

func (s schema) checkText(t *testing.T, at, v string) {
	t.Helper()
	var err error
	switch s.Format {
	case "date-time":
		_, err = time.Parse(time.RFC3339Nano, v)
	case "date":
		_, err = time.Parse(time.DateOnly, v)
	}
	if err != nil || (s.Enum != nil && !slices.Contains(s.Enum, v)) || (s.Enum == nil && s.Type != "string") ||
		(s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v)) {
		t.Errorf("%s is %q", at, v)
	}
}

// Every kind of data, as full as it can be, fits the schema that the shop's programmers read, and every type is named there.
func TestBodiesFitTheSchema(t *testing.T) {
	raw, err := os.ReadFile("../../docs/schemas/notify.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var root schema
	if err := json.Unmarshal(raw, &root); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(root.Properties["type"].Enum, notify.Types) {
		t.Errorf("the types of the schema are %v", root.Properties["type"].Enum)
	}
	at := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	order := store.Order{ExternalID: "1001", State: orders.State{Order: orders.Order{Number: "#1001"}}}
	items := []returns.Item{{LineID: "l1", Quantity: 1}}
	c := store.Case{
		ID: "c1", RMA: "R-7K2M", Kind: returns.Return, State: returns.Approved, Reason: "wrong_size", Remedy: returns.ExchangeRemedy, Items: items,
		Received: items, TrackingNumber: "620000", Wish: returns.Wish{Exchange: []returns.Exchange{{LineID: "l1", Quantity: 1, SKU: "TEA-1", Title: "Tea", UnitPrice: 3990}}},
	}
	refund := store.Refund{
		ID: "f1", CaseID: "c1", PaymentKind: "stripe", PaymentReference: "pi_1", Amount: 3990, Currency: "USD", Status: store.RefundFailed, FailureReason: "expired",
	}
	term := store.Term{
		ID: "t1", Kind: returns.TermCancel, Party: returns.ByShop, Rule: returns.CancelUnshipped, Last: calendar.NewDate(2026, 12, 4), EndAt: at, CaseID: "c1",
	}
	for name, data := range map[string]map[string]any{
		"case":      {"case": notify.CaseOf(c, "USD")},
		"refund":    {"refund": notify.RefundOf(refund, at)},
		"deadline":  {"deadline": notify.DeadlineOf(term, string(returns.Missed))},
		"cancelled": {"cancelled": notify.Cancelled{By: "clock", Reason: "not_shipped_in_time", At: at}},
	} {
		data["order"] = notify.OrderOf(order)
		body, err := json.Marshal(map[string]any{"type": notify.Types[0], "timestamp": at.Format(time.RFC3339Nano), "data": data})
		if err != nil {
			t.Fatal(err)
		}
		var decoded any
		if err := json.Unmarshal(body, &decoded); err != nil {
			t.Fatal(err)
		}
		root.check(t, root, name, decoded)
	}
}
