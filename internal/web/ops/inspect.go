package ops

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/money"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/web/upload"
)

// findingRow is one finding on the form of an inspection, as it stands or was typed.
type findingRow struct {
	N                                                  int // of its fields: "qty.<n>", "grade.<n>", …
	Quantity, Grade, Outcome, Deduction, Reason, Notes string
	Problem                                            string
	Photos                                             []store.File // sent before, when the form was refused
}

// inspectLine is a line that can be looked at.
type inspectLine struct {
	item
	Units int
	Paid  int // of them, whose money is back or on its way: they can only be graded
	First findingRow
	More  []findingRow // when units of a line differ
	Split bool         // one of More was typed
}

// inspectForm is the form by which goods that came back are looked at.
type inspectForm struct {
	Lines    []inspectLine
	Language string // that the shopper reads
	Currency string
	Nonce    string // of the photos; "" when none can be kept
	Accept   string // what the fields for photos take
}

// mostFindings bounds how differently the units of one line can be graded at once.
const mostFindings = 3

// mostRows bounds the rows of a form.
const mostRows = 300

// inspectionOf makes the form of a case: empty, or with what was typed.
func inspectionOf(view *caseView, inspections []store.Inspection, refunds []store.Refund) (inspectForm, error) {
	form := inspectForm{Language: languageName(view.readerLanguage()), Currency: view.Order.State.Order.Currency}
	if !takes(view.Case, returns.Inspect) && !takes(view.Case, returns.Receive) {
		return form, nil
	}
	shelves, err := cases.Shelves(view.Case, view.Order.State.Order, inspections, refunds)
	if err != nil {
		return form, err
	}
	there, n := cases.Uninspected(view.Case, inspections), 0
	for _, shelf := range shelves {
		line := inspectLine{item: item{Line: lineOf(view.Order, shelf.LineID)}, Units: shelf.Units, Paid: shelf.Units - len(shelf.Brings)}
		units := there[shelf.LineID]
		if units <= 0 {
			units = shelf.Units
		}
		line.First = findingRow{N: n, Quantity: strconv.Itoa(units), Grade: string(returns.AsNew), Outcome: string(returns.Accept)}
		n++
		for range min(shelf.Units, mostFindings) - 1 {
			line.More = append(line.More, findingRow{N: n, Grade: string(returns.AsNew), Outcome: string(returns.Accept)})
			n++
		}
		form.Lines = append(form.Lines, line)
	}
	return form, nil
}

// retype puts what was typed back into the form, with what is wrong with each row. Where other lines are to be looked at by now, a row is
// about something else and stays as it is; then it is false.
func (f *inspectForm) retype(r *http.Request, problems map[int]string) bool {
	same := len(f.Lines) > 0
	typed := func(line string, row findingRow) findingRow {
		if was := r.PostFormValue("line." + strconv.Itoa(row.N)); was != "" && was != line {
			same = false
			return row
		}
		field := func(name string) string { return r.PostFormValue(name + "." + strconv.Itoa(row.N)) }
		return findingRow{
			N: row.N, Quantity: field("qty"), Grade: field("grade"), Outcome: field("outcome"), Deduction: field("deduction"),
			Reason: field("reason"), Notes: field("note"), Problem: problems[row.N],
		}
	}
	for i := range f.Lines {
		line := &f.Lines[i]
		line.First = typed(line.Line.ID, line.First)
		for j := range line.More {
			line.More[j] = typed(line.Line.ID, line.More[j])
			line.Split = line.Split || line.More[j].Quantity != ""
		}
	}
	return same
}

// findingWords say what is wrong with a row, and how to mend it.
var findingWords = map[returns.Code]string{
	returns.FoundNothing:     "Write how many units you looked at, for one line at least.",
	returns.LineUnknown:      "This line has no units to look at.",
	returns.QuantityInvalid:  "Write a number of units: 1 or more, or nothing to leave the row out.",
	returns.QuantityTooMany:  "There are not so many units that came back and were not looked at.",
	returns.GradeUnknown:     "Choose the condition.",
	returns.OutcomeUnknown:   "Choose what follows from it.",
	returns.NeedsReason:      "Write to the shopper why: they are told it word for word.",
	returns.ReasonTooLong:    "The words to the shopper are too long: 1,000 characters at most.",
	returns.NeedsEvidence:    "A deduction needs evidence: write in the note what can be seen, or add a photo.",
	returns.DeductionNone:    "Write the amount of a deduction, above zero; leave it empty where nothing is deducted.",
	returns.DeductionTooHigh: "That is more than may be kept: no more than the units bring, and an appeal never makes it worse.",
	returns.AbsentNotPaid:    "What is not there cannot be accepted: choose “Do not pay”.",
	returns.MoneyGone:        "The money of these units went back before they were looked at; they can only be accepted.",
	returns.NotRefusable:     "A withdrawal cannot be refused. Diminished value is deducted (Directive 2011/83/EU, Art. 14(2)).",
	returns.NoticeMissing:    "Nothing shows that the consumer was told of the right of withdrawal, so nothing may be deducted (Art. 14(2)). If there is evidence, note it first.",
	returns.NotDeductible:    "From a claim nothing is deducted for how goods look.",
}

// inspectReturn records what was found in the box.
func (c *console) inspectReturn(w http.ResponseWriter, r *http.Request, v visit) error {
	step := returns.Inspect
	k, err := c.Store.Case(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if !takes(k, step) {
		step = returns.Receive // with the goods the case becomes one that is looked at
	}
	order, err := c.Store.Order(r.Context(), k.OrderID)
	if err != nil {
		return err
	}
	form, err := c.readInspection(r, v, k)
	if err != nil {
		return c.refuseForm(w, r, v, err)
	}
	found, rows, problems := readFindings(r, order.State.Order.Currency)
	photoProblems(form, problems)
	var photos []string
	for _, n := range rows {
		photos = append(photos, rowNonce(form.Nonce, n))
	}
	return c.moveCaseOr(w, r, v, "inspect", "inspected", step, func(k store.Case) (store.Case, error) {
		if len(problems) > 0 {
			return k, errUnits
		}
		moved, err := c.Cases.Inspect(r.Context(), k, found, v.actor(), photos...)
		if faults, ok := errors.AsType[returns.InspectionFaults](err); ok {
			for at, code := range faults {
				if at < 0 || at >= len(rows) {
					problems[-1] = findingWords[code]
				} else {
					problems[rows[at]] = findingWords[code]
				}
			}
			return moved, errUnits
		}
		return moved, err
	}, func(problem string) func(*caseView) {
		return func(view *caseView) {
			view.Problem = cmp.Or(problem, "Nothing was done. "+problemsSay(problems))
			if view.Inspection.retype(r, problems) {
				c.showPhotos(r.Context(), view, form)
			} else if c.Files != nil && len(view.Inspection.Lines) > 0 {
				view.Problem += " Other goods are to be looked at by now: choose their photos again."
			}
		}
	})
}

func problemsSay(problems map[int]string) string {
	if whole, ok := problems[-1]; ok {
		return whole
	}
	return "See the rows that are marked below."
}

// readFindings reads the rows that have units. rows gives the number of each finding's row on the form; problems say what is
// wrong with a row before the rules look at it.
func readFindings(r *http.Request, currency string) (found []returns.Inspection, rows []int, problems map[int]string) {
	problems = map[int]string{}
	for n := range mostRows {
		at := "." + strconv.Itoa(n)
		if !r.PostForm.Has("line" + at) {
			break
		}
		units := strings.TrimSpace(r.PostFormValue("qty" + at))
		if units == "" || units == "0" {
			continue
		}
		f := returns.Inspection{
			LineID: r.PostFormValue("line" + at), Grade: returns.Grade(r.PostFormValue("grade" + at)), Outcome: returns.Outcome(r.PostFormValue("outcome" + at)),
			Reason: text(r, "reason"+at), Note: text(r, "note"+at),
		}
		var err error
		if f.Quantity, err = strconv.Atoi(units); err != nil {
			problems[n] = findingWords[returns.QuantityInvalid]
		}
		if f.Deduction, err = amountOf(r.PostFormValue("deduction"+at), currency); err != nil {
			problems[n] = "Write the amount as a number with a point, like 12.50."
		}
		if _, long := tooLongOf(r, "reason"+at, "note"+at); long != "" {
			problems[n] = long
		}
		found, rows = append(found, f), append(rows, n)
	}
	return found, rows, problems
}

// amountOf reads an amount in major units; empty is 0. A comma counts as a point.
func amountOf(typed, currency string) (int64, error) {
	typed = strings.ReplaceAll(strings.TrimSpace(typed), ",", ".")
	if typed == "" {
		return 0, nil
	}
	return money.Parse(typed, currency)
}

// answerAppeal puts another finding in the place of the one that a shopper objected to, or upholds it.
func (c *console) answerAppeal(w http.ResponseWriter, r *http.Request, v visit) error {
	ctx, id := r.Context(), r.PathValue("id")
	k, err := c.Store.Case(ctx, id)
	if err != nil {
		return err
	}
	order, err := c.Store.Order(ctx, k.OrderID)
	if err != nil {
		return err
	}
	now := returns.Inspection{
		Grade: returns.Grade(r.PostFormValue("grade")), Outcome: returns.Outcome(r.PostFormValue("outcome")),
		Reason: text(r, "reason"), Note: text(r, "note"),
	}
	problem, err := c.addedMeanwhile(r)
	if err != nil {
		return err
	}
	if now.Deduction, err = amountOf(r.PostFormValue("deduction"), order.State.Order.Currency); err != nil {
		problem = "Write the amount as a number with a point, like 12.50."
	}
	if problem == "" {
		_, err = c.Cases.AnswerAppeal(ctx, k, r.PathValue("inspection"), now, v.actor())
	}
	var faults returns.InspectionFaults
	var f *fault.Error
	switch {
	case errors.As(err, &faults):
		problem = findingWords[faults[0]]
	case errors.Is(err, returns.ErrStep):
		return c.done(w, r, v, "returns", id, errStale, "")
	case errors.As(err, &f) && f.Class == fault.Permanent:
		problem = f.Message
	}
	if problem != "" {
		return c.showReturn(w, r, v, http.StatusUnprocessableEntity, func(view *caseView) { view.retypeAnswer(r, problem) })
	}
	if err == nil {
		err = c.mend(ctx, v, act{name: "answer appeal", object: "case:" + id})
	}
	return c.done(w, r, v, "returns", id, err, "answered")
}

// addedMeanwhile says that an objection has more words than those that its answer's form was shown with; "" when it has not. Words are only ever
// added, so their length tells.
func (c *console) addedMeanwhile(r *http.Request) (string, error) {
	all, err := c.Store.InspectionsOf(r.Context(), r.PathValue("id"))
	for _, i := range all {
		if read := r.PostFormValue("read"); i.ID == r.PathValue("inspection") && i.ReplacedBy == "" && read != "" && read != strconv.Itoa(len(i.Appeal)) {
			return "The shopper added to the objection meanwhile. Read it again before you answer.", nil
		}
	}
	return "", err
}

// sayInformed notes how the consumer was told of the right of withdrawal.
func (c *console) sayInformed(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.noteOnCase(w, r, v, "note how the consumer was informed", "informed", c.Cases.SayInformed)
}

// foundView is one inspection as a page shows it.
type foundView struct {
	store.Inspection
	item
	Currency string
	Photos   []store.File
	Open     bool // the shopper objected and nobody answered
	Answer   findingRow
}

// foundOf gives what was found of a case's goods, replaced findings included.
func foundOf(order store.Order, all []store.Inspection) []foundView {
	var out []foundView
	for _, i := range all {
		f := foundView{
			Inspection: i, item: item{Line: lineOf(order, i.LineID)}, Currency: order.State.Order.Currency,
			Open: !i.AppealedAt.IsZero() && i.ReplacedBy == "",
		}
		f.Answer = findingRow{Grade: string(i.Grade), Outcome: string(i.Outcome)}
		if i.Deduction > 0 {
			f.Answer.Deduction = money.Decimal(i.Deduction, f.Currency)
		}
		out = append(out, f)
	}
	return out
}

func (v *caseView) retypeAnswer(r *http.Request, problem string) {
	v.Problem = "Nothing was done. " + problem
	for i := range v.Found {
		if v.Found[i].Inspection.ID == r.PathValue("inspection") {
			v.Found[i].Answer = findingRow{
				Grade: r.PostFormValue("grade"), Outcome: r.PostFormValue("outcome"), Deduction: r.PostFormValue("deduction"),
				Reason: r.PostFormValue("reason"), Notes: r.PostFormValue("note"), Problem: problem,
			}
		}
	}
}

// lookAt adds to a view what was found, and the form to look at what is left.
func (c *console) lookAt(ctx context.Context, view *caseView, inspections []store.Inspection) error {
	view.Found = foundOf(view.Order, inspections)
	for i := range view.Found {
		view.Found[i].Photos = photosOf(view.Files, inspections, view.Found[i].Inspection)
	}
	view.Language = languageName(view.readerLanguage())
	refunds, err := c.Store.RefundsOf(ctx, view.Case.OrderID)
	if err != nil {
		return err
	}
	if view.Inspection, err = inspectionOf(view, inspections, refunds); err == nil && c.Files != nil {
		view.Inspection.Nonce, view.Inspection.Accept = id.Secret(), upload.Accept
	}
	return err
}

// languages are the names of the languages that shoppers are written to in.
var languages = map[string]string{"en": "English", "pl": "Polish", "sl": "Slovenian", "ar": "Arabic", "ru": "Russian", "de": "German"}

func languageName(code string) string {
	if name, ok := languages[code]; ok {
		return name
	}
	return code
}

// gradeChoices and outcomeChoices are the choices of the forms.
var (
	gradeWords = map[returns.Grade]string{
		returns.AsNew: "As new", returns.Opened: "Opened", returns.Used: "Used", returns.Damaged: "Damaged",
		returns.WrongItem: "Another item was in the box", returns.Missing: "Not in the box",
	}
	outcomeWords = map[returns.Outcome]string{
		returns.Accept: "Accept in full", returns.Deduct: "Accept with a deduction", returns.DoNotPay: "Do not pay",
	}
)

// choice is one value of a list to choose from.
type choice struct {
	Value, Word string
	Chosen      bool
}

func gradeChoices(chosen string) []choice {
	var out []choice
	for _, g := range returns.Grades {
		out = append(out, choice{string(g), gradeWords[g], string(g) == chosen})
	}
	return out
}

func outcomeChoices(chosen string) []choice {
	var out []choice
	for _, o := range returns.Outcomes {
		out = append(out, choice{string(o), outcomeWords[o], string(o) == chosen})
	}
	return out
}

// appealRow is an objection that nobody answered.
type appealRow struct {
	foundView
	Case store.Case
}

// appeals reads what a list shows of objections.
func (c *console) appeals(ctx context.Context, rows []store.Inspection) ([]appealRow, error) {
	var out []appealRow
	for _, i := range rows {
		k, err := c.Store.Case(ctx, i.CaseID)
		if err != nil {
			return nil, err
		}
		order, err := c.Store.Order(ctx, k.OrderID)
		if err != nil && !isNotFound(err) {
			return nil, err
		}
		out = append(out, appealRow{foundOf(order, []store.Inspection{i})[0], k})
	}
	return out, nil
}
