package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"homeward/internal/config"
	"homeward/internal/messages"
	"homeward/internal/outbox"
	"homeward/internal/returns"
	"homeward/internal/store"
	"homeward/internal/terms"
	"homeward/templates"
)

// The kinds of evidence about a claim. The messages of the first five have the same names, but for the last of them: an answer
// that the law gave is told as a grant.
const (
	claimMade     = "claim_received"
	claimGranted  = "claim_granted"
	claimRefused  = "claim_refused"
	claimExtended = "claim_extended"
	claimDeemed   = "claim_deemed"
	claimReduced  = "claim_reduced"
)

// testifyClaim writes the evidence of a move: what was claimed, as a digest, when, what was answered, and which notices stood
// beside it.
func (d *Desk) testifyClaim(ctx context.Context, tx *store.Tx, kind string, c store.Claim) error {
	data, err := json.Marshal(claimTestimony(c))
	if err != nil {
		return err
	}
	_, err = tx.AddEvidence(ctx, store.Evidence{At: d.Now(), Object: claimObject + c.CaseID, Kind: kind, Data: string(data)})
	return err
}

func claimTestimony(c store.Claim) map[string]any {
	return map[string]any{
		"shop": c.Shop, "order": c.OrderID, "kind": string(c.Kind), "wish": string(c.Wish), "country": c.Country, "language": c.Language,
		"channel": c.Channel, "entered_by": c.EnteredBy,
		"came_at": utc(c.CameAt), "due_at": utc(c.DueAt), "extended_at": utc(c.ExtendedAt), "answered_at": utc(c.AnsweredAt), "deemed_at": utc(c.DeemedAt),
		"granted": string(c.Granted), "amount": c.Amount, "answered_by": c.AnsweredBy, "flags": strings.Join(c.Flags, ","),
		"notices": noticesText(c.Notices), "claim_sha256": claimDigest(c), "answer_sha256": digestOf(c.Answer), "extension_sha256": digestOf(c.Extension),
	}
}

func utc(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano)
}

func noticesText(notices []returns.ShownNotice) string {
	all := make([]string, 0, len(notices))
	for _, n := range notices {
		all = append(all, fmt.Sprintf("%s %s %s %s", n.Key, n.Language, n.Where, utc(n.At)))
	}
	return strings.Join(all, "; ")
}

// claimDigest binds a claim as it was made.
func claimDigest(c store.Claim) string {
	text, _ := json.Marshal([]any{c.CaseID, c.Shop, c.OrderID, c.Kind, c.Items, c.Text, c.Wish, c.CameAt.UnixMilli()}) //nolint:errchkjson // strings and numbers
	return digestOf(string(text))
}

func digestOf(s string) string {
	if s == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// mailOf gives the address that an order's shopper can be written to; "" when there is none.
func mailOf(shop *config.Shop, order store.Order) string {
	return outbox.Contact(shop, order.State.Order).Email
}

// tellClaim makes the message of a move. Each move is told once; without an address there is none, and staff answer by letter.
func (d *Desk) tellClaim(ctx context.Context, tx *store.Tx, shop *config.Shop, c store.Claim, kind string) ([]store.Task, error) {
	order, err := tx.Order(ctx, c.OrderID)
	if err != nil {
		return nil, err
	}
	topic, now := messages.Topic(kind), d.Now()
	answer := &messages.ClaimAnswer{DueAt: c.DueAt}
	switch kind {
	case claimDeemed:
		topic, answer.Remedy, answer.ByLaw = messages.ClaimGranted, string(c.Granted), true
	case claimGranted:
		answer.Remedy, answer.Words = string(c.Granted), c.Answer
	case claimRefused:
		answer.Words = c.Answer
	case claimExtended:
		answer.Words = c.Extension
	}
	drafts := messages.ForCase(messages.Notice{
		Now: now, Topic: topic, ID: c.CaseID, Step: kind, Policy: outbox.Policy(shop), Contact: outbox.Contact(shop, order.State.Order),
		Data: messages.Data{Claim: answer, Amount: c.Amount, Currency: order.State.Order.Currency},
	})
	return outbox.Add(ctx, tx, order, drafts, now)
}

// ClaimView puts a claim into the templates' words; nil when it cannot be read. What was answered comes from the message.
func (d *Desk) ClaimView(ctx context.Context, caseID string, order store.Order, answer messages.ClaimAnswer) *templates.Claim {
	claim, err := d.DB.ClaimOfCase(ctx, caseID)
	if err != nil {
		return nil
	}
	shop, ok := d.Config.Shop(claim.Shop)
	if !ok {
		return nil
	}
	contract := terms.ClaimContract(shop, claim)
	v := &templates.Claim{
		Kind: claim.Kind, Text: claim.Text, Language: claim.Language, Wish: claim.Wish, CameAt: claim.CameAt, Words: answer.Words,
		Remedy: returns.Remedy(answer.Remedy), ByLaw: answer.ByLaw,
		Silence: returns.ComplaintAnswer(contract, returns.Complaint{ReceivedAt: claim.CameAt}).SilenceAccepts,
	}
	if !answer.DueAt.IsZero() {
		v.AnswerBy = answer.DueAt.Add(-time.Second)
	}
	if claim.Granted = v.Remedy; v.Remedy != "" {
		v.Notices = GrantNotices(claim, shop, order)
	}
	return v
}
