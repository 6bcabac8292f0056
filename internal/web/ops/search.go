package ops

import (
	"net/http"
	"strings"

	"homeward/internal/store"
)

// searchData is what a search found: the newest orders when nothing was asked.
type searchData struct {
	Asked  bool
	Orders []foundOrder
	Pages  paging
}

// foundOrder is one order with its number.
type foundOrder struct {
	store.Order
	Number string
}

// searchWords gives what was asked for: an order number, an e-mail address, a tracking or a return number.
func searchWords(r *http.Request) string {
	q := []rune(strings.TrimSpace(strings.ToValidUTF8(r.URL.Query().Get("q"), "")))
	return string(q[:min(len(q), 200)])
}

func (c *console) search(w http.ResponseWriter, r *http.Request, v visit) error {
	query := searchWords(r)
	rows, pages, err := paged(r, "page", func(limit int) ([]store.Order, error) { return c.Store.Search(r.Context(), query, limit) })
	if err != nil {
		return err
	}
	data := searchData{Asked: query != "", Pages: pages}
	for _, o := range rows {
		data.Orders = append(data.Orders, foundOrder{o, named(o)})
	}
	c.render(w, r, v, http.StatusOK, "search", "Search", data)
	return nil
}
