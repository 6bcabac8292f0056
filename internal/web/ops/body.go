package ops

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"

	"homeward/internal/store"
)

// maxShown bounds how much of a body a page shows, in bytes.
const maxShown = 256 << 10

// body is a webhook's body made readable.
type body struct {
	Text  string
	How   string // "JSON, indented", …
	Bytes int
	Cut   bool
}

// readable indents JSON, unfolds form fields, and dumps what is no text. Digits stay as they came.
func readable(raw []byte) body {
	b := body{Bytes: len(raw)}
	var indented bytes.Buffer
	switch {
	case len(raw) == 0:
		b.How = "empty"
	case json.Indent(&indented, raw, "", "  ") == nil:
		b.Text, b.How = indented.String(), "JSON, indented"
	case !utf8.Valid(raw):
		b.Text, b.How = hex.Dump(raw[:min(len(raw), 4<<10)]), "not text, the first 4 KiB in hexadecimal"
	case formFields(raw) != "":
		b.Text, b.How = formFields(raw), "form fields, one on a line"
	default:
		b.Text, b.How = string(raw), "as it came"
	}
	if len(b.Text) > maxShown {
		b.Text, b.Cut = strings.ToValidUTF8(b.Text[:maxShown], ""), true
	}
	return b
}

// formFields gives "name = value" lines in their order, "" when raw is no form.
func formFields(raw []byte) string {
	s := string(raw)
	if strings.ContainsAny(s, " \n{<") || !strings.Contains(s, "=") {
		return ""
	}
	var out strings.Builder
	for pair := range strings.SplitSeq(s, "&") {
		name, value, _ := strings.Cut(pair, "=")
		n, err1 := url.QueryUnescape(name)
		v, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return ""
		}
		out.WriteString(n + " = " + v + "\n")
	}
	return out.String()
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
