package standard

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/providers"
)

const schemas = "../../docs/schemas"

// schema is the part of JSON Schema that docs/schemas uses.
type schema struct {
	Ref        string            `json:"$ref"`
	Type       string            `json:"type"`
	Const      any               `json:"const"`
	Enum       []any             `json:"enum"`
	Required   []string          `json:"required"`
	Properties map[string]schema `json:"properties"`
	Items      *schema           `json:"items"`
	MinItems   int               `json:"minItems"`
	MinLength  int               `json:"minLength"`
	Minimum    *float64          `json:"minimum"`
	Pattern    string            `json:"pattern"`
	Format     string            `json:"format"`
	AnyOf      []schema          `json:"anyOf"`
	If         *schema           `json:"if"`
	Then       *schema           `json:"then"`
}

func load(t *testing.T, name string) schema {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(schemas, name))
	if err != nil {
		t.Fatal(err)
	}
	var s schema
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return s
}

func (s schema) resolve(t *testing.T) schema {
	t.Helper()
	if s.Ref != "" {
		return load(t, s.Ref)
	}
	return s
}

// valid tells whether v, decoded with encoding/json, fits the schema.
func (s schema) valid(t *testing.T, v any) bool {
	t.Helper()
	s = s.resolve(t)
	if (s.Const != nil && v != s.Const) || (s.Enum != nil && !slices.Contains(s.Enum, v)) {
		return false
	}
	switch v := v.(type) {
	case map[string]any:
		return s.Type == "object" && s.validFields(t, v)
	case []any:
		for _, inner := range v {
			if !s.Items.valid(t, inner) {
				return false
			}
		}
		return s.Type == "array" && len(v) >= s.MinItems
	case string:
		return s.validText(v)
	case float64:
		return s.Type == "integer" && v == float64(int(v)) && (s.Minimum == nil || v >= *s.Minimum)
	case bool:
		return s.Type == "boolean"
	}
	return false
}

func (s schema) validFields(t *testing.T, v map[string]any) bool {
	t.Helper()
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return false
		}
	}
	for name, inner := range v {
		if p, ok := s.Properties[name]; ok && !p.valid(t, inner) {
			return false
		}
	}
	fits := func(one schema) bool { return one.validFields(t, v) }
	if s.AnyOf != nil && !slices.ContainsFunc(s.AnyOf, fits) {
		return false
	}
	return s.If == nil || !fits(*s.If) || fits(*s.Then)
}

func (s schema) validText(v string) bool {
	if s.Format == "date-time" {
		if _, err := time.Parse(time.RFC3339Nano, v); err != nil {
			return false
		}
	}
	return (s.Type == "string" || s.Const != nil) && len(v) >= s.MinLength && (s.Pattern == "" || regexp.MustCompile(s.Pattern).MatchString(v))
}

func example(t *testing.T, kind string) any {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "examples", kind+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

var kinds = map[string]reflect.Type{
	"order.placed": reflect.TypeFor[orderData](), "order.updated": reflect.TypeFor[orderData](), "order.paid": reflect.TypeFor[paidData](),
	"order.cancelled": reflect.TypeFor[cancelledData](), "parcel.updated": reflect.TypeFor[parcelEnvelope](),
	"return.received": reflect.TypeFor[receivedData](),
}

// TestSchemasNameWhatIsRead compares the fields of each schema with those that the reader knows, both ways.
func TestSchemasNameWhatIsRead(t *testing.T) {
	t.Parallel()
	for kind, data := range kinds {
		s := load(t, kind+".schema.json")
		sameFields(t, kind, s, reflect.TypeFor[envelope]())
		sameFields(t, kind+": data", s.Properties["data"], data)
	}
}

func sameFields(t *testing.T, path string, s schema, typ reflect.Type) {
	t.Helper()
	for typ.Kind() == reflect.Slice || typ.Kind() == reflect.Pointer {
		if typ.Kind() == reflect.Slice && s.Items != nil {
			s = *s.Items
		}
		typ = typ.Elem()
	}
	s = s.resolve(t)
	if typ.Kind() != reflect.Struct || typ == reflect.TypeFor[json.RawMessage]() {
		return
	}
	read := map[string]bool{}
	for field := range typ.Fields() {
		name := field.Tag.Get("json")
		read[name] = true
		p, ok := s.Properties[name]
		if !ok {
			t.Errorf("%s.%s is read, but not in the schema", path, name)
			continue
		}
		sameFields(t, path+"."+name, p, field.Type)
	}
	for name := range s.Properties {
		if !read[name] {
			t.Errorf("%s.%s is in the schema, but not read", path, name)
		}
	}
}

// TestSchemaAndReaderAgree takes each example, breaks it at every place in several ways, and checks that what the schema
// refuses Read refuses too, as a field_invalid that names the place, but for what Read takes on purpose.
func TestSchemaAndReaderAgree(t *testing.T) {
	t.Parallel()
	for kind := range kinds {
		s, document := load(t, kind+".schema.json"), example(t, kind)
		if !s.valid(t, document) {
			t.Errorf("%s: the example does not fit its schema", kind)
		}
		breakEverywhere(document, "", func(path string, how string) {
			fits, err := s.valid(t, document), readAny(t, document)
			switch {
			case fits && err != nil && how != "text":
				t.Errorf("%s: %s as %s fits the schema, but: %v", kind, path, how, err)
			case !fits && err == nil && how != "null" && how != "empty":
				t.Errorf("%s: %s as %s does not fit the schema, but is read", kind, path, how)
			case err != nil && fault.Code(err) == "field_invalid" && !named(fault.Of(err).Message, path):
				t.Errorf("%s: %s as %s: %v", kind, path, how, err)
			}
		})
	}
}

// named tells whether a message names a path, with or without the numbers of list entries, or a field above or below it.
func named(message, path string) bool {
	place, _, _ := strings.Cut(strings.TrimPrefix(message, "The field "), " ")
	numbers := regexp.MustCompile(`\.[0-9]+`)
	place, path = numbers.ReplaceAllString(place, ""), numbers.ReplaceAllString(path, "")
	// An id and its alternative (a tracking number, the lines of a receipt) stand side by side.
	parent := path[:max(strings.LastIndex(path, "."), 0)]
	return strings.HasPrefix(place, path) || strings.HasPrefix(path, place) || strings.HasPrefix(place, parent)
}

func readAny(t *testing.T, document any) error {
	t.Helper()
	body, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	s := New(providers.Options{Name: "erp", Secrets: []string{"c2VjcmV0"}, Country: "PL"})
	_, err = s.Read(providers.Delivery{Body: body, ReceivedAt: time.Date(2026, 12, 3, 0, 0, 0, 0, time.UTC)})
	return err
}

func breakEverywhere(v any, path string, check func(path, how string)) {
	broken := map[string]any{"number": 12.5, "object": map[string]any{}, "array": []any{}, "bool": true, "null": nil, "empty": "", "text": "x"}
	object, ok := v.(map[string]any)
	if list, isList := v.([]any); isList {
		for _, inner := range list {
			breakEverywhere(inner, path+".0", check)
		}
	}
	if !ok {
		return
	}
	for name, old := range object {
		at := strings.TrimPrefix(path+"."+name, ".")
		for how, value := range broken {
			object[name] = value
			check(at, how)
		}
		delete(object, name)
		check(at, "missing")
		object[name] = old
		breakEverywhere(old, at, check)
	}
}
