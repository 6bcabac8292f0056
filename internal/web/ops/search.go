package ops

import (
	"net/http"
	"strings"

	"homeward/internal/store"
)

// maxFound is how many orders a search shows.
const maxFound = 50

// searchData is what a search found: the newest orders when nothing was asked.
type searchData struct {
	Asked  bool
	Orders []foundOrder
	Cut    bool
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
	rows, err := c.Store.Search(r.Context(), query, maxFound+1)
	if err != nil {
		return err
	}
	rows, rest := cut(rows, maxFound)
	data := searchData{Asked: query != "", Cut: rest.Cut}
	for _, o := range rows {
		data.Orders = append(data.Orders, foundOrder{o, named(o)})
	}
	c.render(w, r, v, http.StatusOK, "search", "Search", data)
	return nil
}
