package stripe

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	stripego "github.com/stripe/stripe-go/v79"

	"homeward/internal/fault"
	"homeward/providers/exchange"
)

// refusals are Stripe's codes for a refund that cannot be (docs.stripe.com/error-codes), with ours and what they mean.
var refusals = map[stripego.ErrorCode]struct{ code, message string }{
	stripego.ErrorCodeChargeAlreadyRefunded: {"charge_already_refunded", "The payment is already refunded in full."},
	stripego.ErrorCodeChargeDisputed:        {"charge_disputed", "The payment is disputed: the bank decides, and a refund would pay twice."},
	stripego.ErrorCodeRefundDisputedPayment: {"charge_disputed", "The payment is disputed: the bank decides, and a refund would pay twice."},
	stripego.ErrorCodeChargeNotRefundable:   {"charge_not_refundable", "This payment cannot be refunded at Stripe."},
	stripego.ErrorCodeAmountTooLarge:        {"amount_too_large", "The refund is larger than what is left of the payment."},
	stripego.ErrorCodeAmountTooSmall:        {"amount_too_small", "The refund is smaller than Stripe carries."},
	stripego.ErrorCodeResourceMissing:       {"payment_unknown", "Stripe does not know this payment or refund: another account, or test and live mixed?"},
	stripego.ErrorCodeBalanceInsufficient:   {"balance_insufficient", "The Stripe balance does not cover the refund: top it up, then try again."},
	stripego.ErrorCodeAPIKeyExpired:         {"stripe_key_invalid", "The Stripe key has expired: set a new one in payments.stripe_key."},
	stripego.ErrorCodeTestmodeChargesOnly:   {"stripe_account_inactive", "The Stripe account is not activated for live payments."},
}

// issueFault classifies a failed Refund.
func issueFault(seen *exchange.Call, err error) *fault.Error {
	if !seen.Left() {
		return unreachable(err)
	}
	if status := seen.Status(); status == 0 || status >= http.StatusInternalServerError || status/100 == 2 {
		if seen.Replayed() {
			return fault.New(fault.Uncertain, ReplayedFailure, "Stripe repeats a stored failure for this key.", err)
		}
		return uncertain(err) // no answer, a broken one, or Stripe's error after it began: its first answer will be replayed
	}
	return refused(seen, err)
}

// ReplayedFailure is the code of a stored 5xx that Stripe repeats for its idempotency key: calling again with that key
// gives nothing else for a day. Look whether the refund is there; if not, only a fresh key can issue it.
const ReplayedFailure = "refund_failure_replayed"

// readFault classifies a failed read: nothing can have happened outside.
func readFault(seen *exchange.Call, err error) *fault.Error {
	if !seen.Left() {
		return unreachable(err)
	}
	if status := seen.Status(); status == 0 || status >= http.StatusInternalServerError || status/100 == 2 {
		return noAnswer(seen, err)
	}
	return refused(seen, err)
}

// refused classifies a 3xx or 4xx.
func refused(seen *exchange.Call, err error) *fault.Error {
	status := seen.Status()
	var failure *stripego.Error
	if !errors.As(err, &failure) || (failure.Type == "" && failure.Code == "") {
		return later(seen, "stripe_unexpected_answer",
			fmt.Sprintf("Something that is not Stripe's API answered HTTP %d: check payments.base_url and any proxy.", status), err)
	}
	known, ok := refusals[failure.Code]
	switch {
	case failure.Code == stripego.ErrorCodeLockTimeout, failure.Code == stripego.ErrorCodeIdempotencyKeyInUse, status == http.StatusConflict:
		return later(seen, "stripe_busy", "Stripe is busy with this payment just now.", err)
	case status == http.StatusTooManyRequests, failure.Code == stripego.ErrorCodeRateLimit:
		return later(seen, "stripe_rate_limited", "Stripe asks to slow down.", err)
	case failure.Type == stripego.ErrorTypeIdempotency:
		return permanent("idempotency_mismatch", "The idempotency key was used before with another refund: look at Stripe before anything else.", err)
	case ok:
		return permanent(known.code, known.message, err)
	case status == http.StatusUnauthorized:
		return permanent("stripe_key_invalid", "Stripe does not know the key: check payments.stripe_key.", err)
	case status == http.StatusForbidden, strings.Contains(failure.Msg, "does not have the required permissions"):
		return permanent("stripe_key_rights", "The Stripe key lacks a right: it needs refunds write, and charges, payment intents and disputes read.", err)
	case overRefund(failure):
		return permanent("amount_too_large", "The refund is larger than what is left of the payment.", err)
	default:
		code := string(failure.Code)
		if code == "" {
			code = string(failure.Type)
		}
		return permanent("refund_rejected", fmt.Sprintf("Stripe refuses with %q.", word(code)), err)
	}
}

// overRefund knows the refusal of a refund above what is left, which carries no code of its own.
func overRefund(e *stripego.Error) bool {
	return e.Param == "amount" && strings.Contains(e.Msg, "greater than")
}

// word keeps a vendor's code short and plain, since it is shown.
func word(code string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code[:min(len(code), 64)])
}

func permanent(code, message string, err error) *fault.Error {
	return fault.New(fault.Permanent, code, message, err)
}

func later(seen *exchange.Call, code, message string, err error) *fault.Error {
	f := fault.New(fault.Later, code, message, err)
	f.After = seen.RetryAfter()
	return f
}

func noAnswer(seen *exchange.Call, err error) *fault.Error {
	return later(seen, "stripe_unavailable", fmt.Sprintf("Stripe gave no usable answer (HTTP %d).", seen.Status()), err)
}

func unreachable(err error) *fault.Error {
	return fault.New(fault.Later, "stripe_unreachable", "Stripe cannot be reached; nothing was sent.", err)
}

func uncertain(err error) *fault.Error {
	return fault.New(fault.Uncertain, "refund_uncertain", "Stripe may have made the refund: its answer was lost or broken.", err)
}
