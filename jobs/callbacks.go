package jobs

import (
	"context"
	"errors"
	"slices"

	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/id"
	"homeward/internal/messages"
	"homeward/internal/store"
	"homeward/internal/web/hooks"
	"homeward/providers/stripe"
	"homeward/providers/twilio"
)

// stripeEvent carries what Stripe says of a refund to the ledger. It is believed only as far as it goes: the newest word
// of a refund wins by what its states allow, not by order of arrival.
func (w *Worker) stripeEvent(ctx context.Context, task store.Task, event store.Event, shop *config.Shop) error {
	said, err := stripe.ReadEvent(event.Body)
	if err != nil {
		return w.unreadable(ctx, task, event, fault.Of(err))
	}
	switch {
	case said.Refund != nil:
		return w.stripeRefund(ctx, task, event, shop, *said.Refund)
	case said.Dispute != nil:
		return w.stripeDispute(ctx, task, event, shop, *said.Dispute)
	default:
		return w.settle(ctx, task, event, store.EventIgnored, "", said.Type)
	}
}

func (w *Worker) stripeRefund(ctx context.Context, task store.Task, event store.Event, shop *config.Shop, r stripe.Refund) error {
	var news heard
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		if news, err = w.hear(ctx, tx, shop, r); err != nil {
			return err
		}
		if news.nobodys {
			return w.nobodysRefund(ctx, tx, task, event, shop, r)
		}
		if err := tx.AssignEvent(ctx, event.ID, news.orderID, "refund "+r.ID+" "+r.Status); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, news.state(), nil)
	})
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	w.Queue.Enqueue(ctx, news.tasks...)
	w.observed(ctx, event, news.state(), "", news.orderID)
	return nil
}

// heard is what came of Stripe's word on a refund: the order that it concerns, "" for none, and the work that follows.
type heard struct {
	orderID string
	tasks   []store.Task
	nobodys bool // no order here names its payment
}

func (h heard) state() string {
	if h.orderID == "" {
		return store.EventIgnored
	}
	return store.EventApplied
}

// hear takes the word of a shop's account on a refund: on one of ours, or on one that somebody made at Stripe.
func (w *Worker) hear(ctx context.Context, tx *store.Tx, shop *config.Shop, r stripe.Refund) (heard, error) {
	row, err := ledgerRow(ctx, &tx.Reads, r)
	if errors.Is(err, store.ErrNotFound) {
		paid, err := w.paidBy(ctx, &tx.Reads, shop, r)
		if err != nil || paid.id == "" {
			return heard{nobodys: true}, err
		}
		r.Reference = paid.reference
		return heard{orderID: paid.id}, w.enterForeign(ctx, tx, paid.shop, paid.id, r)
	}
	owner, known := w.Config.Shop(row.Shop)
	if err != nil || !known || !sameAccount(shop, owner) { // one shop's account does not speak of another's money
		return heard{}, err
	}
	tasks, err := w.moved(ctx, tx, owner, row, r)
	return heard{orderID: row.OrderID, tasks: tasks}, err
}

// moved takes Stripe's word on a refund that stands in the ledger, and lets its work rest when that was the last.
func (w *Worker) moved(ctx context.Context, tx *store.Tx, owner *config.Shop, row store.Refund, r stripe.Refund) ([]store.Task, error) {
	now, tasks, err := w.Cases.RefundMoved(ctx, tx, owner, row.ID, r)
	if err != nil || (!now.Counts() && now.Status == row.Status) { // said again: staff may have dealt with it
		return tasks, err
	}
	return tasks, w.rest(ctx, tx, now)
}

// sameAccount tells that two shops are paid into one account at Stripe, which then may speak of both by either's address.
func sameAccount(a, b *config.Shop) bool {
	return a.ID == b.ID || (a.Payments != nil && b.Payments != nil && a.Payments.StripeKey == b.Payments.StripeKey)
}

// ledgerRow finds the refund that Stripe speaks of: by our id, which comes back in the metadata even before the answer
// to our call was read, else by Stripe's.
func ledgerRow(ctx context.Context, db *store.Reads, r stripe.Refund) (store.Refund, error) {
	if r.RefundID != "" {
		row, err := db.Refund(ctx, r.RefundID)
		if !errors.Is(err, store.ErrNotFound) {
			return row, err
		}
	}
	return db.RefundByStripeID(ctx, r.ID)
}

// paidOrder is an order that was paid through Stripe, with the name that it has for the payment.
type paidOrder struct{ shop, id, reference string }

// paidBy finds the order that a refund's payment belongs to, of any shop that is paid into this account; its id is "" when there is none.
func (w *Worker) paidBy(ctx context.Context, db *store.Reads, shop *config.Shop, r stripe.Refund) (paidOrder, error) {
	for _, owner := range w.ofAccount(shop) {
		for _, reference := range paymentsOf(r) {
			orderID, err := db.OrderByPayment(ctx, owner, reference)
			if !errors.Is(err, store.ErrNotFound) {
				return paidOrder{owner, orderID, reference}, err
			}
		}
	}
	return paidOrder{}, nil
}

// nobodysRefund leaves a refund alone with which no order here has to do: an account may serve more than our shops. Should such an order
// come later, because its webhook is late, the event is applied again.
func (w *Worker) nobodysRefund(ctx context.Context, tx *store.Tx, task store.Task, event store.Event, shop *config.Shop, r stripe.Refund) error {
	if err := tx.AssignEvent(ctx, event.ID, "", "refund "+r.ID+" "+r.Status+" of a payment that no order names so far"); err != nil {
		return err
	}
	var keys []string
	for _, reference := range paymentsOf(r) {
		keys = append(keys, "payment:"+reference)
	}
	return tx.IgnoreEvent(ctx, event.ID, task.Generation, w.ofAccount(shop), keys)
}

// ofAccount gives the shops that are paid into one account at Stripe, the one asked about first.
func (w *Worker) ofAccount(shop *config.Shop) []string {
	shops := []string{shop.ID}
	for i := range w.Config.Shops {
		if other := &w.Config.Shops[i]; other.ID != shop.ID && sameAccount(shop, other) {
			shops = append(shops, other.ID)
		}
	}
	return shops
}

// paymentsOf gives the names that an order may know a refund's payment by.
func paymentsOf(r stripe.Refund) []string {
	return slices.DeleteFunc(slices.Compact([]string{r.Reference, r.ChargeID}), func(s string) bool { return s == "" })
}

// enterForeign adds a refund that somebody made at Stripe itself, under the name that the order has for its payment: of an intent and
// its charge it may know either. One that is not final is read again every day.
func (w *Worker) enterForeign(ctx context.Context, tx *store.Tx, shop, orderID string, r stripe.Refund) error {
	now := w.Now()
	row := store.Refund{
		ID: id.New(now), Shop: shop, OrderID: orderID, Origin: store.OriginStripe, ExternalID: r.ID, StripeID: r.ID, PaymentKind: "stripe",
		PaymentReference: r.Reference, Amount: r.Amount, Currency: r.Currency, Status: store.RefundStatus(r.Status), FailureReason: r.FailureReason,
		Reference: r.BankReference, CreatedAt: now, UpdatedAt: now, Work: store.Work{State: store.RefundSettled},
	}
	switch row.Status {
	case store.RefundSucceeded, store.RefundFailed, store.RefundCanceled:
	default:
		row.State, row.DueAt = store.Due, now.Add(rereadEvery)
	}
	added, err := tx.InsertRefund(ctx, row)
	if err != nil || added {
		return err
	}
	return w.enteredBefore(ctx, tx, row, r)
}

// enteredBefore hears again of a refund that was made at Stripe itself. When staff paid it otherwise since, its row has no id of Stripe's
// any more. Else another event of the same refund entered it just now: this one may be newer, so once more.
func (w *Worker) enteredBefore(ctx context.Context, tx *store.Tx, row store.Refund, r stripe.Refund) error {
	all, err := tx.RefundsOf(ctx, row.OrderID)
	if err != nil {
		return err
	}
	owner, _ := w.Config.Shop(row.Shop)
	for _, old := range all {
		if old.Origin == row.Origin && old.ExternalID == row.ExternalID && old.StripeID == "" {
			_, _, err := w.Cases.RefundMoved(ctx, tx, owner, old.ID, r)
			return err
		}
	}
	return store.ErrConflict
}

// stripeDispute carries what Stripe says of a dispute to the refunds that wait for it: won, they are owed and go; lost, the
// shopper has the money.
func (w *Worker) stripeDispute(ctx context.Context, task store.Task, event store.Event, shop *config.Shop, said stripe.Dispute) error {
	var tasks []store.Task
	var orderID string
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		tasks, orderID = nil, ""
		for _, reference := range []string{said.IntentID, said.ChargeID} {
			rows, err := tx.RefundsByPayment(ctx, reference)
			if err != nil {
				return err
			}
			for _, row := range rows {
				owner, known := w.Config.Shop(row.Shop)
				if !known || !sameAccount(shop, owner) {
					continue
				}
				orderID = row.OrderID
				more, err := w.disputeMoved(ctx, tx, row, said.Status)
				if err != nil {
					return err
				}
				tasks = append(tasks, more...)
			}
		}
		if err := tx.AssignEvent(ctx, event.ID, orderID, "dispute "+said.ID+" "+said.Status); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, store.EventApplied, nil)
	})
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	w.Queue.Enqueue(ctx, tasks...)
	w.observed(ctx, event, store.EventApplied, "", orderID)
	return nil
}

// disputeMoved moves one refund that never went out, or came back. What the dispute's status means is asked of Stripe again before it goes.
func (w *Worker) disputeMoved(ctx context.Context, tx *store.Tx, row store.Refund, status string) ([]store.Task, error) {
	switch {
	case row.Origin != store.OriginHomeward:
		return nil, nil
	case !row.Counts() && row.NeedsPerson:
		return nil, w.disputeOfFailed(ctx, tx, row, status)
	case row.Status != store.RefundPlanned, row.StripeID != "":
		return nil, nil
	}
	waits, f := waitsForBank(row), disputed(stripe.Charge{Dispute: status}, row.Amount)
	switch {
	case waits && decided(status):
		task, err := tx.Revive(ctx, store.RefundWork, row.ID, w.Now())
		if err != nil {
			return nil, err
		}
		row.NeedsPerson, row.UpdatedAt = false, w.Now()
		return []store.Task{task}, tx.SetRefund(ctx, row)
	case decided(status), f == nil, !waits && (row.State != store.Due || f.Code == paymentInquiry):
		return nil, nil
	default: // held, or not out yet: nothing goes out while the bank decides
		row.NeedsPerson, row.UpdatedAt = true, w.Now()
		if err := tx.SetRefund(ctx, row); err != nil {
			return nil, err
		}
		return nil, tx.Settle(ctx, store.RefundWork, row.ID, store.RefundHeld, f)
	}
}

// disputeOfFailed tells a person who looks for another way for a refund that failed what the bank does meanwhile: paid by hand, the
// shopper could have the money twice.
func (w *Worker) disputeOfFailed(ctx context.Context, tx *store.Tx, row store.Refund, status string) error {
	f := disputed(stripe.Charge{Dispute: status}, row.Amount)
	switch {
	case decided(status) && waitsForBank(row):
		return tx.Settle(ctx, store.RefundWork, row.ID, store.RefundSettled, nil)
	case decided(status), f == nil:
		return nil
	default:
		return tx.Settle(ctx, store.RefundWork, row.ID, store.RefundHeld, f)
	}
}

// rest lets the work of a refund rest once Stripe said how it ended. One that still needs a person keeps its reason.
func (w *Worker) rest(ctx context.Context, tx *store.Tx, row store.Refund) error {
	switch {
	case !row.Counts(), row.Status == store.RefundSucceeded && !row.NeedsPerson:
		state, f := ended(row)
		return tx.Settle(ctx, store.RefundWork, row.ID, state, f)
	default:
		f, err := w.slow(ctx, tx, row)
		if err != nil || f == nil || row.State != store.Due || !row.LeaseUntil.IsZero() {
			return err
		}
		return ignore(tx.Retry(ctx, store.RefundWork, row.ID, row.Generation, row.DueAt, row.Phase, f), store.ErrStale)
	}
}

// twilioStatus carries what became of an SMS to its row.
func (w *Worker) twilioStatus(ctx context.Context, task store.Task, event store.Event, _ *config.Shop) error {
	status, err := twilio.ReadStatus(event.Body)
	if err != nil {
		return w.unreadable(ctx, task, event, fault.Of(err))
	}
	var orderID string
	state := store.EventApplied
	err = w.DB.Write(ctx, func(tx *store.Tx) error {
		orderID, state = "", store.EventApplied
		m, err := sentBy(ctx, tx, event, status)
		switch {
		case errors.Is(err, store.ErrNotFound):
			state = store.EventIgnored
		case err == nil:
			orderID = m.OrderID
			err = w.delivered(ctx, tx, m, status)
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := tx.AssignEvent(ctx, event.ID, orderID, status.Status); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, state, nil)
	})
	if err == nil {
		w.observed(ctx, event, state, "", orderID)
	}
	return ignore(err, store.ErrStale)
}

// sentBy finds the message that Twilio speaks of: by our id in the address that it called, else by Twilio's. It must be of
// the shop whose address that is, and not one that went again since, under another id of Twilio's.
func sentBy(ctx context.Context, tx *store.Tx, event store.Event, status twilio.Status) (store.Message, error) {
	ours := event.Headers[hooks.MessageHeader]
	if ours == "" {
		return tx.MessageByProvider(ctx, status.MessageSID)
	}
	m, err := tx.Message(ctx, ours)
	if err == nil && (m.Shop != event.Shop || (m.ProviderID != "" && m.ProviderID != status.MessageSID)) {
		err = store.ErrNotFound
	}
	return m, err
}

// delivered records a status that goes forward. A callback also proves that Twilio has the message, which ends its
// uncertainty; one that was not delivered ends in plain sight with Twilio's reason.
func (w *Worker) delivered(ctx context.Context, tx *store.Tx, m store.Message, status twilio.Status) error {
	if twilio.StatusRank(status.Status) <= twilio.StatusRank(m.Delivery) {
		return nil
	}
	if err := tx.SetDelivery(ctx, m.ID, status.MessageSID, status.Status, w.Now()); err != nil {
		return err
	}
	switch status.Status {
	case "failed", "undelivered", "canceled":
		return tx.Settle(ctx, store.MessageWork, m.ID, store.MessageFailed, fault.Of(status.Undelivered()))
	default:
		if m.State == store.Due || m.State == store.MessageHeld {
			m.ProviderID, m.SentAt = status.MessageSID, w.Now()
			if err := tx.SetMessage(ctx, m); err != nil {
				return err
			}
			return tx.Settle(ctx, store.MessageWork, m.ID, store.MessageSent, nil)
		}
		return nil
	}
}

// twilioInbound hears STOP and START: they hold for the sender number, over every shop that uses it.
func (w *Worker) twilioInbound(ctx context.Context, task store.Task, event store.Event, shop *config.Shop) error {
	in, err := twilio.ReadInbound(event.Body)
	if err != nil {
		return w.unreadable(ctx, task, event, fault.Of(err))
	}
	sender := in.To
	if texter := w.Outside[shop.ID].SMS; texter != nil {
		sender = texter.Sender()
	}
	word := twilio.Keyword(in.Body)
	if in.OptOutType != "" { // Twilio has understood it already
		word = twilio.Keyword(in.OptOutType)
	}
	err = w.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		switch word {
		case twilio.Stop:
			err = tx.AddOptOut(ctx, sender, in.From, messages.SMS, "reply", w.Now())
		case twilio.Start:
			err = tx.RemoveOptOut(ctx, sender, in.From, messages.SMS)
		}
		if err != nil {
			return err
		}
		if err := tx.AssignEvent(ctx, event.ID, "", string(word)); err != nil {
			return err
		}
		return tx.Finish(ctx, task.Kind, task.ID, task.Generation, store.EventApplied, nil)
	})
	if err == nil {
		w.observed(ctx, event, store.EventApplied, "", "")
	}
	return ignore(err, store.ErrStale)
}
