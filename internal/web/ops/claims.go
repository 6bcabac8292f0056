package ops

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"homeward/internal/cases"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// Claims answers claims. An error that wraps returns.ErrStep means that the claim moved on meanwhile, a *fault.Error says what
// is missing.
type Claims interface { //nolint:interfacebloat // what staff can do with a claim, one method each
	EnterClaim(ctx context.Context, order store.Order, e cases.ClaimEntry) (store.Case, error)
	GrantClaim(ctx context.Context, caseID string, g cases.Grant) (store.Case, error)
	RefuseClaim(ctx context.Context, caseID, words, actor string) (store.Case, error)
	ExtendClaim(ctx context.Context, caseID, words, actor string) (store.Case, error)
	ReduceClaim(ctx context.Context, caseID string, amount int64, actor string) (store.Case, error)
	FulfilClaim(ctx context.Context, caseID, note, actor string) (store.Case, error)
	SeeClaim(ctx context.Context, caseID, actor string) (store.Case, error)
}

// claimView is a claim with its case, its order and what can be done.
type claimView struct {
	store.Claim

	Case     store.Case
	Number   string
	Items    []item
	Photos   []store.File
	Deadline chip
	Currency string
	Remedies []remedyChoice
	Law      []string // what the law wants told, in English, as it stood on the form
	Silence  bool     // no answer in time is consent
	Longer   int      // days by which the answer may take longer
	Log      []store.CaseStep
	Refunds  []store.Refund
	Evidence []store.Evidence
	Intact   bool // the claim is what its evidence says
	Audit    []store.AuditEntry
	Problem  string
	Typed    map[string]string
}

type remedyChoice struct {
	Value, Word string
	Chosen      bool
	AtOnce      bool // by law the consumer may choose it at once
}

// claimFlagWords say what is odd about a claim.
var claimFlagWords = map[string]string{
	cases.ClaimLate:         "The time in which the seller is liable is over, as far as it can be reckoned. The claim is on record and asks for an answer all the same.",
	cases.ClaimNotYet:       "By law repair or replacement comes first, unless they are impossible, refused or failed, or the fault is serious. That is for you to judge.",
	cases.ClaimAlsoReturned: "The same goods are in a return, a withdrawal or another claim as well: see the order. Nothing is paid twice.",
	cases.ClaimRefunded:     "Money went back for these goods before.",
	cases.ClaimCancelled:    "The order, or a line of it, was cancelled.",
	cases.ClaimNotDelivered: "No carrier says that the goods were delivered.",
	cases.ClaimDelivered:    "A carrier says that the parcel was delivered. That settles nothing: until the goods are in the consumer’s hands they are at the shop’s risk. Ask the carrier for the proof of delivery.",
	cases.ClaimNoMail:       "There is no address to write to: send the answer by letter, within the same time.",
}

// noticeWords are the notices in English, for staff.
var noticeWords = map[returns.Code]string{
	returns.NoticeChoose:     "The consumer chooses between repair and replacement.",
	returns.NoticeRepairAdds: "If repair is chosen, the seller is liable for %d months longer.",
	returns.NoticeFree:       "Repair, replacement and the way back cost the consumer nothing.",
	returns.NoticeLater:      "When a lower price or the end of the contract is due instead.",
	returns.NoticeLaterOnce:  "After one repair or replacement, a lower price or the end of the contract is due.",
	returns.NoticeMinor:      "A minor fault does not end the contract.",
	returns.NoticeShown:      "If the fault shows within %d days of delivery, the contract may be ended at once.",
	returns.NoticeRejectNow:  "Within %d days of delivery the contract may be ended at once.",
	returns.NoticeDelivery:   "Until the goods are in the consumer’s hands they are at the shop’s risk.",
	returns.NoticeAnswer:     "The shop answers within %d days.",
	returns.NoticeSilence:    "Without an answer in that time the claim counts as accepted.",
}

func noticeWord(n returns.Notice) string {
	word := noticeWords[n.Code]
	if count := max(n.Days, n.Months); count > 0 && (n.Code == returns.NoticeRepairAdds || n.Code == returns.NoticeRejectNow || n.Code == returns.NoticeShown || n.Code == returns.NoticeAnswer) {
		return fmt.Sprintf(word, count)
	}
	return word
}

// Sayings gives the flags in words.
func (v claimView) Sayings() []string {
	var out []string
	for _, f := range v.Flags {
		if s, ok := claimFlagWords[f]; ok {
			out = append(out, s)
		} else {
			out = append(out, plain(f))
		}
	}
	return out
}

// Answerable tells whether the claim waits for its first answer.
func (v claimView) Answerable() bool {
	return v.AnsweredAt.IsZero() && v.Case.State != returns.Withdrawn
}

// Grantable tells whether a remedy can be given: also after a refusal, when the consumer objected.
func (v claimView) Grantable() bool { return v.Granted == "" && takes(v.Case, returns.Approve) }

// Doable tells whether goods are to be repaired or sent anew.
func (v claimView) Doable() bool {
	return v.Granted != "" && !v.Granted.Money() && v.FulfilledAt.IsZero() && takes(v.Case, returns.Settle)
}

// Reducible tells whether the amount of a price reduction is to be named.
func (v claimView) Reducible() bool { return v.Granted == returns.ReductionRemedy && v.Amount == 0 }

// Seeable tells whether the law answered and nobody has looked.
func (v claimView) Seeable() bool { return !v.DeemedAt.IsZero() && v.SeenAt.IsZero() }

// claimsData is the room of claims.
type claimsData struct {
	ToAnswer []claimView
	ToDo     []claimView
	Answered []claimView
	Pages    struct{ ToAnswer, ToDo, Answered paging }
	Enter    claimEntry
}

// showClaims shows the room of claims, with the form for one that came another way.
func (c *console) showClaims(w http.ResponseWriter, r *http.Request, v visit, status int, form claimEntry) error {
	ctx, data := r.Context(), claimsData{Enter: form}
	for _, part := range []struct {
		name  string
		read  func(context.Context, int) ([]store.Claim, error)
		to    *[]claimView
		pages *paging
	}{
		{"answer", c.Store.ClaimsToAnswer, &data.ToAnswer, &data.Pages.ToAnswer}, {"do", c.Store.ClaimsToDo, &data.ToDo, &data.Pages.ToDo},
		{"done", c.Store.ClaimsAnswered, &data.Answered, &data.Pages.Answered},
	} {
		rows, pages, err := paged(r, part.name, func(limit int) ([]store.Claim, error) { return part.read(ctx, limit) })
		if err != nil {
			return err
		}
		if *part.to, err = c.claimRows(ctx, rows, v.now); err != nil {
			return err
		}
		*part.pages = pages
	}
	c.render(w, r, v, status, "claims", "Claims", data)
	return nil
}

// viewClaim reads what the list shows of a claim.
func (c *console) viewClaim(ctx context.Context, row store.Claim, now time.Time) (claimView, error) {
	view := claimView{Claim: row, Deadline: claimChip(row, now), Typed: map[string]string{}}
	k, err := c.Store.Case(ctx, row.CaseID)
	if err != nil {
		return view, err
	}
	asCase, err := c.viewCase(ctx, k)
	view.Case, view.Number, view.Items, view.Currency = k, asCase.Number, asCase.Items, asCase.Order.State.Order.Currency
	if shop, ok := c.Deps.Shop(row.Shop); ok {
		contract := terms.ClaimContract(shop, row)
		answer := returns.ComplaintAnswer(contract, returns.Complaint{ReceivedAt: row.CameAt, NoticeAt: row.ExtendedAt})
		view.Silence = answer.SilenceAccepts
		if !answer.Over(now) {
			view.Longer = answer.Extension
		}
		for _, o := range returns.OfferClaim(row.Kind, asCase.Order.State, contract, row.CameAt).Options {
			view.Remedies = append(view.Remedies, remedyChoice{string(o.Remedy), plain(o.Remedy), o.Remedy == row.Wish, o.AtOnce})
		}
	}
	return view, err
}

// claimChip says how near the end of the time to answer is.
func claimChip(row store.Claim, now time.Time) chip {
	switch left := row.DueAt.Sub(now); {
	case !row.DeemedAt.IsZero():
		return chip{"bad", "Accepted: nobody answered"}
	case row.Granted != "":
		return chip{"good", "Granted"}
	case !row.AnsweredAt.IsZero():
		return chip{"quiet", "Refused"}
	case left <= 0:
		return chip{"bad", "Overdue by " + span(-left)}
	case left <= store.NearlyDue:
		return chip{"warn", "Answer in " + span(left)}
	default:
		return chip{"info", "Answer in " + span(left)}
	}
}

func (c *console) oneClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.showClaim(w, r, v, http.StatusOK, "")
}

// showClaim shows one claim; problem says why a form was refused, and what was typed stands in it again.
func (c *console) showClaim(w http.ResponseWriter, r *http.Request, v visit, status int, problem string) error {
	ctx, id := r.Context(), r.PathValue("id")
	row, err := c.Store.ClaimOfCase(ctx, id)
	if err != nil {
		return err
	}
	view, err := c.viewClaim(ctx, row, v.now)
	if err != nil {
		return err
	}
	if view.Log, err = c.Store.CaseLog(ctx, id); err != nil {
		return err
	}
	if view.Refunds, err = c.Store.RefundsOfCase(ctx, id); err != nil {
		return err
	}
	if view.Evidence, err = c.Store.EvidenceOf(ctx, "claim:"+id); err != nil {
		return err
	}
	view.Intact = len(view.Evidence) > 0 && cases.ClaimProven(row, view.Evidence[len(view.Evidence)-1])
	if view.Audit, err = c.Store.AuditOf(ctx, "case:"+id, auditShown); err != nil {
		return err
	}
	if view.Photos, err = c.Store.FilesOf(ctx, id); err != nil {
		return err
	}
	for _, n := range row.Notices {
		if word := noticeWord(n.Notice); !slices.Contains(view.Law, word) {
			view.Law = append(view.Law, word)
		}
	}
	slices.Reverse(view.Log)
	if view.Problem = problem; problem != "" {
		for _, field := range []string{"words", "remedy", "amount"} {
			view.Typed[field] = text(r, field)
		}
		for i := range view.Remedies {
			view.Remedies[i].Chosen = view.Remedies[i].Value == view.Typed["remedy"]
		}
	}
	c.render(w, r, v, status, "claim", "Claim "+view.Case.RMA, view)
	return nil
}

func (c *console) grantClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.answerClaim(w, r, v, "grant claim", "granted", func(view claimView) error {
		g := cases.Grant{Remedy: returns.Remedy(text(r, "remedy")), Words: text(r, "words"), Actor: v.actor()}
		if g.Remedy == returns.ReductionRemedy {
			var err error
			if g.Amount, err = amountOf(text(r, "amount"), view.Currency); err != nil {
				return fault.New(fault.Permanent, "amount_invalid", "Write the amount of the price reduction, like 12.50.", err)
			}
		}
		_, err := c.Claims.GrantClaim(r.Context(), view.CaseID, g)
		return err
	})
}

func (c *console) refuseClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.answerClaim(w, r, v, "refuse claim", "refused", func(view claimView) error {
		_, err := c.Claims.RefuseClaim(r.Context(), view.CaseID, text(r, "words"), v.actor())
		return err
	})
}

func (c *console) extendClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.answerClaim(w, r, v, "extend claim", "extended", func(view claimView) error {
		_, err := c.Claims.ExtendClaim(r.Context(), view.CaseID, text(r, "words"), v.actor())
		return err
	})
}

func (c *console) reduceClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.answerClaim(w, r, v, "reduce claim", "reduced", func(view claimView) error {
		amount, err := amountOf(text(r, "amount"), view.Currency)
		if err != nil {
			return fault.New(fault.Permanent, "amount_invalid", "Write the amount of the price reduction, like 12.50.", err)
		}
		_, err = c.Claims.ReduceClaim(r.Context(), view.CaseID, amount, v.actor())
		return err
	})
}

func (c *console) fulfilClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.answerClaim(w, r, v, "fulfil claim", "fulfilled", func(view claimView) error {
		note := text(r, "words")
		if note == "" {
			return fault.New(fault.Permanent, "need_note", "Write what was sent, and how.", nil)
		}
		_, err := c.Claims.FulfilClaim(r.Context(), view.CaseID, note, v.actor())
		return err
	})
}

func (c *console) seeClaim(w http.ResponseWriter, r *http.Request, v visit) error {
	return c.answerClaim(w, r, v, "see claim", "looked_at", func(view claimView) error {
		_, err := c.Claims.SeeClaim(r.Context(), view.CaseID, v.actor())
		return err
	})
}

// answerClaim moves a claim that is still as the form showed it, and audits. What is missing comes back as a page with
// everything that was typed.
func (c *console) answerClaim(w http.ResponseWriter, r *http.Request, v visit, action, notice string, move func(claimView) error) error {
	id := r.PathValue("id")
	row, err := c.Store.ClaimOfCase(r.Context(), id)
	if err != nil {
		return err
	}
	view, err := c.viewClaim(r.Context(), row, v.now)
	if err != nil {
		return err
	}
	if view.Case.Version != seenGeneration(r) {
		return c.done(w, r, v, "claims", id, errStale, "")
	}
	err = move(view)
	var f *fault.Error
	switch {
	case errors.Is(err, returns.ErrStep):
		return c.done(w, r, v, "claims", id, errStale, "")
	case errors.As(err, &f) && f.Class == fault.Permanent:
		return c.showClaim(w, r, v, http.StatusUnprocessableEntity, "Nothing was done. "+f.Message)
	case err != nil:
		return c.done(w, r, v, "claims", id, err, "")
	}
	err = c.mend(r.Context(), v, act{name: action, object: "case:" + id, note: text(r, "words")})
	return c.done(w, r, v, "claims", id, err, notice)
}
