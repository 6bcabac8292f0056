package ops

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"html/template"
	"net/http"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/store"
)

//go:embed files
var files embed.FS

// pages are the parsed templates and the style sheet, whose address changes with its content.
type pages struct {
	set       *template.Template
	style     []byte
	stylePath string
}

// rooms are the pages' template files.
var rooms = []string{
	"login", "problem", "overview", "events", "event", "messages", "message", "confirm", "returns", "return", "withdrawals", "withdrawal", "claims", "claim", "deadlines", "calls", "refunds",
	"refund", "search", "order",
}

func loadPages() pages {
	style, err := files.ReadFile("files/ops.css")
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(style)
	p := pages{
		style: style, stylePath: "/ops/static/" + hex.EncodeToString(sum[:6]) + ".css",
	}
	frame := template.Must(template.New("frame").Funcs(words).ParseFS(files, "files/frame.html", "files/parts.html", "files/parts_terms.html"))
	p.set = template.Must(frame.Parse(mains()))
	return p
}

// mains gives the rooms as templates of one set, which costs a fifth of the memory of one set for each: every room's "main" under a
// name of its own, and a "main" that chooses.
func mains() string {
	var all, choice strings.Builder
	for i, name := range rooms {
		raw, err := files.ReadFile("files/" + name + ".html")
		if err != nil {
			panic(err)
		}
		all.WriteString(strings.Replace(string(raw), `{{define "main"}}`, `{{define "main-`+name+`"}}`, 1))
		if i > 0 {
			choice.WriteString("else ")
		}
		choice.WriteString(`if eq .Room "` + name + `"}}{{template "main-` + name + `" .}}{{`)
	}
	return all.String() + `{{define "main"}}{{` + choice.String() + `end}}{{end}}`
}

func (c *console) style(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(c.pages.style)
}

// page is what every template gets.
type page struct {
	Title  string
	Room   string // the template's name
	Path   string // the path asked for
	Style  string
	User   config.User // zero when nobody is signed in
	Mends  bool        // may press the buttons and see addresses and bodies
	Counts store.Attention
	Notice *notice
	Query  string // what was searched
	// Lost are words that were typed into a form which did nothing, and for which the page has no field any more.
	Lost []string
	Now  time.Time
	Data any

	shop func(id string) (*config.Shop, bool)
}

// render writes a whole page or, when that fails, a plain 500; never half a page.
func (c *console) render(w http.ResponseWriter, r *http.Request, v visit, status int, name, title string, data any) {
	p := &page{
		Title: title, Room: name, Path: r.URL.Path, Style: c.pages.stylePath, User: v.user, Mends: v.role >= agent,
		Notice: noticeOf(r.URL.Query().Get("notice"), r.URL.Query().Get("of")), Now: v.now, Data: data, shop: c.Shop,
	}
	if name == "search" {
		p.Query = searchWords(r)
	}
	if v.role > nobody {
		counts, err := c.Store.Attention(r.Context(), v.now)
		if err != nil {
			c.Log.WarnContext(r.Context(), "attention", "error", fault.Of(err))
		}
		p.Counts = counts
	}
	if v.again == nil && v.role > nobody && r.Method == http.MethodPost && status >= http.StatusBadRequest && hasTyped(r) {
		v.again = &again{Status: status}
	}
	if v.again != nil {
		status = v.again.Status
	}
	out, err := c.pageWith(p, v.again, r)
	if err != nil {
		c.Log.ErrorContext(r.Context(), "page", "page", name, "error", err.Error())
		http.Error(w, "This page could not be made. The log says why.", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(out)
}

// pageWith makes a page, with what was typed into a form that did nothing; as is nil when there is none.
func (c *console) pageWith(p *page, as *again, r *http.Request) ([]byte, error) {
	var out bytes.Buffer
	if as == nil {
		err := c.pages.set.ExecuteTemplate(&out, "frame", p)
		return out.Bytes(), err
	}
	if as.path, as.typed = r.URL.Path, r.PostForm; as.Problem != "" {
		p.Notice = &notice{Tone: "bad", Text: as.Problem}
	}
	if err := c.pages.set.ExecuteTemplate(&out, "frame", p); err != nil {
		return nil, err
	}
	filled, lost := as.refill(out.Bytes())
	if p.Lost = lost; len(lost) == 0 {
		return filled, nil
	}
	out = bytes.Buffer{}
	err := c.pages.set.ExecuteTemplate(&out, "frame", p)
	filled, _ = as.refill(out.Bytes())
	return filled, err
}

// problem is what the page of a failure says.
type problem struct{ Head, Text string }

func (c *console) fail(w http.ResponseWriter, r *http.Request, v visit, status int, head, text string) {
	c.render(w, r, v, status, "problem", head, problem{Head: head, Text: text})
}

// answer turns a handler's error into a page.
func (c *console) answer(w http.ResponseWriter, r *http.Request, v visit, err error) {
	var tooLarge *http.MaxBytesError
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.fail(w, r, v, http.StatusNotFound, "There is nothing here", "The address is not known. It may have been mistyped.")
	case errors.As(err, &tooLarge):
		c.fail(w, r, v, http.StatusRequestEntityTooLarge, "That was too much text", "Homeward did nothing. Shorten it and try again.")
	default:
		f := fault.Of(err)
		c.Log.ErrorContext(r.Context(), "console", "path", r.Pattern, "code", f.Code, "error", f.Message)
		c.fail(w, r, v, http.StatusServiceUnavailable, "This could not be done just now",
			"Nothing was changed. If it happens again, the log says why; the database may be out of reach.")
	}
}
