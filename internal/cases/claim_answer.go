package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
)

// Grant is a remedy that staff give.
type Grant struct {
	Remedy returns.Remedy
	Amount int64  // of a price reduction, minor units of the order's currency
	Words  string // to the consumer; needed when another remedy is given than was asked for
	Actor  string
}

// claimMove is one move of a claim, in one transaction.
type claimMove struct {
	tx    *store.Tx
	shop  *config.Shop
	order store.Order
	c     store.Case
	claim store.Claim
}

// onClaim runs one move of a claim and sends what follows from it on its way.
func (d *Desk) onClaim(ctx context.Context, caseID string, move func(m *claimMove) ([]store.Task, error)) (store.Case, error) {
	var m claimMove
	var tasks []store.Task
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if m, err = d.claimAt(ctx, tx, caseID); err != nil {
			return err
		}
		tasks, err = move(&m)
		return err
	})
	if err == nil {
		d.Queue.Enqueue(ctx, tasks...)
	}
	return m.c, err
}

// claimAt reads a claim, and keeps others that move it waiting until this transaction ends.
func (d *Desk) claimAt(ctx context.Context, tx *store.Tx, caseID string) (m claimMove, err error) {
	m.tx = tx
	there, err := tx.Case(ctx, caseID)
	if err != nil {
		return m, err
	}
	if err = tx.AloneWithOrder(ctx, there.OrderID); err != nil {
		return m, err
	}
	if m.c, err = tx.Case(ctx, caseID); err != nil {
		return m, err
	}
	if m.claim, err = tx.ClaimOfCase(ctx, caseID); err != nil {
		return m, err
	}
	if m.order, err = tx.Order(ctx, m.c.OrderID); err != nil {
		return m, err
	}
	var ok bool
	if m.shop, ok = d.Config.Shop(m.c.Shop); !ok {
		return m, store.ErrNotFound
	}
	return m, nil
}

// GrantClaim gives a remedy. A claim that was refused may be granted after all; one that was granted stays so. An error that
// wraps returns.ErrStep means that the claim moved on meanwhile, a *fault.Error what is missing.
func (d *Desk) GrantClaim(ctx context.Context, caseID string, g Grant) (store.Case, error) {
	return d.onClaim(ctx, caseID, func(m *claimMove) ([]store.Task, error) {
		g.Words = strings.TrimSpace(g.Words)
		if err := grantable(m, g); err != nil {
			return nil, err
		}
		if g.Remedy != m.claim.Wish && m.acceptedBySilence(d.Now()) {
			return nil, errSilence
		}
		m.claim.Granted, m.claim.Amount, m.claim.Answer = g.Remedy, g.Amount, g.Words
		return d.granted(ctx, m, claimGranted, g.Actor, g.Words)
	})
}

// errSilence: the law answered first, whether or not that stands in the record yet.
var errSilence = fault.New(fault.Permanent, "accepted_by_silence",
	"The time to answer is over, and by the law of the customer's country the claim counts as accepted, with the remedy that was asked for.", nil)

// acceptedBySilence tells that nobody answered in time where the law takes that for consent. From then on it is too late to refuse,
// or to give another remedy than was asked for, also while workers are behind and nobody recorded it yet.
func (m *claimMove) acceptedBySilence(now time.Time) bool {
	answer := returns.ComplaintAnswer(terms.ClaimContract(m.shop, m.claim), returns.Complaint{ReceivedAt: m.claim.CameAt, NoticeAt: m.claim.ExtendedAt})
	return m.claim.AnsweredAt.IsZero() && !m.c.State.Final() && answer.SilenceAccepts && !now.Before(m.claim.DueAt)
}

// grantable says what is missing in a grant.
func grantable(m *claimMove, g Grant) error {
	switch {
	case m.claim.Granted != "":
		return returns.ErrStep
	case !slices.Contains(returns.ClaimRemedies(m.claim.Kind), g.Remedy):
		return fault.New(fault.Permanent, "remedy_unknown", "Choose one of the remedies that there are for this claim.", nil)
	case g.Remedy != m.claim.Wish && g.Words == "":
		return fault.New(fault.Permanent, "need_words", "This is not the remedy that was asked for: write why, the customer reads it.", nil)
	case g.Remedy != returns.ReductionRemedy && g.Amount != 0:
		return fault.New(fault.Permanent, "amount_unexpected", "Only a price reduction has an amount.", nil)
	case g.Remedy == returns.ReductionRemedy:
		if most := claimWorth(m.order.State.Order, m.claim.Items); g.Amount <= 0 || g.Amount > most {
			return fault.New(fault.Permanent, "amount_invalid", "The amount of a price reduction is more than nothing and at most what was paid for the goods.", nil)
		}
	}
	return nil
}

// granted writes an answer that gives a remedy, and what follows from it: the message, and money that waits for no goods.
func (d *Desk) granted(ctx context.Context, m *claimMove, kind, actor, words string) ([]store.Task, error) {
	now := d.Now()
	m.claim.AnsweredAt, m.claim.AnsweredBy = now, actor
	m.claim.Notices = append(m.claim.Notices, returns.ShowNotices(GrantNotices(m.claim, m.shop, m.order), m.order.Language, kind, now)...)
	if err := m.tx.UpdateClaim(ctx, m.claim); err != nil {
		return nil, err
	}
	m.c.Remedy, m.c.Decision = m.claim.Granted, words
	if err := d.step(ctx, m.tx, &m.c, returns.Approve, actor, string(m.claim.Granted)); err != nil {
		return nil, err
	}
	if err := d.testifyClaim(ctx, m.tx, kind, m.claim); err != nil {
		return nil, err
	}
	tasks, err := d.tellClaim(ctx, m.tx, m.shop, m.claim, kind)
	if err != nil {
		return nil, err
	}
	money, err := d.claimMoney(ctx, m)
	return append(tasks, money...), err
}

// GrantNotices gives what the law wants told with a remedy: for goods that are not as agreed, the choice between repair and
// replacement, and that the seller is liable for longer when they are repaired.
func GrantNotices(claim store.Claim, shop *config.Shop, order store.Order) []returns.Notice {
	offer := returns.OfferClaim(claim.Kind, order.State, terms.ClaimContract(shop, claim), claim.CameAt)
	return slices.DeleteFunc(offer.Notices, func(n returns.Notice) bool {
		switch n.Code {
		case returns.NoticeChoose, returns.NoticeRepairAdds:
			return false
		case returns.NoticeFree:
			return !claim.Granted.GoodsBack()
		default:
			return true
		}
	})
}

// RefuseClaim refuses a claim, with the reasons; where to turn against it stands in the message.
func (d *Desk) RefuseClaim(ctx context.Context, caseID, words, actor string) (store.Case, error) {
	return d.onClaim(ctx, caseID, func(m *claimMove) ([]store.Task, error) {
		words = strings.TrimSpace(words)
		switch {
		case words == "":
			return nil, fault.New(fault.Permanent, "need_words", "Write the reasons: a claim is not refused without them.", nil)
		case !m.claim.AnsweredAt.IsZero():
			return nil, returns.ErrStep
		case m.acceptedBySilence(d.Now()):
			return nil, errSilence
		}
		m.claim.AnsweredAt, m.claim.AnsweredBy, m.claim.Answer = d.Now(), actor, words
		if err := m.tx.UpdateClaim(ctx, m.claim); err != nil {
			return nil, err
		}
		m.c.Decision = words
		if err := d.step(ctx, m.tx, &m.c, returns.Reject, actor, words); err != nil {
			return nil, err
		}
		if err := d.testifyClaim(ctx, m.tx, claimRefused, m.claim); err != nil {
			return nil, err
		}
		return d.tellClaim(ctx, m.tx, m.shop, m.claim, claimRefused)
	})
}

// ExtendClaim tells the consumer, before the time is over, that it takes longer and why, where the law lets the shop do so.
func (d *Desk) ExtendClaim(ctx context.Context, caseID, words, actor string) (store.Case, error) {
	return d.onClaim(ctx, caseID, func(m *claimMove) ([]store.Task, error) {
		words = strings.TrimSpace(words)
		now := d.Now().UTC().Truncate(time.Millisecond)
		contract := terms.ClaimContract(m.shop, m.claim)
		before := returns.ComplaintAnswer(contract, returns.Complaint{ReceivedAt: m.claim.CameAt, NoticeAt: m.claim.ExtendedAt})
		switch {
		case words == "":
			return nil, fault.New(fault.Permanent, "need_words", "Write why it takes longer: the customer reads it.", nil)
		case !m.claim.AnsweredAt.IsZero() || m.c.State.Final():
			return nil, returns.ErrStep
		case before.Extension == 0:
			return nil, fault.New(fault.Permanent, "no_extension", "The law of the customer's country gives no more time, or it was taken already.", nil)
		case before.Over(now):
			return nil, fault.New(fault.Permanent, "too_late", "The time to answer is over: it can only be made longer before it ends.", nil)
		}
		m.claim.ExtendedAt, m.claim.Extension = now, words
		m.claim.DueAt = returns.ComplaintAnswer(contract, returns.Complaint{ReceivedAt: m.claim.CameAt, NoticeAt: now}).End
		if err := m.tx.UpdateClaim(ctx, m.claim); err != nil {
			return nil, err
		}
		m.c.UpdatedAt = now
		if err := m.tx.UpdateCase(ctx, m.c); err != nil {
			return nil, err
		}
		m.c.Version++
		if err := d.log(ctx, m.tx, m.c.ID, actor, "extended", words); err != nil {
			return nil, err
		}
		if err := d.testifyClaim(ctx, m.tx, claimExtended, m.claim); err != nil {
			return nil, err
		}
		return d.tellClaim(ctx, m.tx, m.shop, m.claim, claimExtended)
	})
}

// DeemAccepted records that a claim which nobody answered in time counts as accepted, with the remedy that was asked for, where
// the law says so; what follows is the same as if staff had granted it, and staff are alerted. A price reduction whose amount
// nobody named waits for staff. Nothing happens to a claim that was answered or called off, and to one whose time runs.
func (d *Desk) DeemAccepted(ctx context.Context, tx *store.Tx, caseID string, at time.Time) ([]store.Task, error) {
	m, err := d.claimAt(ctx, tx, caseID)
	if err != nil {
		return nil, err
	}
	if !m.acceptedBySilence(at) {
		return nil, nil
	}
	m.claim.DeemedAt, m.claim.Granted = at.UTC(), m.claim.Wish
	return d.granted(ctx, &m, claimDeemed, System, "")
}

// FulfilClaim records that goods were repaired or sent anew, which ends the case; note says how, for staff.
func (d *Desk) FulfilClaim(ctx context.Context, caseID, note, actor string) (store.Case, error) {
	return d.onClaim(ctx, caseID, func(m *claimMove) ([]store.Task, error) {
		if g := m.claim.Granted; g == "" || g.Money() || !m.claim.FulfilledAt.IsZero() {
			return nil, returns.ErrStep
		}
		m.claim.FulfilledAt, m.claim.SeenAt = d.Now(), d.Now()
		if err := m.tx.UpdateClaim(ctx, m.claim); err != nil {
			return nil, err
		}
		return nil, d.step(ctx, m.tx, &m.c, returns.Settle, actor, note)
	})
}

// SeeClaim records that staff looked at a claim that the law accepted.
func (d *Desk) SeeClaim(ctx context.Context, caseID, actor string) (store.Case, error) {
	return d.onClaim(ctx, caseID, func(m *claimMove) ([]store.Task, error) {
		m.claim.SeenAt = d.Now()
		if err := m.tx.UpdateClaim(ctx, m.claim); err != nil {
			return nil, err
		}
		return nil, d.log(ctx, m.tx, m.c.ID, actor, "seen", "")
	})
}

// claimMayMove tells which steps a claim takes like a return: it is answered by GrantClaim and RefuseClaim alone, and only who
// made it can call it off.
func claimMayMove(step returns.Step, actor string) bool {
	switch step {
	case returns.Approve, returns.Reject:
		return false
	case returns.CallOff:
		return actor == Shopper
	default:
		return true
	}
}
