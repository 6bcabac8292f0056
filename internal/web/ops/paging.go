package ops

import (
	"net/http"
	"net/url"
	"strconv"
)

// perPage is how many rows of a list a page shows, mostPages how far one can go. What lies beyond comes into sight as the rows before
// it are dealt with.
const (
	perPage   = 100
	mostPages = 50
)

// paging says which rows of a list are shown, and leads to those before and behind them. Every list of a room has its own; the others
// keep their place.
type paging struct {
	From, To       int    // the first and the last row shown, from 1
	Before, Behind string // addresses, "" for none
}

// Needed tells whether there is another page.
func (p paging) Needed() bool { return p.Before != "" || p.Behind != "" }

// paged reads the page of a list that the address asks for, or the last one there is. name is the list's name in the address, and
// that of its heading with "h-" before it; read gives the first rows of the list in an order that stays.
func paged[T any](r *http.Request, name string, read func(limit int) ([]T, error)) ([]T, paging, error) {
	n, err := strconv.Atoi(r.URL.Query().Get(name))
	if err != nil || n < 1 || n > mostPages {
		n = 1
	}
	rows, err := read(n*perPage + 1)
	if err != nil {
		return nil, paging{}, err
	}
	if last := max((len(rows)+perPage-1)/perPage, 1); n > last {
		n = last
	}
	from, to := (n-1)*perPage, min(n*perPage, len(rows))
	p := paging{From: from + 1, To: to}
	if n > 1 {
		p.Before = pageAddress(r, name, n-1)
	}
	if len(rows) > to && n < mostPages {
		p.Behind = pageAddress(r, name, n+1)
	}
	return rows[from:to], p, nil
}

// pageAddress gives the address of another page of a list, as it is without the notice at its head.
func pageAddress(r *http.Request, name string, n int) string {
	query := url.Values{}
	for key, values := range r.URL.Query() {
		if key != "notice" && key != "of" {
			query[key] = values
		}
	}
	query.Set(name, strconv.Itoa(n))
	return "?" + query.Encode() + "#h-" + name
}
