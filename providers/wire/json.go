package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"homeward/internal/fault"
)

// ID is an identifier that a vendor writes as a JSON string or as an integer of any size. It stays text: vendors' ids
// do not fit a float. null is "".
type ID string

// UnmarshalJSON reads a string or an integer literal.
func (i *ID) UnmarshalJSON(b []byte) error {
	text, err := stringOrNumber(b, "-0123456789", reflect.TypeFor[ID]())
	*i = ID(text)
	return err
}

// Decimal is an amount in major units that a vendor writes as a JSON string or as a number; the digits stay as written.
// null is "".
type Decimal string

// UnmarshalJSON reads a string or a number literal.
func (d *Decimal) UnmarshalJSON(b []byte) error {
	text, err := stringOrNumber(b, "-0123456789.", reflect.TypeFor[Decimal]())
	*d = Decimal(text)
	return err
}

// stringOrNumber gives a string's content, or a number literal that is made of the given characters only. An error is
// an UnmarshalTypeError, to which encoding/json adds the path of the field.
func stringOrNumber(b []byte, characters string, t reflect.Type) (string, error) {
	switch {
	case bytes.Equal(b, []byte("null")):
		return "", nil
	case len(b) > 0 && b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		return s, err
	case len(b) > 0 && strings.Trim(string(b), characters) == "":
		return string(b), nil
	}
	kind := "number"
	if len(b) > 0 {
		switch b[0] {
		case '{':
			kind = "object"
		case '[':
			kind = "array"
		case 't', 'f':
			kind = "bool"
		}
	}
	return "", &json.UnmarshalTypeError{Value: kind, Type: t}
}

// Decode reads one JSON document into v. The fault is "body_malformed" when it is not JSON, "field_invalid" when a field
// has another type than v's; path is put before the field's name ("data"), "" for the document itself. A NUL in a text
// is dropped, because PostgreSQL cannot store it.
func Decode(body []byte, v any, path string) error {
	err := json.Unmarshal(dropNUL(body), v)
	if err == nil {
		return nil
	}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		where := strings.Trim(path+"."+wrong.Field, ".")
		if where == "" {
			return Malformed("The body is JSON, but not an object.", err)
		}
		return Invalid(where, "has the wrong type ("+wrong.Value+")", err)
	}
	return Malformed("The body is not valid JSON.", err)
}

// dropNUL takes the escape of the NUL character out of a JSON text, but not where its backslash is itself escaped.
func dropNUL(body []byte) []byte {
	nul := []byte(`\u0000`)
	if !bytes.Contains(body, nul) {
		return body
	}
	out := make([]byte, 0, len(body))
	for i := 0; i < len(body); i++ {
		switch {
		case body[i] != '\\':
			out = append(out, body[i])
		case bytes.HasPrefix(body[i:], nul):
			i += len(nul) - 1
		case i+1 < len(body):
			out = append(out, body[i], body[i+1])
			i++
		default:
			out = append(out, body[i])
		}
	}
	return out
}

// Malformed is the fault of a body that is not what the vendor's documents say.
func Malformed(message string, cause error) error {
	return fault.New(fault.Permanent, "body_malformed", message, cause)
}

// Invalid is the fault of one field: path is its place ("data.order.total"), why goes on from there ("is negative").
// The value itself is never told: it may be personal.
func Invalid(path, why string, cause error) error {
	return fault.New(fault.Permanent, "field_invalid", fmt.Sprintf("The field %s %s.", path, why), cause)
}

// TopicUnknown is the fault of a webhook on a topic that nobody here reads.
func TopicUnknown(vendor, topic string) error {
	return fault.New(fault.Permanent, "topic_unknown",
		fmt.Sprintf("%s sent the topic %q, which Homeward does not read; remove it from the webhook's topics.", vendor, Word(topic)), nil)
}

// Word makes a foreign code fit to be shown: printable ASCII, at most 64 characters.
func Word(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 64)]
}

// Digest gives 16 hex characters that stand for the content of v, for the identity of a statement: the same content has
// the same digest.
func Digest(v any) string {
	b, _ := json.Marshal(v) //nolint:errchkjson // our own structs of strings and integers
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}
