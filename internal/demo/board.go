package demo

import (
	"context"
	"slices"
	"strings"
	"time"

	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
)

// step is a button: a webhook that can come next.
type step struct{ Key, Label string }

// steps are all buttons, in the order of an order's life.
var steps = []step{
	{"paid", "Paid"}, {"shipped", "Shipped"}, {"in_transit", "In transit"}, {"delayed", "Delayed"}, {"customs", "Held at customs"},
	{"out_for_delivery", "Out for delivery"}, {"attempt_failed", "Nobody home"}, {"ready_for_pickup", "Ready for pickup"},
	{"delivered", "Delivered"}, {"collected", "Collected"}, {"cancelled", "Cancelled"}, {goodsBack, "Goods came back"},
}

// goodsBack is the step that ends a parcel's way back to the shop.
const goodsBack = "goods_back"

// likely are the steps that make sense at a stage; the others are folded away.
var likely = map[orders.Stage][]string{
	orders.StagePlaced:                  {"paid", "shipped"},
	orders.StagePaid:                    {"shipped", "cancelled"},
	orders.StagePacking:                 {"shipped", "cancelled"},
	orders.Stage(orders.Announced):      {"shipped", "in_transit"},
	orders.Stage(orders.HandedOver):     {"in_transit", "delayed"},
	orders.Stage(orders.InTransit):      {"out_for_delivery", "ready_for_pickup", "delayed"},
	orders.Stage(orders.OutForDelivery): {"delivered", "attempt_failed"},
	orders.Stage(orders.ReadyForPickup): {"collected"},
}

// row is one order on the board.
type row struct {
	person
	Stage   string
	Tone    string // good | warn | calm
	Link    string // the shopper's page
	Return  string // the return form, when the goods are there
	Leave   string // the withdrawal function, likewise
	Console string // the order in the console
	Now     []step // the buttons
	Later   []step // the ones folded away
	Letters int
	Posted  string // what was posted last, when it was this order's
}

// board gives the orders as they stand.
func (d *Demo) board(ctx context.Context, all []letter, posted string, of string) []row {
	rows := make([]row, 0, len(people))
	for _, p := range people {
		r := row{person: p, Link: d.publicURL + "/s/" + shopID + "/order", Stage: "unknown", Tone: "calm", Later: steps}
		if order, err := d.app.DB.OrderByExternalID(ctx, shopID, p.id); err == nil {
			r.fill(d, order, d.goodsExpected(ctx, order))
		}
		for _, l := range all {
			if l.Reader.id == p.id {
				r.Letters++
			}
		}
		if of == p.id {
			r.Posted = labelOf(posted)
		}
		rows = append(rows, r)
	}
	return rows
}

func (r *row) fill(d *Demo, o store.Order, back *store.Case) {
	r.Link, r.Console = d.app.Links.Order(o), d.publicURL+"/ops/orders/"+o.ID
	r.Stage, r.Tone = stageOf(o)
	if r.Tone == "good" {
		r.Return, r.Leave = r.Link+"/returns/new", r.Link+"/withdraw"
	}
	now := likely[o.State.Stage]
	if back != nil {
		now = []string{goodsBack}
	}
	r.Now, r.Later = nil, nil
	for _, key := range now {
		r.Now = append(r.Now, step{key, labelOf(key)})
	}
	for _, s := range steps {
		if !slices.Contains(now, s.Key) && s.Key != goodsBack { // which makes sense only for a return
			r.Later = append(r.Later, s)
		}
	}
}

// stageOf says where an order is, and whether that is good or bad news.
func stageOf(o store.Order) (words, tone string) {
	words, tone = plain(string(o.State.Stage)), "calm"
	switch o.State.Stage {
	case orders.Stage(orders.Delivered), orders.Stage(orders.Collected), orders.StageClosed:
		tone = "good"
	case orders.StageCancelled:
		tone = "warn"
	default:
	}
	for _, p := range o.State.Parcels {
		if p.Incident != "" && p.Incident != "none" {
			words, tone = words+", "+plain(string(p.Incident)), "warn"
		}
	}
	return strings.ToUpper(words[:1]) + words[1:], tone
}

func plain(code string) string { return strings.ReplaceAll(code, "_", " ") }

func labelOf(key string) string {
	if i := slices.IndexFunc(steps, func(s step) bool { return s.Key == key }); i >= 0 {
		return steps[i].Label
	}
	return ""
}

// goodsExpected gives the order's return whose goods are not back yet, or nil.
func (d *Demo) goodsExpected(ctx context.Context, o store.Order) *store.Case {
	cases, err := d.app.DB.CasesOf(ctx, o.ID)
	if err != nil {
		return nil
	}
	for _, c := range cases {
		if c.State == returns.Approved || c.State == returns.InTransit {
			return &c
		}
	}
	return nil
}

// returned makes the webhook that says that a return's goods are in the warehouse; none when no return is under way.
func (d *Demo) returned(ctx context.Context, p person, at time.Time) []webhook {
	order, err := d.app.DB.OrderByExternalID(ctx, shopID, p.id)
	if err != nil {
		return nil
	}
	c := d.goodsExpected(ctx, order)
	if c == nil {
		return nil
	}
	lines := make([]any, len(c.Items))
	for i, it := range c.Items {
		lines[i] = map[string]any{"id": it.LineID, "quantity": it.Quantity}
	}
	return []webhook{d.standard("return.received", at, map[string]any{"order_id": p.id, "rma": c.RMA, "lines": lines, "at": at.UTC().Format(time.RFC3339)})}
}
