package smtp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/textproto"
	"regexp"
	"strings"

	mail "github.com/wneessen/go-mail"

	"homeward/internal/fault"
)

// verbs names the step at which a mail failed.
var verbs = map[mail.SendErrReason]string{
	mail.ErrSMTPMailFrom: "MAIL", mail.ErrSMTPRcptTo: "RCPT", mail.ErrSMTPData: "DATA",
	mail.ErrWriteContent: "content", mail.ErrSMTPDataClose: "end of data", mail.ErrConnCheck: "connection",
}

// sendFault classifies a mail that failed on a connection that stood. ended tells that its whole content went out.
//
// go-mail's own IsTemp is false for everything that is not a 4xx, so also for a line that broke (its code is 0): here
// only a 5xx that the server said is permanent.
func sendFault(err error, ended bool) *fault.Error {
	var failure *mail.SendError
	if !errors.As(err, &failure) {
		return fault.New(fault.Later, "mail_failed", "The mail could not be handed over.", err)
	}
	verb, code, enhanced := verbs[failure.Reason], failure.ErrorCode(), failure.EnhancedStatusCode()
	said := strings.TrimSpace(fmt.Sprintf("%d %s", code, enhanced))
	switch {
	case code/100 == 5 && code != 521:
		return rejected(verb, said, code, enhanced, err)
	case code/100 == 4, code == 521:
		return fault.New(fault.Later, "mail_deferred", fmt.Sprintf("The mail server answered %s at %s: not now.", said, verb), err)
	case ended:
		return fault.New(fault.Uncertain, "mail_uncertain",
			"The whole mail went out and the mail server's answer was lost: it may have been accepted.", err)
	case failure.Reason == mail.ErrNoUnencoded, failure.Reason == mail.ErrGetSender, failure.Reason == mail.ErrGetRcpts:
		return fault.New(fault.Permanent, "mail_invalid", "The mail could not be built.", err)
	default:
		return fault.New(fault.Later, "mail_interrupted", fmt.Sprintf("The line to the mail server broke at %s.", verb), err)
	}
}

// rejected reads a 5xx. What concerns the mailbox or the mail is permanent; what concerns our right to send is for the
// operator to mend, and the mail waits for it.
func rejected(verb, said string, code int, enhanced string, err error) *fault.Error {
	switch {
	case code == 530, code == 535, code == 538, strings.HasPrefix(enhanced, "5.7.8"):
		return fault.New(fault.Later, "mail_auth_failed",
			fmt.Sprintf("The mail server answered %s at %s: it wants a login, check user and password in mail.smtp.", said, verb), err)
	case strings.HasPrefix(enhanced, "5.1.1"), strings.HasPrefix(enhanced, "5.1.2"), strings.HasPrefix(enhanced, "5.1.3"),
		strings.HasPrefix(enhanced, "5.1.6"), strings.HasPrefix(enhanced, "5.1.10"), strings.HasPrefix(enhanced, "5.2.1"):
		return fault.New(fault.Permanent, "mailbox_unknown",
			fmt.Sprintf("The mail server answered %s at %s: there is no such mailbox.", said, verb), err)
	case strings.HasPrefix(enhanced, "5.2.2"):
		return fault.New(fault.Permanent, "mailbox_full", fmt.Sprintf("The mail server answered %s at %s: the mailbox is full.", said, verb), err)
	case code == 552, strings.HasPrefix(enhanced, "5.3.4"):
		return fault.New(fault.Permanent, "mail_too_large", fmt.Sprintf("The mail server answered %s at %s: the mail is too large.", said, verb), err)
	default:
		return fault.New(fault.Permanent, "mail_rejected", fmt.Sprintf("The mail server answered %s at %s: it refuses this mail.", said, verb), err)
	}
}

// dialFault classifies a connection that could not be made: nothing was sent, so everything is Later, and the code tells
// the operator where to look.
func dialFault(err error) *fault.Error {
	var (
		answer  *textproto.Error
		badCert *tls.CertificateVerificationError
		record  tls.RecordHeaderError
		unknown x509.UnknownAuthorityError
	)
	later := func(code, format string, args ...any) *fault.Error {
		return fault.New(fault.Later, code, fmt.Sprintf(format, args...), err)
	}
	switch {
	case errors.Is(err, errClosed):
		return later("mail_closed", "Homeward is stopping.")
	case errors.Is(err, errAuthInClear):
		return later("mail_auth_in_clear", "The mail server offers no encryption, so the login was not sent: use smtps:// or a server with STARTTLS.")
	case errors.Is(err, errAuthNone):
		return later("mail_auth_failed", "The mail server offers no login that Homeward knows (SCRAM-SHA-256, PLAIN, LOGIN).")
	case errors.As(err, &badCert), errors.As(err, &unknown), errors.As(err, &record):
		return later("mail_tls_failed", "The mail server's TLS could not be trusted or spoken: check host, port and scheme of mail.smtp.")
	case strings.Contains(err.Error(), "does not support STARTTLS"):
		return later("mail_starttls_missing", "The mail server offers no STARTTLS: use smtps://, or add ?starttls=optional to mail.smtp.")
	case errors.As(err, &answer) && strings.Contains(err.Error(), "SMTP AUTH failed"):
		if answer.Code/100 == 5 {
			return later("mail_auth_failed", "The mail server answered %d at AUTH: check user and password in mail.smtp.", answer.Code)
		}
		return later("mail_deferred", "The mail server answered %d at AUTH: not now.", answer.Code)
	case errors.As(err, &answer):
		return later("mail_unavailable", "The mail server answered %d before any mail was sent.", answer.Code)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return later("mail_unavailable", "The mail server did not answer in time.")
	default:
		return later("mail_unavailable", "The mail server cannot be reached, or ended the connection before any mail was sent.")
	}
}

// stale tells that a kept connection was dead before this mail began.
func stale(err error) bool {
	var failure *mail.SendError
	if !errors.As(err, &failure) || (failure.ErrorCode() != 0 && failure.ErrorCode() != 421) {
		return false
	}
	return failure.Reason == mail.ErrSMTPMailFrom || failure.Reason == mail.ErrConnCheck
}

// queued finds the id in the answers of Postfix ("queued as 4F2B"), Exim ("OK id=1abc-…") and their kin.
var queued = regexp.MustCompile(`(?i)(?:queued(?: mail)?(?: for delivery)? as|\bid=)\s*<?([A-Za-z0-9][A-Za-z0-9._-]{2,63})`)

func queueID(answer string) string {
	if m := queued.FindStringSubmatch(answer); m != nil {
		return m[1]
	}
	return ""
}
