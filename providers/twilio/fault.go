package twilio

import (
	"errors"
	"fmt"
	"net/http"

	twclient "github.com/twilio/twilio-go/client"

	"homeward/internal/fault"
	"homeward/providers/exchange"
)

// refusals are Twilio's codes for a message that it will not take, whatever one does (docs.twilio.com/api/errors).
var refusals = map[int]struct{ code, message string }{
	21211: {"sms_number_invalid", "The number is not a phone number."},
	21217: {"sms_number_invalid", "The number is not a phone number."},
	21265: {"sms_number_invalid", "The number is a short code, which cannot receive this."},
	21408: {"sms_region_disabled", "The Twilio account may not send to this country: enable it under Messaging, Geo permissions."},
	21602: {"sms_body_missing", "The message has no text."},
	21610: {"sms_opted_out", "The recipient has opted out of this sender."},
	21612: {"sms_unreachable", "This sender cannot reach this number."},
	21614: {"sms_not_mobile", "The number cannot receive SMS."},
	21617: {"sms_too_long", "The message is longer than 1600 characters."},
	21635: {"sms_not_mobile", "The number is a landline."},
	21660: {"sms_sender_invalid", "The sender does not belong to the Twilio account: check sms.from."},
	21606: {"sms_sender_invalid", "The sender cannot send SMS: check sms.from."},
	21212: {"sms_sender_invalid", "The sender is not a valid number: check sms.from."},
	21701: {"sms_sender_invalid", "The messaging service does not exist: check sms.messaging_service_sid."},
	21703: {"sms_sender_invalid", "The messaging service has no sender: add one at Twilio."},
	21609: {"sms_callback_invalid", "Twilio refuses the address of the status callback: check public_url."},
	63024: {"sms_number_invalid", "The recipient is not valid for this channel."},
}

// waiting are Twilio's codes for "not now".
var waiting = map[int]bool{20429: true, 21611: true, 14107: true, 30001: true, 63018: true}

// sendFault classifies a failed Send.
func sendFault(seen *exchange.Call, err error) *fault.Error {
	if !seen.Left() {
		return unreachable(err)
	}
	status, code := answered(seen, err)
	if status == 0 || status >= http.StatusInternalServerError || (status/100 == 2) {
		return uncertain(err) // no answer, a broken one, or an error inside Twilio after it had the message
	}
	return refused(seen, status, code, err)
}

// readFault classifies a failed read: nothing can have happened outside.
func readFault(seen *exchange.Call, err error) *fault.Error {
	if !seen.Left() {
		return unreachable(err)
	}
	status, code := answered(seen, err)
	if status == 0 || status >= http.StatusInternalServerError || status/100 == 2 {
		f := fault.New(fault.Later, "sms_unavailable", fmt.Sprintf("Twilio gave no usable answer (HTTP %d).", status), err)
		f.After = seen.RetryAfter()
		return f
	}
	return refused(seen, status, code, err)
}

// refused classifies a 3xx or 4xx.
func refused(seen *exchange.Call, status, code int, err error) *fault.Error {
	known, ok := refusals[code]
	switch {
	case status == http.StatusTooManyRequests, waiting[code]:
		f := fault.New(fault.Later, "sms_rate_limited", "Twilio asks to slow down.", err)
		f.After = seen.RetryAfter()
		return f
	case ok:
		return fault.New(fault.Permanent, known.code, fmt.Sprintf("%s (Twilio %d)", known.message, code), err)
	case status == http.StatusUnauthorized, code == 20003, code == 20005:
		return fault.New(fault.Later, "sms_auth_failed", "Twilio refuses the login: check sms.account_sid and sms.auth_token.", err)
	case code == 30002:
		return fault.New(fault.Later, "sms_account_inactive", "The Twilio account is suspended.", err)
	case status/100 == 3, code == 0:
		return fault.New(fault.Later, "sms_unexpected_answer",
			fmt.Sprintf("Something that is not Twilio's API answered HTTP %d: check sms.base_url and any proxy.", status), err)
	default:
		return fault.New(fault.Permanent, "sms_rejected", fmt.Sprintf("Twilio refuses the message with its error %d.", code), err)
	}
}

func unreachable(err error) *fault.Error {
	if _, ok := errors.AsType[*twclient.TwilioRestError](err); ok { // twilio-go itself found letters in them that cannot be
		return fault.New(fault.Later, "sms_auth_failed", "sms.account_sid or sms.auth_token is malformed.", err)
	}
	return fault.New(fault.Later, "sms_unreachable_provider", "Twilio cannot be reached; nothing was sent.", err)
}

func uncertain(err error) *fault.Error {
	return fault.New(fault.Uncertain, "sms_uncertain", "Twilio may have taken the message: its answer was lost or broken.", err)
}

// answered gives the HTTP status and Twilio's own code.
func answered(seen *exchange.Call, err error) (status, code int) {
	if failure, ok := errors.AsType[*twclient.TwilioRestError](err); ok {
		code = failure.Code
	}
	return seen.Status(), code
}
