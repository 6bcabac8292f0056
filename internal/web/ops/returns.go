package ops

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/money"
	"homeward/internal/orders"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/uploads"
)

// item is so many units of a line, with the line's words.
type item struct {
	Line     orders.Line
	Asked    int
	Received int
	Typed    string // what stood in the field when the form was refused
}

// Left is how many units are still expected.
func (i item) Left() int { return max(i.Asked-i.Received, 0) }

// caseView is a return with its order and everything that is known of it.
type caseView struct {
	Case    store.Case
	Order   store.Order
	Number  string
	Items   []item
	Log     []store.CaseStep
	Refunds []store.Refund
	Brings  bill  // what was planned for the case, and what the rest of its goods bring
	Collect int64 // by how much what is sent in exchange costs more, minor units
	Audit   []store.AuditEntry
	Files   []store.File
	Labels  []store.Label
	// Unshipped is set for a withdrawal from goods that never left the shop.
	Unshipped bool
	Problem   string // why a form was refused
	// What was found of goods that came back, the form to look at what is left, and the letter that was typed.
	Found      []foundView
	Inspection inspectForm
	Language   string // that the shopper reads, in English
	Letter     string
	Letters    []store.CaseStep // what the shopper wrote and nobody answered or marked as read
	// Exchange is what the shopper wants in the place of goods.
	Exchange []exchangeRow
}

// readerLanguage is the language of who is written to about the case.
func (v caseView) readerLanguage() string {
	if v.Case.GiftID != "" {
		return v.Case.Recipient.Language
	}
	return v.Order.Language
}

// exchangeRow is something that is wanted in exchange, and the field of its price.
type exchangeRow struct {
	returns.Exchange
	N     int // its place in the wish
	Line  orders.Line
	Typed string
}

// Priceable tells whether staff can say what the items wanted in exchange cost.
func (v caseView) Priceable() bool { return cases.Priceable(v.Case, v.Refunds) }

// Unpriced tells whether they have to.
func (v caseView) Unpriced() bool { return cases.Unpriced(v.Case) }

// LabelFeeBack is what was given back for a label that did not come, in minor units.
func (v caseView) LabelFeeBack() int64 { return cases.LabelFeeBack(v.Case, v.Refunds) }

// Postable tells whether what the shopper paid for the way back can be given back.
func (v caseView) Postable() bool { return cases.Postable(v.Case, v.Labels) }

// Proofs counts the files that came from outside: a receipt may be among them.
func (v caseView) Proofs() int {
	n := 0
	for _, f := range v.Files {
		if f.By == cases.Shopper || strings.HasPrefix(f.By, uploads.ByGift) {
			n++
		}
	}
	return n
}

// Currency is the order's.
func (v caseView) Currency() string { return v.Order.State.Order.Currency }

// Appealed tells whether the shopper objected to something, and nobody answered.
func (v caseView) Appealed() bool {
	return slices.ContainsFunc(v.Found, func(f foundView) bool { return f.Open })
}

// MayNoteNotice tells whether staff may have to note how the consumer was told of the right of withdrawal.
func (v caseView) MayNoteNotice() bool {
	said := slices.ContainsFunc(v.Log, func(s store.CaseStep) bool { return s.Step == cases.ToldOfWithdrawal })
	return v.Case.Kind == returns.Withdrawal && len(v.Inspection.Lines) > 0 && !said
}

// Statement gives the id of the statement that a withdrawal's case belongs to.
func (v caseView) Statement() string { return cases.StatementOf(v.Case) }

// Approvable tells whether the return waits for a decision.
func (v caseView) Approvable() bool { return v.Decidable() && takes(v.Case, returns.Approve) }

// Decidable tells whether staff decide about the case here: a claim is answered in its own room.
func (v caseView) Decidable() bool { return v.Case.Kind != returns.Claim }

// Rejectable tells whether it can still be refused.
func (v caseView) Rejectable() bool { return v.Decidable() && takes(v.Case, returns.Reject) }

// Receivable tells whether goods can still come back: also before they were asked for, and with a second parcel.
func (v caseView) Receivable() bool {
	expected := slices.ContainsFunc(v.Items, func(i item) bool { return i.Left() > 0 })
	return expected && takes(v.Case, returns.Receive)
}

// Callable tells whether it can still be called off.
func (v caseView) Callable() bool { return v.Decidable() && takes(v.Case, returns.CallOff) }

// Endable tells whether the case can be ended because its goods, or the rest of them, do not come.
func (v caseView) Endable() bool {
	return v.Receivable() && !v.Approvable() && !v.Callable() && takes(v.Case, returns.Settle)
}

// Provable tells whether a proof of dispatch would end the waiting for the goods, or was sent and waits to be looked at.
func (v caseView) Provable() bool {
	if !v.Receivable() || len(v.Log) == 0 || slices.ContainsFunc(v.Log, func(s store.CaseStep) bool { return s.Step == cases.DispatchProven }) {
		return false
	}
	return v.owedOnceSent() || (v.paidAtScan() && takes(v.Case, returns.Send)) || v.ProofWaits()
}

// ProofWaits tells whether the shopper uploaded a proof of dispatch that nobody looked at.
func (v caseView) ProofWaits() bool { return v.Receivable() && cases.ProofWaits(v.Log) }

// ProofDoes says what follows when a proof of dispatch is accepted.
func (v caseView) ProofDoes() string {
	switch {
	case v.owedOnceSent():
		return "From then on the money may no longer wait for the goods."
	case v.paidAtScan():
		return "It counts as the carrier's first scan: the money goes now."
	default:
		return "It is kept with the case. Its money waits for what it waited for before."
	}
}

// owedOnceSent tells of goods that the law lets the shop wait for until they were sent.
func (v caseView) owedOnceSent() bool {
	return v.Case.Kind == returns.Withdrawal || (v.Case.Kind == returns.Claim && v.Case.Remedy == returns.TerminationRemedy)
}

// paidAtScan tells of a return whose money waits for the first scan alone.
func (v caseView) paidAtScan() bool {
	return v.Case.Kind == returns.Return && v.Case.Conditions.RefundWhen == returns.OnFirstScan
}

// Payable tells whether the shop may not wait for the goods any more, and still does.
func (v caseView) Payable() bool {
	paid := slices.ContainsFunc(v.Log, func(s store.CaseStep) bool { return s.Step == cases.PaidWithoutGoods })
	return v.owedOnceSent() && v.Receivable() && !paid && (cases.Dispatched(v.Log) || v.Unshipped)
}

// Fulfillable tells whether the goods are back and what was agreed in their place is to be sent.
func (v caseView) Fulfillable() bool { return len(v.Log) > 0 && cases.Fulfillable(v.Case, v.Log) }

// Open tells whether there is anything to do.
func (v caseView) Open() bool {
	return v.Fulfillable() || v.Rejectable() || v.Receivable() || v.Callable() || v.Endable()
}

func takes(k store.Case, step returns.Step) bool {
	_, err := returns.NextFor(k.Kind, k.State, step)
	return err == nil
}

func (c *console) viewCase(ctx context.Context, k store.Case) (caseView, error) {
	view := caseView{Case: k}
	order, err := c.Store.Order(ctx, k.OrderID)
	if err != nil && !isNotFound(err) {
		return view, err
	}
	view.Order, view.Number = order, named(order)
	for i, e := range k.Wish.Exchange {
		row := exchangeRow{Exchange: e, N: i, Line: lineOf(order, e.LineID)}
		if e.Known() && !e.Same() {
			row.Typed = money.Decimal(e.UnitPrice, order.State.Order.Currency)
		}
		view.Exchange = append(view.Exchange, row)
	}
	for _, asked := range k.Items {
		view.Items = append(view.Items, item{
			Line: lineOf(order, asked.LineID), Asked: asked.Quantity, Received: quantityOf(k.Received, asked.LineID),
		})
	}
	return view, nil
}

// lineOf gives an order's line; one that is gone keeps its id as its title.
func lineOf(order store.Order, id string) orders.Line {
	for _, line := range order.State.Order.Lines {
		if line.ID == id {
			return line
		}
	}
	return orders.Line{ID: id, Title: id}
}

func quantityOf(items []returns.Item, lineID string) int {
	n := 0
	for _, i := range items {
		if i.LineID == lineID {
			n += i.Quantity
		}
	}
	return n
}

// returnsData is what the room of returns shows: what waits for a decision, and what is expected back.
type returnsData struct {
	Written  []caseView // their shopper wrote and waits
	ToDecide []caseView
	Proofs   []caseView // of dispatch, that shoppers uploaded and nobody looked at
	Labels   []labelRow // that could not be bought, or given back
	Appeals  []appealRow
	Arrived  []caseView // goods that are back and wait to be looked at
	ToSend   []caseView // goods that are back, and others, or the same repaired, are to be sent
	Expected []caseView
	Pages    struct{ Written, ToDecide, Proofs, Labels, Appeals, Arrived, ToSend, Expected paging }
}

func (c *console) returns(w http.ResponseWriter, r *http.Request, v visit) error {
	ctx := r.Context()
	var data returnsData
	waiting := func(hand store.Hand) func(context.Context, int) ([]store.Case, error) {
		return func(ctx context.Context, limit int) ([]store.Case, error) { return c.Store.CasesFor(ctx, hand, limit) }
	}
	for _, part := range []struct {
		name  string
		read  func(context.Context, int) ([]store.Case, error)
		to    *[]caseView
		pages *paging
	}{
		{"written", c.Store.CasesWritten, &data.Written, &data.Pages.Written}, {"decide", waiting(store.ToDecide), &data.ToDecide, &data.Pages.ToDecide},
		{"arrived", waiting(store.ToLook), &data.Arrived, &data.Pages.Arrived}, {"send", waiting(store.ToSend), &data.ToSend, &data.Pages.ToSend},
		{"proofs", c.Store.ProofsWaiting, &data.Proofs, &data.Pages.Proofs}, {"expected", c.Store.CasesExpected, &data.Expected, &data.Pages.Expected},
	} {
		rows, pages, err := paged(r, part.name, func(limit int) ([]store.Case, error) { return part.read(ctx, limit) })
		if err != nil {
			return err
		}
		if *part.to, err = c.caseViews(ctx, rows); err != nil {
			return err
		}
		*part.pages = pages
	}
	rows, pages, err := paged(r, "appeals", func(limit int) ([]store.Inspection, error) { return c.Store.Appeals(ctx, limit) })
	if err != nil {
		return err
	}
	data.Pages.Appeals = pages
	if data.Appeals, err = c.appeals(ctx, rows); err != nil {
		return err
	}
	held, pages, err := paged(r, "labels", func(limit int) ([]store.Label, error) { return c.Store.LabelsHeld(ctx, limit) })
	if err != nil {
		return err
	}
	data.Pages.Labels = pages
	if data.Labels, err = c.heldLabels(ctx, held); err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "returns", "Returns", data)
	return nil
}

// labelRow is a label that waits for a person, with its case.
type labelRow struct {
	store.Label

	Case store.Case
}

func (c *console) heldLabels(ctx context.Context, held []store.Label) ([]labelRow, error) {
	rows := make([]labelRow, len(held))
	for i, l := range held {
		rows[i].Label = l
		var err error
		if rows[i].Case, err = c.Store.Case(ctx, l.CaseID); err != nil && !isNotFound(err) {
			return nil, err
		}
	}
	return rows, nil
}

// caseViews reads what a list shows of cases: with their log where that says what is to be done.
func (c *console) caseViews(ctx context.Context, rows []store.Case) ([]caseView, error) {
	views := make([]caseView, 0, len(rows))
	for _, k := range rows {
		view, err := c.viewCase(ctx, k)
		if err != nil {
			return nil, err
		}
		if !k.WroteAt.IsZero() || cases.Fulfillable(k, nil) {
			if view.Log, err = c.Store.CaseLog(ctx, k.ID); err != nil {
				return nil, err
			}
		}
		views = append(views, view)
	}
	return views, nil
}

func (c *console) oneReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showReturn(w, r, v, http.StatusOK, func(*caseView) {})
}

// showReturn shows one return; change puts back what was typed into a form that was refused.
func (c *console) showReturn(w http.ResponseWriter, r *http.Request, v visit, status int, change func(*caseView)) error {
	ctx := r.Context()
	k, err := c.Store.Case(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	view, err := c.viewCase(ctx, k)
	if err != nil {
		return err
	}
	if view.Log, err = c.Store.CaseLog(ctx, k.ID); err != nil {
		return err
	}
	if view.Files, err = c.Store.FilesOf(ctx, k.ID); err != nil {
		return err
	}
	if view.Labels, err = c.Store.LabelsOf(ctx, k.ID); err != nil {
		return err
	}
	if view.Refunds, err = c.Store.RefundsOfCase(ctx, k.ID); err != nil {
		return err
	}
	if statement := view.Statement(); statement != "" {
		_, err := c.Store.Withdrawal(ctx, statement)
		if err != nil && !isNotFound(err) {
			return err
		}
		view.Unshipped = err == nil && returns.NeverLeft(view.Order.State, k.Items)
	}
	if err := c.brings(ctx, &view); err != nil {
		return err
	}
	if view.Audit, err = c.Store.AuditOf(ctx, "case:"+k.ID, auditShown); err != nil {
		return err
	}
	inspections, err := c.Store.InspectionsOf(ctx, k.ID)
	if err != nil {
		return err
	}
	if err := c.lookAt(ctx, &view, inspections); err != nil {
		return err
	}
	view.Letters = view.Unread()
	slices.Reverse(view.Log)
	change(&view)
	c.render(w, r, v, status, "return", caseTitle(k), view)
	return nil
}

// caseTitle names a case by its kind.
func caseTitle(k store.Case) string {
	if k.Kind == returns.Withdrawal {
		return "Withdrawal, return " + k.RMA
	}
	if k.Kind == returns.Claim {
		return "Claim " + k.RMA
	}
	return "Return " + k.RMA
}

// brings explains what a case brings; nothing when its order is gone or cannot be reckoned with.
func (c *console) brings(ctx context.Context, view *caseView) error {
	refunds, err := c.Store.RefundsOf(ctx, view.Case.OrderID)
	if err != nil {
		return err
	}
	looks, err := c.Store.InspectionsOf(ctx, view.Case.ID)
	if err != nil {
		return err
	}
	order := view.Order.State.Order
	_, lines, err := cases.Expected(view.Case, order, refunds, looks...)
	if err != nil {
		return nil //nolint:nilerr // the order says something that nobody can reckon with: the rest of the page stands
	}
	view.Brings, view.Collect = explain(lines, view.Order), cases.ToCollect(view.Case, order, refunds, looks...)
	return nil
}
