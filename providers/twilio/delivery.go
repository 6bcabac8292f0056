package twilio

import "homeward/internal/fault"

// undelivered are Twilio's codes for a message that it took and could not deliver (docs.twilio.com/api/errors).
var undelivered = map[string]struct{ code, message string }{
	"30003": {"sms_handset_unreachable", "The phone could not be reached: switched off, roaming, or a landline."},
	"30004": {"sms_blocked", "The message was blocked on its way to the phone."},
	"30005": {"sms_handset_unknown", "The phone's network does not know this number."},
	"30006": {"sms_not_mobile", "The number is a landline, or its network cannot be reached."},
	"30007": {"sms_filtered", "The network filtered the message: look at its text and at the sender's registration."},
	"30008": {"sms_undelivered", "The network gave no reason."},
	"30036": {"sms_too_late", "The message was not handed on within the time in which its news was fresh."},
	"21610": {"sms_opted_out", "The recipient has opted out of this sender."},
}

// DeliveryFault says why a message that Twilio took did not arrive, from the callback's error code. It is Permanent: the
// same message is not sent again by itself.
func DeliveryFault(errorCode string) *fault.Error {
	if known, ok := undelivered[errorCode]; ok {
		return fault.New(fault.Permanent, known.code, known.message+" (Twilio "+errorCode+")", nil)
	}
	message := "The message could not be delivered."
	if errorCode != "" {
		message += " (Twilio " + errorCode + ")"
	}
	return fault.New(fault.Permanent, "sms_undelivered", message, nil)
}
