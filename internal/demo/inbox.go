package demo

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/store"
)

//go:embed files
var files embed.FS

var inboxPage = template.Must(template.ParseFS(files, "files/inbox.html"))

// letter is one message as the inbox shows it.
type letter struct {
	ID       int // of mails: their number
	SMS      bool
	To       string
	From     string
	Subject  string
	Body     string
	Preview  string
	Language string
	RTL      bool
	At       time.Time
}

// row is one order as the inbox shows it.
type row struct {
	person
	Stage    string
	Link     string
	Language string
	Steps    []struct{ Key, Label string }
}

// Name and the like give the template what a person's fields hold.
func (r row) Name() string   { return r.name }
func (r row) ID() string     { return r.id }
func (r row) Number() string { return r.number }
func (r row) Goods() string {
	names := make([]string, len(r.lines))
	for i, l := range r.lines {
		names[i] = fmt.Sprintf("%d × %s", l.quantity, l.title)
	}
	return strings.Join(names, ", ")
}

// inbox serves the demo's own page.
func (d *Demo) inbox() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.showInbox)
	mux.HandleFunc("GET /count", d.showCount)
	mux.HandleFunc("GET /mail/{id}/html", d.showHTML)
	mux.HandleFunc("GET /mail/{id}/source", d.showSource)
	mux.HandleFunc("POST /step", d.takeStep)
	mux.HandleFunc("POST /reply", d.takeReply)
	mux.Handle("GET /files/", http.FileServerFS(files))
	return http.NewCrossOriginProtection().Handler(mux)
}

func (d *Demo) showInbox(w http.ResponseWriter, r *http.Request) {
	letters := d.letters()
	selected := len(letters) - 1
	if n, err := strconv.Atoi(r.URL.Query().Get("m")); err == nil && n >= 0 && n < len(letters) {
		selected = n
	}
	page := struct {
		Orders   []row
		Letters  []letter
		Open     *letter
		Index    int
		Count    int
		Console  string
		Text     bool
		Password string
	}{Orders: d.orders(r.Context()), Letters: letters, Index: selected, Count: len(letters), Console: d.publicURL + "/ops/", Text: r.URL.Query().Get("view") == "text", Password: password}
	if selected >= 0 {
		page.Open = &letters[selected]
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := inboxPage.Execute(w, page); err != nil {
		d.log.Warn("demo: inbox", "error", err)
	}
}

// showCount lets the page see that something arrived.
func (d *Demo) showCount(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprint(w, len(d.world.Mail.Deliveries())+len(d.world.Twilio.Messages()))
}

// showHTML gives a mail's HTML part for the frame: nothing in it runs or loads.
func (d *Demo) showHTML(w http.ResponseWriter, r *http.Request) {
	mails := d.world.Mail.Deliveries()
	n, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || n < 0 || n >= len(mails) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups allow-popups-to-escape-sandbox")
	_, _ = w.Write([]byte(mails[n].HTML))
}

func (d *Demo) showSource(w http.ResponseWriter, r *http.Request) {
	mails := d.world.Mail.Deliveries()
	n, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || n < 0 || n >= len(mails) {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(mails[n].Raw)
}

// takeStep posts the next webhook of an order.
func (d *Demo) takeStep(w http.ResponseWriter, r *http.Request) {
	for _, p := range people {
		if p.id != r.PostFormValue("order") {
			continue
		}
		for _, h := range d.next(p, r.PostFormValue("step"), time.Now()) {
			if err := d.post(r.Context(), h); err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
		}
		d.waitForNews(r.Context())
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	http.NotFound(w, r)
}

// waitForNews gives what a webhook sets off a moment to arrive, so that the page that follows shows it.
func (d *Demo) waitForNews(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_ = d.settled(ctx) // what is not there yet comes with the page's next look
}

// takeReply lets a shopper answer an SMS.
func (d *Demo) takeReply(w http.ResponseWriter, r *http.Request) {
	sms := d.shop().SMS
	_, err := d.world.Twilio.Inbound(r.Context(), r.PostFormValue("from"), sms.From, r.PostFormValue("body"), d.publicURL+"/hooks/"+shopID+"/twilio/inbound")
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

func (d *Demo) shop() *config.Shop { return &d.app.Config.Shops[0] }

// letters gives every mail and SMS, oldest first.
func (d *Demo) letters() []letter {
	var all []letter
	for i, m := range d.world.Mail.Deliveries() {
		language := m.Header.Get("Content-Language")
		all = append(all, letter{
			ID: i, To: strings.Join(m.To, ", "), From: m.From, Subject: m.Subject, Body: m.Text, Preview: firstLine(m.Text), Language: language,
			RTL: strings.HasPrefix(language, "ar"), At: m.ReceivedAt,
		})
	}
	for _, m := range d.world.Twilio.Messages() {
		all = append(all, letter{SMS: true, To: m.To, From: m.From, Body: m.Body, Preview: firstLine(m.Body), At: m.CreatedAt, RTL: rtl(m.Body)})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].At.Before(all[j].At) })
	return all
}

func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// rtl tells whether a text's first letter is an Arabic one.
func rtl(s string) bool {
	for _, r := range s {
		if r >= 0x0600 && r <= 0x06ff {
			return true
		}
		if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= 0x0400 && r <= 0x04ff {
			return false
		}
	}
	return false
}

func (d *Demo) orders(ctx context.Context) []row {
	rows := make([]row, 0, len(people))
	for _, p := range people {
		r := row{person: p, Language: p.language, Link: d.link(ctx, p), Steps: steps}
		if order, err := d.app.DB.OrderByExternalID(ctx, shopID, p.id); err == nil {
			r.Stage = stage(order)
		}
		rows = append(rows, r)
	}
	return rows
}

func stage(o store.Order) string {
	s := strings.ReplaceAll(string(o.State.Stage), "_", " ")
	for _, p := range o.State.Parcels {
		if p.Incident != "none" && p.Incident != "" {
			s += ", " + strings.ReplaceAll(string(p.Incident), "_", " ")
		}
	}
	return s
}
