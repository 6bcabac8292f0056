package shopper

import (
	"context"
	"net/http"
	"time"
)

// Pause does work and then waits as the lookup does.
func Pause(ctx context.Context, began time.Time, work func()) {
	h := &handler{Deps: Deps{LookupPause: 400 * time.Millisecond}}
	work()
	h.pause((&http.Request{}).WithContext(ctx), began)
}

// CaseSign is what is drawn beside the title of a case.
var CaseSign = caseSign
