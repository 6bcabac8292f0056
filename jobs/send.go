package jobs

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"time"

	"homeward/internal/cases"
	"homeward/internal/config"
	"homeward/internal/fault"
	"homeward/internal/messages"
	"homeward/internal/orders"
	"homeward/internal/store"
	"homeward/internal/withdrawals"
	"homeward/providers/smtp"
	"homeward/providers/twilio"
	"homeward/templates"
)

const (
	// mailPatience and smsPatience are how long a message that cannot be handed over keeps being tried. News ends earlier,
	// by its own age.
	mailPatience = 5 * 24 * time.Hour
	smsPatience  = 24 * time.Hour
	// lookupEvery and lookupsEnough: an SMS whose outcome is uncertain is looked up at Twilio twice, a minute apart.
	lookupEvery   = time.Minute
	lookupsEnough = 2
)

// errDone ends the preparation of a message that was recorded as final on the way.
var errDone = errors.New("jobs: done")

// letter is a message on its way out.
type letter struct {
	task    store.Task
	row     store.Message
	order   store.Order
	said    *store.Withdrawal // the statement that a receipt is for
	gift    *gift             // whose recipient reads it; nil for the order's shopper
	shop    *config.Shop
	outside Outside
	started time.Time
}

// send hands a message to its provider, once.
func (w *Worker) send(ctx context.Context, task store.Task) error {
	l, err := w.prepare(ctx, task)
	if err != nil || l == nil {
		return ignore(err, errDone)
	}
	if l.row.Channel == messages.SMS {
		return w.sendSMS(ctx, l)
	}
	before, err := w.claim(ctx, task, nil)
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	l.claimed(before)
	if l.row.Topic == messages.Shipped { // the one that parcels join while it waits; held, it stays as it is
		held, err := w.DB.Message(ctx, l.row.ID)
		if err != nil {
			return err
		}
		l.row.Parcels = held.Parcels
	}
	return w.sendMail(ctx, l)
}

// claimed takes over the row as it was claimed, with this attempt counted.
func (l *letter) claimed(before store.Work) {
	l.row.Work = before
	l.row.Attempt++
}

func ignore(err, known error) error {
	if errors.Is(err, known) {
		return nil
	}
	return err
}

// prepare loads what a message needs and ends it where it must not go: too old, its shop or channel gone, opted out.
// A nil letter means that the task is stale.
func (w *Worker) prepare(ctx context.Context, task store.Task) (*letter, error) {
	row, err := w.DB.Message(ctx, task.ID)
	if ok, err := ready(row.Work, task, err); !ok {
		return nil, err
	}
	l := &letter{task: task, row: row, started: w.Now()}
	if !row.ExpiresAt.IsZero() && !row.ExpiresAt.After(l.started) && row.Phase != store.Calling {
		return nil, w.over(ctx, l, store.MessageExpired, fault.New(fault.Permanent, "too_old", "The news got too old to be told before it could be sent.", nil))
	}
	shop, f := w.shop(row.Shop)
	if f != nil {
		return nil, w.over(ctx, l, store.MessageFailed, f)
	}
	if err := early(row.Work, l.started); err != nil {
		return nil, err
	}
	l.shop, l.outside = shop, w.Outside[row.Shop]
	return l, w.permitted(ctx, l)
}

// permitted ends a message whose channel is not configured or whose recipient opted out of it.
func (w *Worker) permitted(ctx context.Context, l *letter) error {
	switch l.row.Channel {
	case messages.Mail:
		if l.outside.Mail == nil {
			return w.over(ctx, l, store.MessageFailed, fault.New(fault.Permanent, "mail_not_configured", "The shop has no mail server in the configuration; set mail.smtp and send again.", nil))
		}
	case messages.SMS:
		if l.outside.SMS == nil {
			return w.over(ctx, l, store.MessageFailed, fault.New(fault.Permanent, "sms_not_configured", "The shop has no SMS sender in the configuration; set sms and send again.", nil))
		}
		out, err := w.DB.OptedOut(ctx, l.outside.SMS.Sender(), l.row.Recipient, messages.SMS)
		if err != nil {
			return err
		}
		if out {
			return w.over(ctx, l, store.MessageSkipped, fault.New(fault.Permanent, "opted_out", "The recipient answered STOP to this sender.", nil))
		}
	default:
		return w.over(ctx, l, store.MessageFailed, fault.New(fault.Permanent, "channel_unknown", "Nothing here sends by this channel.", nil))
	}
	return nil
}

// over ends a message before it went.
func (w *Worker) over(ctx context.Context, l *letter, state string, f *fault.Error) error {
	if err := w.finish(ctx, l.task, state, f); err != nil {
		return err
	}
	w.told(ctx, l, state, f)
	return errDone
}

// sendMail hands a mail over. A mail whose acceptance stayed uncertain goes again under the same Message-ID.
func (w *Worker) sendMail(ctx context.Context, l *letter) error {
	first, err := w.loadOrder(ctx, l)
	if err != nil {
		return err
	}
	if l.gift != nil { // a thread of the buyer's is not theirs
		first = ""
	}
	words, err := w.Render.Mail(w.view(ctx, l))
	if err != nil {
		return w.failed(ctx, l, fault.New(fault.Permanent, "not_rendered", "The mail could not be put into words; this is a fault of Homeward.", err))
	}
	l.row.HeaderID = messageID(l.row, l.shop.Mail.From)
	m := smtp.Message{
		From: l.shop.Mail.From, To: l.row.Recipient, ToName: addressee(l), ReplyTo: l.shop.Brand.ReplyTo,
		Subject: words.Subject, HTML: words.HTML, Text: words.Text, MessageID: l.row.HeaderID, Date: l.row.CreatedAt, Language: l.row.Language,
	}
	if first != "" && first != l.row.HeaderID && !messages.ToStaff(l.row.Topic) {
		m.References = []string{first}
	}
	call, cancel := context.WithTimeout(ctx, mailTimeout)
	defer cancel()
	receipt, err := l.outside.Mail.Send(call, m)
	if err != nil {
		return w.unsent(ctx, l, fault.Of(err), mailPatience)
	}
	l.row.ProviderID = receipt.QueueID
	return w.sent(ctx, l)
}

// addressee names the reader of a mail. A receipt that goes to another address than the order's names nobody of the order.
func addressee(l *letter) string {
	if messages.ToStaff(l.row.Topic) || (l.said != nil && stranger(l)) {
		return ""
	}
	if l.gift != nil {
		return l.gift.who.Name
	}
	return l.order.State.Order.Customer.Name
}

// stranger tells that a mail goes to an address that is not its order's.
func stranger(l *letter) bool {
	return l.row.OrderID == "" || orders.EmailKey(l.row.Recipient) != l.order.EmailKey
}

// loadOrder loads the order of a mail and the Message-ID of the first mail about it. A statement of withdrawal may be about
// an order that nobody knows.
func (w *Worker) loadOrder(ctx context.Context, l *letter) (first string, err error) {
	if id := l.row.Data.WithdrawalID; id != "" {
		said, err := w.DB.Withdrawal(ctx, id)
		if err != nil {
			return "", err
		}
		l.said = &said
	}
	if l.row.OrderID == "" {
		l.order = store.Order{Shop: l.row.Shop, Language: l.row.Language}
		return "", nil
	}
	if l.order, err = w.DB.Order(ctx, l.row.OrderID); err != nil {
		return "", err
	}
	if err := w.loadGift(ctx, l); err != nil {
		return "", err
	}
	return w.DB.FirstMail(ctx, l.order.ID)
}

// gift is what a letter to the recipient of one needs.
type gift struct {
	who  store.Recipient
	link string // of the page of their return
}

// loadGift makes the letter about a return that was asked for with a gift's code one to its recipient: from here on it knows nothing
// else of the order. What staff read stays whole.
func (w *Worker) loadGift(ctx context.Context, l *letter) error {
	if l.row.Data.CaseID == "" || messages.ToStaff(l.row.Topic) {
		return nil
	}
	c, err := w.DB.Case(ctx, l.row.Data.CaseID)
	if err != nil || c.GiftID == "" {
		return ignore(err, store.ErrNotFound)
	}
	g, err := w.DB.Gift(ctx, c.GiftID)
	if err != nil {
		return err
	}
	l.order = cases.AsGift(l.order, g)
	l.gift = &gift{who: c.Recipient, link: w.Config.PublicURL + "/g/" + g.Code + "/cases/" + c.RMA}
	return nil
}

// messageID is the same on every attempt, so that a mail store can tell a second copy from a second mail. Its host is the
// sender's domain, the one that the mail is signed for.
func messageID(m store.Message, from string) string {
	host := "homeward.invalid"
	if a, err := mail.ParseAddress(from); err == nil {
		if _, domain, ok := strings.Cut(a.Address, "@"); ok {
			host = domain
		}
	}
	sum := sha256.Sum256([]byte(m.ID + "|" + m.OrderID + "|" + string(m.Topic) + "|" + m.Occasion + "|" + m.Recipient))
	return hex.EncodeToString(sum[:16]) + "@" + host
}

// errJoined: a parcel joined a message between its words and its claim.
var errJoined = errors.New("jobs: a parcel joined")

// sendSMS hands an SMS over, never twice: one whose outcome is uncertain is looked up before anything else. Its text is
// frozen with the claim, so that it can be found by it.
func (w *Worker) sendSMS(ctx context.Context, l *letter) error {
	if l.row.Phase != store.Calling {
		var err error
		if l.order, err = w.DB.Order(ctx, l.row.OrderID); err != nil {
			return err
		}
		if err = w.loadGift(ctx, l); err != nil {
			return err
		}
		if l.row.Body, err = w.Render.SMS(w.view(ctx, l)); err != nil {
			return w.failed(ctx, l, fault.New(fault.Permanent, "not_rendered", "The SMS could not be put into words; this is a fault of Homeward.", err))
		}
	}
	before, err := w.claim(ctx, l.task, func(tx *store.Tx, before store.Work) error {
		if before.Phase == store.Calling {
			return nil
		}
		if l.row.Topic == messages.Shipped {
			held, err := tx.Message(ctx, l.row.ID)
			if err != nil || !slices.Equal(held.Parcels, l.row.Parcels) {
				return cmp.Or(err, errJoined)
			}
		}
		l.row.CalledAt = w.Now()
		return tx.SetMessage(ctx, l.row)
	})
	if errors.Is(err, errJoined) {
		return &again{code: "joined", delay: time.Second}
	}
	if err != nil {
		return ignore(err, store.ErrStale)
	}
	l.claimed(before)
	if before.Phase == store.Calling {
		return w.lookUp(ctx, l)
	}
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	sid, err := l.outside.SMS.Send(call, twilio.Message{
		To: l.row.Recipient, Body: l.row.Body, ValidFor: validity(l.row, l.row.CalledAt),
		StatusCallback: w.statusCallback(l),
	})
	if err != nil {
		return w.unsent(ctx, l, fault.Of(err), smsPatience)
	}
	l.row.ProviderID = sid
	return w.sent(ctx, l)
}

// statusCallback is where Twilio tells what became of an SMS, with our message id in it, so that it tells the SID even when
// its answer was lost. Twilio itself cannot reach a loopback address and refuses it.
func (w *Worker) statusCallback(l *letter) string {
	if strings.HasPrefix(w.Config.PublicURL, "http://") && l.shop.SMS.BaseURL == "" {
		return ""
	}
	return w.Config.PublicURL + "/hooks/" + l.shop.ID + "/twilio/status?message=" + l.row.ID
}

// validity bounds how long Twilio may keep trying, so that old news does not arrive as new.
func validity(m store.Message, now time.Time) time.Duration {
	const most = 10 * time.Hour // Twilio's own limit
	if m.ExpiresAt.IsZero() {
		return most
	}
	return max(time.Minute, min(most, m.ExpiresAt.Sub(now)))
}

// lookUp asks Twilio whether an SMS of uncertain outcome is there. Twice not found, a minute apart, and it goes again;
// a Twilio that cannot be asked leaves it to a person.
func (w *Worker) lookUp(ctx context.Context, l *letter) error {
	call, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	sid, err := l.outside.SMS.Find(call, l.row.Recipient, l.row.Body, l.row.CalledAt.Add(-time.Minute))
	if err != nil {
		f := fault.Of(err)
		if l.row.Attempt >= 20 {
			return w.hold(ctx, l, f)
		}
		return w.retry(ctx, l.task, max(lookupEvery, f.After), store.Calling, f)
	}
	if sid != "" {
		l.row.ProviderID = sid
		return w.sent(ctx, l)
	}
	l.row.Lookups++
	phase := store.Calling
	if l.row.Lookups >= lookupsEnough {
		l.row.Lookups, phase = 0, "" // Twilio does not know it: the next attempt sends
	}
	if err := w.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetMessage(ctx, l.row) }); err != nil {
		return err
	}
	delay := lookupEvery
	if phase == "" {
		delay = time.Second
	}
	return w.retry(ctx, l.task, delay, phase, fault.New(fault.Uncertain, "sms_uncertain", "Twilio did not answer; the SMS is looked up before it goes again.", nil))
}

// unsent records a failure by its class.
func (w *Worker) unsent(ctx context.Context, l *letter, f *fault.Error, patience time.Duration) error {
	switch {
	case f.Class == fault.Permanent:
		if f.Code == "sms_opted_out" {
			return w.optedOut(ctx, l, f)
		}
		return w.failed(ctx, l, f)
	case f.Class == fault.Uncertain && l.row.Channel == messages.SMS:
		w.told(ctx, l, "uncertain", f)
		return w.retry(ctx, l.task, lookupEvery, store.Calling, f)
	case w.Now().Sub(l.row.CreatedAt) > patience:
		return w.failed(ctx, l, fault.New(fault.Permanent, f.Code, f.Message+" It was tried until it made no sense any more.", f))
	}
	w.told(ctx, l, string(f.Class), f)
	phase := ""
	if f.Class == fault.Uncertain {
		phase = store.Calling
	}
	return w.retry(ctx, l.task, backoff(l.row.Attempt, f), phase, f)
}

// optedOut remembers what Twilio knew before us.
func (w *Worker) optedOut(ctx context.Context, l *letter, f *fault.Error) error {
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.AddOptOut(ctx, l.outside.SMS.Sender(), l.row.Recipient, messages.SMS, "twilio", w.Now()); err != nil {
			return err
		}
		return tx.Finish(ctx, l.task.Kind, l.task.ID, l.task.Generation, store.MessageSkipped, f)
	})
	if err == nil {
		w.told(ctx, l, store.MessageSkipped, f)
	}
	return ignore(err, store.ErrStale)
}

func (w *Worker) failed(ctx context.Context, l *letter, f *fault.Error) error {
	err := w.finish(ctx, l.task, store.MessageFailed, f)
	if err == nil {
		w.told(ctx, l, store.MessageFailed, f)
	}
	return err
}

func (w *Worker) hold(ctx context.Context, l *letter, f *fault.Error) error {
	err := w.finish(ctx, l.task, store.MessageHeld, f)
	if err == nil {
		w.told(ctx, l, store.MessageHeld, f)
	}
	return err
}

// sent records that the provider took the message.
func (w *Worker) sent(ctx context.Context, l *letter) error {
	l.row.SentAt = w.Now()
	err := w.DB.Write(ctx, func(tx *store.Tx) error {
		return tx.FinishMessage(ctx, l.row, l.task.Generation, store.MessageSent)
	})
	if err == nil {
		w.told(ctx, l, store.MessageSent, nil)
	}
	return ignore(err, store.ErrStale)
}

func (w *Worker) told(ctx context.Context, l *letter, outcome string, f *fault.Error) {
	took := w.Now().Sub(l.started)
	w.Observe.Message(l.row, outcome, took)
	code := ""
	if f != nil {
		code = f.Code
	}
	w.Log.LogAttrs(ctx, slog.LevelInfo, "message", slog.String("message", l.row.ID), slog.String("order", l.row.OrderID), slog.String("shop", l.row.Shop),
		slog.String("topic", string(l.row.Topic)), slog.String("channel", string(l.row.Channel)), slog.String("language", l.row.Language),
		slog.String("outcome", outcome), slog.String("code", code), slog.Int("attempt", l.row.Attempt), slog.Duration("took", took),
		slog.Duration("age", w.Now().Sub(l.row.CreatedAt)))
}

// view gathers what a message can say, from the order as it is now and the data frozen with the message.
func (w *Worker) view(ctx context.Context, l *letter) templates.View {
	zone, err := time.LoadLocation(l.order.TimeZone)
	if err != nil {
		zone = l.shop.Zone
	}
	v := templates.View{
		Language: l.row.Language, Region: l.order.Region, Zone: zone, Now: l.started, Shop: Brand(l.shop), Order: l.order.State,
		Topic: l.row.Topic, Data: l.row.Data, Parcels: parcels(l.order.State, l.row),
	}
	if l.gift != nil {
		v.Link = l.gift.link
	} else {
		v.Link = w.Links.Order(l.order)
	}
	if id := l.row.Data.CaseID; id != "" {
		v.Case = w.Cases.View(ctx, id, l.order)
		if answer := l.row.Data.Claim; answer != nil {
			v.Claim = w.Cases.ClaimView(ctx, id, l.order, *answer)
		}
	}
	switch {
	case messages.ToStaff(l.row.Topic):
		viewForStaff(l, &v, w.Config.PublicURL)
	case l.said != nil:
		viewWithdrawal(l, &v)
	}
	if d := l.row.Data; d.RefundID != "" {
		v.Refund = &templates.Refund{
			Amount: d.Amount, Currency: d.Currency, Reference: d.Reference, Kind: cmp.Or(d.PaymentKind, "stripe"), Status: refundStatus(l.row.Topic), At: l.row.CreatedAt,
			Postage: d.Postage,
		}
	}
	return v
}

// viewForStaff leads staff to the console. They get no shopper's link: whoever has it acts as the shopper.
func viewForStaff(l *letter, v *templates.View, publicURL string) {
	v.Link = publicURL + "/ops/deadlines"
	if l.row.Topic == messages.StaffReply {
		v.Link = publicURL + "/ops/returns/" + l.row.Data.CaseID
	}
	if s := l.said; s != nil {
		v.Withdrawal = &templates.Withdrawal{Reference: s.Reference, Number: s.Number}
	}
	if zone := l.shop.Zone; zone != nil {
		v.Zone = zone
	}
}

// viewWithdrawal adds a statement to a view. A receipt that goes to an address which is not the order's holds no link to it:
// whoever made the statement may be a stranger.
func viewWithdrawal(l *letter, v *templates.View) {
	s := l.said
	if stranger(l) {
		v.Order, v.Link, v.Parcels = orders.State{}, "", nil
	}
	if zone, err := time.LoadLocation(s.TimeZone); err == nil {
		v.Zone = zone
	}
	v.Withdrawal = &templates.Withdrawal{
		Reference: s.Reference, Number: s.Number, Name: s.Name, Email: s.Email, Text: s.Body, SubmittedAt: s.SubmittedAt,
		Language: s.Language, Late: slices.Contains(s.Flags, withdrawals.Late),
	}
	terms := withdrawals.TermsOf(l.shop, l.order, s.SubmittedAt)
	v.Withdrawal.SendBackBy, v.Withdrawal.RefundBy = terms.SendBack.LastDay(v.Zone), terms.Refund.LastDay(v.Zone)
}

// refundStatus gives the status that a refund message tells: the one it was made for, not a later one.
func refundStatus(t messages.Topic) string {
	switch t {
	case messages.RefundSucceeded:
		return string(store.RefundSucceeded)
	case messages.RefundPaid:
		return "paid"
	case messages.RefundFailed:
		return string(store.RefundFailed)
	case messages.RefundNeedsYou:
		return string(store.RefundRequiresAction)
	default:
		return string(store.RefundPending)
	}
}

// parcels gives the parcels that a message tells of, as they are now.
func parcels(state orders.State, m store.Message) []orders.Parcel {
	var out []orders.Parcel
	for _, key := range m.Parcels {
		if p, ok := state.Parcel(key); ok {
			out = append(out, p)
		}
	}
	return out
}

// Brand puts a shop's settings into the templates' words.
func Brand(shop *config.Shop) templates.Shop {
	b := templates.Shop{
		ID: shop.ID, Name: shop.Name, Logo: shop.Brand.Logo, Color: shop.Brand.Color, Address: shop.Brand.Address,
		ReplyTo: shop.Brand.ReplyTo, ReturnAddress: shop.Returns.Address, Country: shop.Country,
	}
	if b.ReturnAddress == "" {
		b.ReturnAddress = b.Address
	}
	return b
}
