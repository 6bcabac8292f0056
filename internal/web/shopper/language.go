package shopper

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"time"

	"golang.org/x/text/language"

	"homeward/internal/config"
	"homeward/internal/web/page"
	"homeward/templates"
)

// backPath is where a change of language may lead back to, below the order page.
var backPath = regexp.MustCompile(`^(/returns/new|/claims/new|/(cases|returns)/R-[A-Z0-9]{1,12}(/change)?|/gift|/withdraw(/W-[A-Z0-9]{1,12})?)?$`)

// names are the languages' own names.
var names = map[string]string{
	"en": "English", "pl": "Polski", "sl": "Slovenščina", "ar": "العربية", "ru": "Русский", "de": "Deutsch",
}

func (h *handler) nameOf(lang string) string {
	if name, ok := names[lang]; ok {
		return name
	}
	return lang
}

// spoken gives the words of a page that no order decides: ?lang, else what the browser asks for, else the shop's first.
func (h *handler) spoken(r *http.Request, shop *config.Shop) page.Words {
	if shop == nil {
		return h.Words(choose(r, templates.Languages()), "", time.UTC)
	}
	return h.Words(choose(r, shop.Languages), "", shop.Zone).Under(shop.Country)
}

func choose(r *http.Request, offered []string) string {
	if lang := r.URL.Query().Get("lang"); contains(offered, lang) {
		return lang
	}
	tags := make([]language.Tag, len(offered))
	for i, lang := range offered {
		tags[i] = language.Make(lang)
	}
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language"))
	if err != nil || len(wanted) == 0 || len(tags) == 0 {
		return first(offered)
	}
	_, i, confidence := language.NewMatcher(tags).Match(wanted...)
	if confidence == language.No {
		return first(offered)
	}
	return offered[i]
}

func first(offered []string) string {
	if len(offered) == 0 {
		return ""
	}
	return offered[0]
}

func contains(all []string, one string) bool { return slices.Contains(all, one) }

// shopFrame makes the frame of a shop's page that stands behind no link: languages have addresses of their own.
func (h *handler) shopFrame(r *http.Request, shop *config.Shop, words page.Words, title string) page.Frame {
	f := h.frame(shop, words, title)
	for _, lang := range shop.Languages {
		query := url.Values{"lang": {lang}}
		if number := r.URL.Query().Get("number"); number != "" {
			query.Set("number", number)
		}
		f.Speak = append(f.Speak, page.Language{
			Code: lang, Name: h.nameOf(lang), Here: lang == words.Lang(), Href: r.URL.Path + "?" + query.Encode(),
		})
	}
	return f
}
