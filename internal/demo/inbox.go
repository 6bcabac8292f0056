package demo

import (
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"homeward/providers/standin/smtpd"
)

//go:embed files
var files embed.FS

var pages = template.Must(template.ParseFS(files, "files/*.html"))

// policy lets the inbox load its own style sheet, script and mails, and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; " +
	"base-uri 'none'; frame-ancestors 'none'"

// mailPolicy lets a mail show what is in it. Nothing in it runs or loads; its links open in a tab of their own.
const mailPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

// inbox serves the demo's own page.
func (d *Demo) inbox() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", d.showInbox)
	mux.HandleFunc("GET /count", d.showCount)
	mux.HandleFunc("GET /mail/{id}/html", d.showHTML)
	mux.HandleFunc("GET /mail/{id}/source", d.showSource)
	mux.HandleFunc("POST /step", d.takeStep)
	mux.HandleFunc("POST /reply", d.takeReply)
	for _, name := range []string{"inbox.css", "inbox.js"} {
		mux.HandleFunc("GET /files/"+name, func(w http.ResponseWriter, r *http.Request) { http.ServeFileFS(w, r, files, "files/"+name) })
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		d.refuse(w, http.StatusNotFound, "There is nothing at this address.")
	})
	return http.NewCrossOriginProtection().Handler(mux)
}

// inboxView is what the inbox shows.
type inboxView struct {
	Orders   []row
	Letters  []entry // newest first
	Open     *letter
	Index    int      // the open letter's
	Thread   []letter // the SMS of the open one's phone, oldest first
	Only     *person  // whose messages are listed, when not everybody's
	Count    int
	Text     bool
	Console  string
	Password string
}

// entry is a letter with its place in the whole list, which names it.
type entry struct {
	letter
	Index int
}

func (d *Demo) showInbox(w http.ResponseWriter, r *http.Request) {
	q, all := r.URL.Query(), d.letters()
	v := inboxView{
		Orders: d.board(r.Context(), all, q.Get("posted"), q.Get("order")), Count: len(all), Text: q.Get("view") == "text",
		Console: d.publicURL + "/ops/", Password: password,
	}
	if p := readerOf(func(p person) bool { return p.id == q.Get("of") }); p.id != "" {
		v.Only = &p
	}
	for i, l := range slices.Backward(all) {
		if v.Only == nil || l.Reader.id == v.Only.id {
			v.Letters = append(v.Letters, entry{l, i})
		}
	}
	v.open(all, q.Get("m"))
	d.render(w, http.StatusOK, "inbox.html", v)
}

// open chooses the letter to show: the one that is asked for, else the newest that is listed.
func (v *inboxView) open(all []letter, asked string) {
	n, err := strconv.Atoi(asked)
	if err != nil || n < 0 || n >= len(all) {
		if len(v.Letters) == 0 {
			return
		}
		n = v.Letters[0].Index
	}
	v.Open, v.Index = &all[n], n
	for _, l := range all {
		if l.SMS && v.Open.SMS && l.Address == v.Open.Address {
			v.Thread = append(v.Thread, l)
		}
	}
}

func (d *Demo) render(w http.ResponseWriter, status int, name string, data any) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	w.WriteHeader(status)
	if err := pages.ExecuteTemplate(w, name, data); err != nil {
		d.log.Warn("demo: inbox", "error", err)
	}
}

// refuse says what is wrong, with a way back.
func (d *Demo) refuse(w http.ResponseWriter, status int, text string) {
	d.render(w, status, "problem.html", text)
}

// showCount lets the page see that something arrived.
func (d *Demo) showCount(w http.ResponseWriter, _ *http.Request) {
	_, _ = fmt.Fprint(w, len(d.letters()))
}

// mail gives the mail that the path names; it refuses the request itself when there is none.
func (d *Demo) mail(w http.ResponseWriter, r *http.Request) (smtpd.Delivery, bool) {
	mails := d.world.Mail.Deliveries()
	n, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || n < 0 || n >= len(mails) {
		d.refuse(w, http.StatusNotFound, "There is no such mail. The demo keeps nothing when it ends.")
		return smtpd.Delivery{}, false
	}
	return mails[n], true
}

func (d *Demo) showHTML(w http.ResponseWriter, r *http.Request) {
	m, ok := d.mail(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", mailPolicy)
	// A link in a mail opens in the browser and not inside the mail, here as in any mail program.
	_, _ = w.Write([]byte(strings.Replace(m.HTML, "<head>", `<head><base target="_blank">`, 1)))
}

func (d *Demo) showSource(w http.ResponseWriter, r *http.Request) {
	m, ok := d.mail(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(m.Raw)
}

// takeStep posts the next webhook of an order.
func (d *Demo) takeStep(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	p := readerOf(func(p person) bool { return p.id == r.PostFormValue("order") })
	key := r.PostFormValue("step")
	if p.id == "" || labelOf(key) == "" {
		d.refuse(w, http.StatusBadRequest, "The sample shop has no such order, or no such step.")
		return
	}
	hooks := d.next(p, key, time.Now())
	if key == goodsBack {
		hooks = d.returned(r.Context(), p, time.Now())
	}
	for _, h := range hooks {
		if err := d.post(r.Context(), h); err != nil {
			d.refuse(w, http.StatusBadGateway, "The webhook was not taken: "+err.Error())
			return
		}
	}
	d.waitForNews(r.Context())
	http.Redirect(w, r, "/?"+url.Values{"posted": {key}, "order": {p.id}}.Encode()+"#o"+p.id, http.StatusSeeOther)
}

// waitForNews gives what a webhook sets off a moment to arrive, so that the page that follows shows it.
func (d *Demo) waitForNews(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	_ = d.settled(ctx) // what is not there yet comes with the page's next look
}

// takeReply lets a shopper answer an SMS.
func (d *Demo) takeReply(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 1<<16)
	from, body := r.PostFormValue("from"), strings.TrimSpace(r.PostFormValue("body"))
	if p := readerOf(func(p person) bool { return p.phone == from && from != "" }); p.id == "" || body == "" {
		d.refuse(w, http.StatusBadRequest, "An answer needs a text, and the number of one of the sample shoppers.")
		return
	}
	_, err := d.world.Twilio.Inbound(r.Context(), from, d.app.Config.Shops[0].SMS.From, body, d.publicURL+"/hooks/"+shopID+"/twilio/inbound")
	if err != nil {
		d.refuse(w, http.StatusBadGateway, "The answer was not taken: "+err.Error())
		return
	}
	http.Redirect(w, r, "/#message", http.StatusSeeOther)
}
