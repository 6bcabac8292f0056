package templates

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"strings"
)

// Preview writes every message in every language and channel into dir, filled with sample values that are as long as
// real ones get: <lang>/<topic>.mail.html, .mail.txt and .sms.txt, variants as <topic>.<variant>, and an index.html that
// shows them. It makes the directory and overwrites what it wrote before.
func Preview(dir string) error {
	renderer, err := New()
	if err != nil {
		return err
	}
	page := previewPage{}
	for _, lang := range Languages() {
		if err := os.MkdirAll(filepath.Join(dir, lang), 0o755); err != nil { //nolint:gosec // previews are for anybody to read
			return fmt.Errorf("templates: preview: %w", err)
		}
		rows := previewLanguage{Lang: lang, Dir: Direction(lang)}
		for _, s := range samples(lang) {
			row, err := renderer.preview(dir, lang, s)
			if err != nil {
				return err
			}
			rows.Rows = append(rows.Rows, row)
		}
		page.Languages = append(page.Languages, rows)
	}
	var b strings.Builder
	if err := previewIndex.Execute(&b, page); err != nil {
		return fmt.Errorf("templates: preview: %w", err)
	}
	return write(filepath.Join(dir, "index.html"), b.String())
}

type previewPage struct{ Languages []previewLanguage }

type previewLanguage struct {
	Lang, Dir string
	Rows      []previewRow
}

type previewRow struct {
	Name, Subject, SMS string
	Segments           int
}

func (r *Renderer) preview(dir, lang string, s sample) (previewRow, error) {
	mail, err := r.Mail(s.View)
	if err != nil {
		return previewRow{}, fmt.Errorf("%s %s: %w", lang, s.Name, err)
	}
	sms, err := r.SMS(s.View)
	if err != nil {
		return previewRow{}, fmt.Errorf("%s %s: %w", lang, s.Name, err)
	}
	for end, text := range map[string]string{".mail.html": mail.HTML, ".mail.txt": mail.Text, ".sms.txt": sms + "\n"} {
		if err := write(filepath.Join(dir, lang, s.Name+end), text); err != nil {
			return previewRow{}, err
		}
	}
	return previewRow{s.Name, mail.Subject, sms, segmentsOf(sms)}, nil
}

func write(name, text string) error {
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil { //nolint:gosec // samples are no secret
		return fmt.Errorf("templates: preview: %w", err)
	}
	return nil
}

var previewIndex = template.Must(template.New("index").Parse(`<!DOCTYPE html>
<html lang="en" dir="ltr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Homeward: every message</title>
<style>
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:72rem;padding:2rem 1rem}
nav a{display:inline-block;padding:.5rem .75rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:start;vertical-align:top;padding:.6rem .75rem .6rem 0;border-top:1px solid #8885}
.sms{white-space:pre-line;overflow-wrap:anywhere}
small{opacity:.75}
</style></head><body>
<h1>Every message</h1>
<nav>{{range .Languages}}<a href="#{{.Lang}}">{{.Lang}}</a>{{end}}</nav>
{{range $l := .Languages}}
<h2 id="{{.Lang}}">{{.Lang}}</h2>
<table><thead><tr><th scope="col">Message</th><th scope="col">Mail</th><th scope="col">SMS</th></tr></thead><tbody>
{{range .Rows}}<tr><th scope="row">{{.Name}}<br><small><a href="{{$l.Lang}}/{{.Name}}.mail.html">HTML</a> · <a href="{{$l.Lang}}/{{.Name}}.mail.txt">text</a> · <a href="{{$l.Lang}}/{{.Name}}.sms.txt">SMS</a></small></th>
<td lang="{{$l.Lang}}" dir="{{$l.Dir}}">{{.Subject}}</td>
<td lang="{{$l.Lang}}" dir="{{$l.Dir}}"><span class="sms">{{.SMS}}</span><br><small lang="en" dir="ltr">{{.Segments}} segment{{if ne .Segments 1}}s{{end}}</small></td></tr>
{{end}}</tbody></table>
{{end}}</body></html>
`))
