package ops

import (
	"net/http"

	"homeward/internal/cases"
	"homeward/internal/store"
)

// refundRow is a refund with the order it belongs to.
type refundRow struct {
	store.Refund
	Number string
}

// NeedsEyes tells whether a person must look.
func (r refundRow) NeedsEyes() bool { return needsEyes(r.Refund) }

// CanRetry tells whether trying again has a meaning.
func (r refundRow) CanRetry() bool { return canRetry(r.Refund) }

// CanRelease tells whether it waits for a second person.
func (r refundRow) CanRelease() bool { return cases.WaitsForSecond(r.Refund) }

// CanSettle tells whether staff may say that it was paid otherwise.
func (r refundRow) CanSettle() bool { return canSettle(r.Refund) }

// CanDismiss tells whether staff may let it go with nothing more to come of it.
func (r refundRow) CanDismiss() bool { return canDismiss(r.Refund) }

// AwaitsCash tells whether staff are to find out if there is any money to give back.
func (r refundRow) AwaitsCash() bool { return cases.AwaitsCash(r.Refund) }

// refundWord is the status of a refund in the console's words: of cash that was never collected nothing succeeded.
func refundWord(r store.Refund) string {
	if cases.Uncollected(r) {
		return "not_collected"
	}
	return string(r.Status)
}

// NeedsConsent tells whether the shopper must have agreed to another way.
func (r refundRow) NeedsConsent() bool { return needsConsent(r.Refund) && r.Consent == "" }

// NeedsCode tells whether staff enter the code of store credit.
func (r refundRow) NeedsCode() bool { return r.PaymentKind == cases.StoreCredit }

// CanLook tells whether Stripe can know something of it.
func (r refundRow) CanLook() bool { return canLook(r.Refund) }

func needsEyes(r store.Refund) bool {
	return r.State == store.RefundHeld || (r.NeedsPerson && r.State == store.RefundSettled)
}

// ours tells whether Homeward moves this refund itself.
func ours(r store.Refund) bool { return r.Origin == store.OriginHomeward && r.PaymentKind == "stripe" }

// canRetry: it never went out, or Stripe gave it back. What may still take effect is looked at, not tried again.
func canRetry(r store.Refund) bool {
	if !ours(r) || !needsEyes(r) || cases.WaitsForSecond(r) {
		return false
	}
	return r.Status == store.RefundPlanned || !r.Counts()
}

// canSettle: its money is still to come. What went out twice did come.
func canSettle(r store.Refund) bool {
	return needsEyes(r) && !cases.WaitsForSecond(r) && r.Status != store.RefundSucceeded
}

// canDismiss: Homeward owes nothing of it. Its money went out twice, which people mend at Stripe or with the shopper; or somebody made it
// at Stripe and it came back: what is owed of that is planned by itself, and nobody shall say that it was paid to be rid of it. Or it is
// of cash that no carrier collected.
func canDismiss(r store.Refund) bool {
	return needsEyes(r) && (r.Status == store.RefundSucceeded || (r.Origin == store.OriginStripe && !r.Counts()) || cases.AwaitsCash(r))
}

// needsConsent tells of money that was paid by card: it goes back another way only when the shopper expressly agreed (Directive
// 2011/83/EU, Art. 13(1)). What the bank took back for the shopper was not the shop's to decide.
func needsConsent(r store.Refund) bool { return ours(r) && r.ErrorCode != "dispute_lost" }

func canLook(r store.Refund) bool {
	return ours(r) && needsEyes(r) && r.Status != store.RefundPlanned && r.Status != store.RefundSucceeded
}

// refundsData is what the room of refunds shows.
type refundsData struct {
	Refunds []refundRow
	Pages   paging
}

func (c *console) refunds(w http.ResponseWriter, r *http.Request, v visit) error {
	rows, pages, err := paged(r, "page", func(limit int) ([]store.Refund, error) { return c.Store.RefundsForPeople(r.Context(), limit) })
	if err != nil {
		return err
	}
	data := refundsData{Pages: pages}
	numbers := c.numbers()
	for _, row := range rows {
		number, err := numbers(r.Context(), row.OrderID)
		if err != nil {
			return err
		}
		data.Refunds = append(data.Refunds, refundRow{row, number})
	}
	c.render(w, r, v, http.StatusOK, "refunds", "Refunds", data)
	return nil
}

// refundData is one refund with everything that is known of it.
type refundData struct {
	Refund refundRow
	Case   *store.Case
	Why    bill // of the whole plan that this refund is a part of
	Audit  []store.AuditEntry
}

func (c *console) refund(w http.ResponseWriter, r *http.Request, v visit) error {
	ctx := r.Context()
	row, err := c.Store.Refund(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	number, err := c.numbers()(ctx, row.OrderID)
	if err != nil {
		return err
	}
	data := refundData{Refund: refundRow{row, number}}
	if row.CaseID != "" {
		k, err := c.Store.Case(ctx, row.CaseID)
		if err != nil && !isNotFound(err) {
			return err
		}
		if err == nil {
			data.Case = &k
		}
	}
	if len(row.Explanation) > 0 {
		order, err := c.Store.Order(ctx, row.OrderID)
		if err != nil && !isNotFound(err) {
			return err
		}
		data.Why = explain(row.Explanation, order)
	}
	if data.Audit, err = c.Store.AuditOf(ctx, "refund:"+row.ID, auditShown); err != nil {
		return err
	}
	c.render(w, r, v, http.StatusOK, "refund", "Refund of "+amount(row.Amount, row.Currency), data)
	return nil
}
