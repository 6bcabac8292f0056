package templates

import (
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"sync"
	texttemplate "text/template"
	"time"

	"homeward/internal/messages"
)

//go:embed mail
var mailFiles embed.FS

// Renderer turns views into mails and SMS. It is made once and safe to share.
type Renderer struct {
	catalog  *catalog
	html     map[string]*template.Template // by direction
	text     *texttemplate.Template
	palettes sync.Map // by colour: a process serves few shops
}

// New reads and checks every embedded text, table and template. It fails when a language lacks a text, a plural form or
// a variable.
func New() (*Renderer, error) {
	catalog, err := loadCatalog(localeFiles)
	if err != nil {
		return nil, err
	}
	if _, err := loadLocales(); err != nil {
		return nil, err
	}
	html, err := parseHTML()
	if err != nil {
		return nil, err
	}
	text, err := texttemplate.New("layout.txt").ParseFS(mailFiles, "mail/layout.txt")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	return &Renderer{catalog: catalog, html: html, text: text}, nil
}

// Words gives a language's words with a region's formats. region is ISO 3166-1 alpha-2 or ""; a nil zone is UTC; an
// unknown language is spoken in English.
func (r *Renderer) Words(lang, region string, zone *time.Location) Words {
	return r.words(lang, region, zone, Direction(lang) == "rtl")
}

func (r *Renderer) words(lang, region string, zone *time.Location, isolate bool) Words {
	speech, ok := r.catalog.speeches[lang]
	if !ok {
		lang = languages[0]
		speech = r.catalog.speeches[lang]
	}
	if zone == nil {
		zone = time.UTC
	}
	formats, err := localeFor(lang, strings.ToUpper(region))
	if err != nil {
		panic(err) // New has loaded the table, and it holds every language
	}
	return Words{speech: speech, locale: formats, lang: lang, zone: zone, isolate: isolate}
}

// Mail renders the mail of v.Topic. An error means that the program has no words for it, never that the order is odd; or
// that an acknowledgement lacks what it must hold.
func (r *Renderer) Mail(v View) (mail Mail, err error) {
	defer recovered(&err)
	if err := known(v.Topic); err != nil {
		return Mail{}, err
	}
	if err := complete(v); err != nil {
		return Mail{}, err
	}
	w := r.words(v.Language, v.Region, v.Zone, true).Under(v.country())
	l := r.compose(v, w)
	var html, text strings.Builder
	html.Grow(24 << 10)
	if err := r.html[w.Dir()].Execute(&html, l); err != nil {
		return Mail{}, fmt.Errorf("templates: %s mail: %w", v.Topic, err)
	}
	if err := r.text.Execute(&text, l.plain(w.Dir())); err != nil {
		return Mail{}, fmt.Errorf("templates: %s mail: %w", v.Topic, err)
	}
	return Mail{Subject: forLine(l.Subject, w.Dir()), HTML: html.String(), Text: text.String()}, nil
}

// SMS renders the SMS of v.Topic: at most two segments, plain characters, no address of the shopper.
func (r *Renderer) SMS(v View) (sms string, err error) {
	defer recovered(&err)
	if err := known(v.Topic); err != nil {
		return "", err
	}
	w := r.words(v.Language, v.Region, v.Zone, Direction(v.Language) == "rtl").Under(v.country())
	return shortMessage(composer{v: v, w: w, variant: variant(v)}), nil
}

// recovered makes an error of a panic of Words: a missing word must not take a worker down.
func recovered(err *error) {
	if p := recover(); p != nil {
		fault, ok := p.(error)
		if !ok {
			panic(p)
		}
		*err = fault
	}
}

func known(topic messages.Topic) error {
	if slices.Contains(messages.Topics, topic) {
		return nil
	}
	return fmt.Errorf("templates: no words for topic %q", topic)
}

func (r *Renderer) palette(colour string) palette {
	if p, ok := r.palettes.Load(colour); ok {
		return p.(palette) //nolint:forcetypeassert // only palettes are stored
	}
	p := paletteOf(colour)
	r.palettes.Store(colour, p)
	return p
}

// parseHTML reads the layout once per direction: which side a line starts on is written into it, for the align attributes
// that Outlook obeys.
func parseHTML() (map[string]*template.Template, error) {
	source, err := mailFiles.ReadFile("mail/layout.html")
	if err != nil {
		return nil, fmt.Errorf("templates: %w", err)
	}
	html := make(map[string]*template.Template, 2)
	for dir, sides := range map[string]*strings.Replacer{
		"ltr": strings.NewReplacer("[[dir]]", "ltr", "[[start]]", "left", "[[end]]", "right"),
		"rtl": strings.NewReplacer("[[dir]]", "rtl", "[[start]]", "right", "[[end]]", "left"),
	} {
		layout := template.New("layout.html").Funcs(template.FuncMap{"bdi": withBDI, "keep": outlook})
		if html[dir], err = layout.Parse(sides.Replace(string(source))); err != nil {
			return nil, fmt.Errorf("templates: %w", err)
		}
	}
	return html, nil
}
