// Package shopper serves the pages of a shopper: the order behind a signed link, its returns, the lookup of a lost link,
// and how to withdraw. Pages are rendered on the server and work without JavaScript. GET never changes anything.
package shopper

import "net/http"

// New gives the handler of GET /o/{token} and everything below it, /s/{shop}/order, /s/{shop}/withdraw, and the pages'
// style sheet under /static/.
func New(d Deps) http.Handler { panic("shopper: not yet") }
