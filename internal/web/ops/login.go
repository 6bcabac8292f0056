package ops

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"

	"homeward/internal/store"
	"homeward/internal/web/clientip"
)

// loginForm is what the sign-in page shows.
type loginForm struct {
	Name    string
	Next    string
	Problem string
	NoUsers bool
}

func (c *console) loginPage(w http.ResponseWriter, r *http.Request) {
	next := safeNext(r.URL.Query().Get("next"))
	if _, err := c.visitor(r); err == nil {
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // safeNext leaves only paths of the console
		return
	}
	c.showLogin(w, r, http.StatusOK, loginForm{Next: next})
}

func (c *console) showLogin(w http.ResponseWriter, r *http.Request, status int, form loginForm) {
	form.NoUsers = len(c.users) == 0
	c.render(w, r, visit{now: c.Now()}, status, "login", "Sign in", form)
}

// login signs a user in. An unknown name costs the same time and gets the same words as a wrong password.
func (c *console) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
	form := loginForm{Name: strings.TrimSpace(r.PostFormValue("name")), Next: safeNext(r.PostFormValue("next"))}
	password := r.PostFormValue("password")
	if len(form.Name) > 100 || len(password) > 1000 {
		form = loginForm{Next: form.Next}
		password = ""
	}
	now := c.Now()
	if wait := c.attempts.take(clientip.Network(clientip.Of(r)), form.Name, now); wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds())+1))
		form.Problem = "Too many attempts. Wait a minute, then try again."
		c.showLogin(w, r, http.StatusTooManyRequests, form)
		return
	}
	if !c.passwordFits(r.Context(), form.Name, password) {
		c.Log.WarnContext(r.Context(), "sign_in", "outcome", "refused")
		form.Problem = "The name or the password is not right."
		c.showLogin(w, r, http.StatusUnauthorized, form)
		return
	}
	c.attempts.forgive(form.Name)
	if err := c.signIn(w, r, form.Name); err != nil {
		c.answer(w, r, visit{now: now}, err)
		return
	}
	http.Redirect(w, r, form.Next, http.StatusSeeOther)
}

func (c *console) passwordFits(ctx context.Context, name, password string) bool {
	user, known := c.users[name]
	hash := c.dummy
	if known {
		hash = []byte(user.PasswordHash)
	}
	select {
	case c.hashing <- struct{}{}:
		defer func() { <-c.hashing }()
	case <-ctx.Done():
		return false
	}
	return bcrypt.CompareHashAndPassword(hash, []byte(password)) == nil && known
}

func (c *console) signIn(w http.ResponseWriter, r *http.Request, name string) error {
	token, v := newToken(), visit{user: c.users[name], now: c.Now()}
	err := c.Store.Write(r.Context(), func(tx *store.Tx) error {
		if err := tx.PurgeSessions(r.Context(), v.now); err != nil {
			return err
		}
		err := tx.PutSession(r.Context(), tokenHash(token), subject(v.user), v.now.Add(sessionLife))
		if err != nil {
			return err
		}
		return addAudit(r.Context(), tx, v, "sign in", "user:"+name, "")
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, c.cookie(token, int(sessionLife.Seconds())))
	c.Log.InfoContext(r.Context(), "sign_in", "outcome", "ok", "user", name)
	return nil
}

func (c *console) logout(w http.ResponseWriter, r *http.Request, v visit) error {
	cookie, err := r.Cookie(c.cookieName())
	if err != nil {
		return store.ErrNotFound
	}
	err = c.Store.Write(r.Context(), func(tx *store.Tx) error {
		if err := tx.DeleteSession(r.Context(), tokenHash(cookie.Value)); err != nil {
			return err
		}
		return addAudit(r.Context(), tx, v, "sign out", "user:"+v.user.Name, "")
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, c.cookie("", -1))
	http.Redirect(w, r, "/ops/login", http.StatusSeeOther)
	return nil
}

// askToSignIn leads to the login and, after a GET, back again. A form that was sent when the session was over is not lost: its words stand
// beside the login, to be copied.
func (c *console) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		r.Body = http.MaxBytesReader(w, r.Body, mostForm)
		_ = r.PostFormValue("seen") // reads the form
		if hasTyped(r) {
			form := loginForm{Next: "/ops/", Problem: "Nothing was done: you are signed out."}
			room, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/ops/"), "/")
			if id := r.PathValue("id"); id != "" && c.pageOf(room) != nil && !listed[room] {
				form.Next = safeNext("/ops/" + room + "/" + url.PathEscape(id))
			}
			v := visit{now: c.Now(), again: &again{Status: http.StatusUnauthorized}}
			c.render(w, r, v, http.StatusUnauthorized, "login", "Sign in", form)
			return
		}
	}
	to := "/ops/login"
	if r.Method == http.MethodGet && r.URL.Path != "/ops/" {
		to += "?next=" + url.QueryEscape(r.URL.RequestURI())
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// safeNext keeps a way back only when it stays in the console.
func safeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/ops/") ||
		strings.HasPrefix(u.Path, "/ops/login") || strings.Contains(u.Path, "..") || strings.ContainsAny(next, "\\\r\n") {
		return "/ops/"
	}
	return u.RequestURI()
}
