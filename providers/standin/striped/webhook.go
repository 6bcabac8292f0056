package striped

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// webhook is where events go.
type webhook struct {
	url, secret string
	client      *http.Client
}

// Webhook sets where events are posted, how they are signed, and what carries them.
func (s *Server) Webhook(url, secret string, client *http.Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hook = webhook{url, secret, client}
}

// Sign gives the Stripe-Signature header of a body: HMAC-SHA256 over the time, a dot and the body, keyed with the whole
// secret as text.
func Sign(secret string, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%s.%s", t, body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Settle moves a refund to a status, with a failure reason for "failed", and posts what Stripe posts about it:
// refund.updated (refund.failed too) and charge.refund.updated, each with the refund.
func (s *Server) Settle(ctx context.Context, refundID, status, reason string) error {
	s.mu.Lock()
	r := s.refund(refundID)
	if r == nil {
		s.mu.Unlock()
		return errors.New("striped: no refund " + refundID)
	}
	r.Status, r.FailureReason = status, reason
	if status == "succeeded" {
		r.BankReference = "7481" + fmt.Sprintf("%019d", len(r.ID)+int(r.Amount%1e6))
	}
	object := refundObject(r)
	s.mu.Unlock()
	kinds := []string{"refund.updated", "charge.refund.updated"}
	if status == "failed" {
		kinds = append(kinds, "refund.failed")
	}
	return s.publish(ctx, object, kinds...)
}

// Announce posts what Stripe posts when a refund is made: refund.created with the refund, charge.refunded with the
// charge.
func (s *Server) Announce(ctx context.Context, refundID string) error {
	s.mu.Lock()
	r := s.refund(refundID)
	if r == nil {
		s.mu.Unlock()
		return errors.New("striped: no refund " + refundID)
	}
	refund, charge := refundObject(r), s.charge(s.payment(r.ChargeID))
	s.mu.Unlock()
	return errors.Join(s.publish(ctx, refund, "refund.created"), s.publish(ctx, charge, "charge.refunded"))
}

// Dispute sets a payment's dispute and posts it: created for the first, closed for won, lost and warning_closed, else
// updated.
func (s *Server) Dispute(ctx context.Context, chargeOrIntent, status string) error {
	s.mu.Lock()
	p := s.payment(chargeOrIntent)
	if p == nil {
		s.mu.Unlock()
		return errors.New("striped: no payment " + chargeOrIntent)
	}
	kind := "charge.dispute.updated"
	switch {
	case p.Dispute == "":
		kind = "charge.dispute.created"
	case status == "won" || status == "lost" || status == "warning_closed":
		kind = "charge.dispute.closed"
	}
	p.Dispute = status
	object := dispute(p)
	s.mu.Unlock()
	return s.publish(ctx, object, kind)
}

// publish posts one event of each kind, signed; without a Webhook it does nothing. It gives the errors of those that
// were not answered with 2xx.
func (s *Server) publish(ctx context.Context, object any, kinds ...string) error {
	var errs []error
	for _, kind := range kinds {
		s.mu.Lock()
		s.events++
		id, hook := fmt.Sprintf("evt_%d", s.events), s.hook
		s.mu.Unlock()
		if hook.url == "" {
			return nil
		}
		now := time.Now()
		body, err := json.Marshal(map[string]any{
			"id": id, "object": "event", "api_version": "2024-06-20", "created": now.Unix(), "type": kind, "livemode": false,
			"pending_webhooks": 1, "data": map[string]any{"object": object},
		})
		if err != nil {
			return err
		}
		errs = append(errs, hook.post(ctx, body, now))
	}
	return errors.Join(errs...)
}

func (h webhook) post(ctx context.Context, body []byte, now time.Time) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", Sign(h.secret, body, now))
	res, err := h.client.Do(req)
	if err != nil {
		return err
	}
	_ = res.Body.Close()
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("striped: the webhook was answered %s", res.Status)
	}
	return nil
}
