package app

import (
	"log/slog"
	"net/http"
	"runtime/debug"
)

// calm answers a panic with 500 and logs its stack. Its value, which may quote what somebody typed, is told to nobody;
// net/http itself would log it.
func calm(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch v := recover(); v {
			case nil:
			case http.ErrAbortHandler: //nolint:errorlint // exactly that value ends an answer on purpose
				panic(v)
			default:
				log.LogAttrs(r.Context(), slog.LevelError, "panic", slog.String("method", r.Method), slog.String("stack", string(debug.Stack())))
				http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}
