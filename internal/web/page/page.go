// Package page is the plumbing that pages share: security headers, the style sheet, a shop's colours made fit to read,
// and rendering. A page is rendered whole before its first byte is sent, so that a fault never leaves half a page.
package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"homeward/internal/id"
	"homeward/templates"
	"homeward/templates/pages"
)

// StaticPath is where Static is to be mounted. It lies below /s/, beside the shops' pages; no shop has "-" as its id.
const StaticPath = "/s/-/static/"

// Words is what pages speak with.
type Words = templates.Words

// year is how long a browser may keep the style sheet: its name changes with its content.
const year = "public, max-age=31536000, immutable"

// Frame is what the layout needs of every page. Pages embed it and pass themselves to Render.
type Frame struct {
	templates.Words
	Title    string // of the window, without the shop's name
	ShopName string // "" when no shop is known
	Home     string // where the shop's name leads to, "" for nowhere
	HomeText string // the words of a link to Home; "": that it is the order's page
	Email    string // the shop's address for questions, may be ""
	Subject  string // of a mail to it
	Brand    Brand
	Withdraw string // the address of the withdrawal function, may be ""
	// WithdrawToo is the function's label in the contract's language, where the page's own has no official one.
	WithdrawToo *Wording
	Private     bool       // the page stands behind a signed link
	Speak       []Language // the languages one can change to; none or one hides the switch
	SpeakTo     string     // where the choice is posted, or "" when the languages have their own addresses
	Back        string     // the part of the order's pages that the choice leads back to
	Style       string     // the style sheet's address, set by Render
}

// Wording is a text in another language than the page's.
type Wording struct{ Lang, Dir, Text string }

// Language is a choice of the language switch.
type Language struct {
	Code, Name string
	Here       bool
	Href       string // when the choice is an address
}

func (f *Frame) frame() *Frame { return f }

// Fresh gives a new nonce, for a form whose page has none of its own: one that does the same thing once, however often it is posted.
func (f *Frame) Fresh() string { return id.Secret() }

// Page is a page that embeds a Frame.
type Page interface{ frame() *Frame }

// Renderer renders pages. It is safe for concurrent use.
type Renderer struct {
	sets  map[string]*template.Template
	style []byte
	name  string // the style sheet's file name, with its hash
	hsts  bool
}

// New reads the embedded pages. publicURL tells whether browsers are to insist on HTTPS.
func New(publicURL string) (*Renderer, error) {
	style, err := fs.ReadFile(pages.Files, "page.css")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	sum := sha256.Sum256(style)
	r := &Renderer{
		sets: make(map[string]*template.Template), style: style,
		name: "page." + hex.EncodeToString(sum[:6]) + ".css", hsts: strings.HasPrefix(publicURL, "https://"),
	}
	names, err := fs.Glob(pages.Files, "*.html")
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	for _, name := range names {
		if name == "layout.html" {
			continue
		}
		set, err := template.ParseFS(pages.Files, "layout.html", name)
		if err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
		r.sets[strings.TrimSuffix(name, ".html")] = set
	}
	return r, nil
}

// Render sends a page: the template of that name (without ".html") inside the layout.
func (r *Renderer) Render(w http.ResponseWriter, status int, name string, p Page) error {
	f := p.frame()
	f.Style = StaticPath + r.name
	set, ok := r.sets[name]
	if !ok {
		return fmt.Errorf("page: no template %q", name)
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, "layout", p); err != nil {
		return fmt.Errorf("page: %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", f.Lang())
	h.Set("Content-Security-Policy", policy(f.Brand))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader is gone: nothing is left to do
	return nil
}

// policy lets a page load our own style sheet and the one inline sheet with the shop's colours, and nothing else.
func policy(b Brand) string {
	style := "style-src 'self'"
	if css := b.CSS(); css != "" {
		sum := sha256.Sum256([]byte(css))
		style += " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; " + style + "; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
}

// Secure sets the security headers on every answer of next, also on those that are no page.
func (r *Renderer) Secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy(Brand{}))
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
		h.Set("Cache-Control", "no-store")
		if r.hsts {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, req)
	})
}

// Static serves the style sheet under StaticPath.
func (r *Renderer) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path != StaticPath+r.name {
			http.NotFound(w, req)
			return
		}
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		w.Header().Set("Cache-Control", year)
		_, _ = w.Write(r.style) // as above
	})
}
