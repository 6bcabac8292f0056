package twilio_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"homeward/internal/fault"
	"homeward/providers/providertest"
	"homeward/providers/standin/twiliod"
	"homeward/providers/twilio"
)

func form(values ...string) (http.Header, []byte) {
	v := url.Values{}
	for i := 0; i < len(values); i += 2 {
		v.Add(values[i], values[i+1])
	}
	return http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=utf-8"}}, []byte(v.Encode())
}

// The vectors are those that Twilio publishes with its own libraries.
func TestVerify(t *testing.T) {
	t.Parallel()
	header, body := form("Digits", "1234", "CallSid", "CA1234567890ABCDE", "To", "+18005551212", "Caller", "+14158675309",
		"From", "+14158675309", "ReasonConferenceEnded", "test", "Reason", "Participant")
	const address, signature = "https://mycompany.com/myapp.php?foo=1&bar=2", "vOEb5UThFn24KEfnOFLQY2AE5FY="
	json := []byte(`{"property": "value", "boolean": true}`)
	const hashed = address + "&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"
	asJSON := http.Header{"Content-Type": {"application/json"}}
	for _, tt := range []struct {
		name, token, url, signature string
		header                      http.Header
		body                        []byte
		ok                          bool
	}{
		{"form", "12345", address, signature, header, body, true},
		{"form, our port named", "12345", strings.Replace(address, ".com", ".com:1234", 1), signature, header, body, true},
		{"form over http with a port", "12345", "http://mycompany.com:1234/myapp.php?foo=1&bar=2", "n2xBNyzSW7rfYStDtOFiFMv7qNo=", header, body, true},
		{"json", "12345", hashed, "a9nBmqA0ju/hNViExpshrM61xv4=", asJSON, json, true},
		{"json changed", "12345", hashed, "a9nBmqA0ju/hNViExpshrM61xv4=", asJSON, append([]byte(" "), json...), false},
		{"json without its hash", "12345", address, "a9nBmqA0ju/hNViExpshrM61xv4=", asJSON, json, false},
		{"another token", "12346", address, signature, header, body, false},
		{"no token", "", address, signature, header, body, false},
		{"another query", "12345", strings.Replace(address, "foo=1&bar=2", "bar=2&foo=1", 1), signature, header, body, false},
		{"another host", "12345", strings.Replace(address, "mycompany", "evil", 1), signature, header, body, false},
		{"another body", "12345", address, signature, header, append(body, "&x=1"...), false},
		{"no signature", "12345", address, "", header, body, false},
		{"garbage", "12345", address, "%%%", header, body, false},
		{"a broken form", "12345", address, signature, header, []byte("a=%zz"), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := tt.header.Clone()
			if tt.signature != "" {
				h.Set("X-Twilio-Signature", tt.signature)
			}
			err := twilio.Verify(tt.token, tt.url, h, tt.body)
			if tt.ok && err != nil {
				t.Error(err)
			}
			if !tt.ok && fault.Code(err) != "bad_signature" {
				t.Errorf("got %v, want bad_signature", err)
			}
		})
	}
}

func TestRepeatedFieldsAreSigned(t *testing.T) {
	t.Parallel()
	header, body := form("MediaUrl", "https://b", "MediaUrl", "https://a", "Body", "x")
	values, _ := url.ParseQuery(string(body))
	header.Set("X-Twilio-Signature", twiliod.Sign(token, "https://a.example/x", values))
	if err := twilio.Verify(token, "https://a.example/x", header, body); err != nil {
		t.Error(err)
	}
	if err := twilio.Verify(token, "https://a.example/x", header, []byte(strings.Replace(string(body), "https%3A%2F%2Fb", "https%3A%2F%2Fc", 1))); err == nil {
		t.Error("a changed second value passed")
	}
}

// The stand-in's callbacks go through the same door as Twilio's.
func TestCallbacksOfTheStandIn(t *testing.T) {
	t.Parallel()
	var got []twilio.Status
	var inbound twilio.Inbound
	var public string
	hooks := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := make([]byte, r.ContentLength)
		_, _ = r.Body.Read(body)
		if err := twilio.Verify(token, public+r.URL.RequestURI(), r.Header, body); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/inbound" {
			inbound, _ = twilio.ReadInbound(body)
			_, _ = w.Write([]byte("<Response/>"))
			return
		}
		s, err := twilio.ReadStatus(body)
		if err != nil {
			t.Error(err)
		}
		got = append(got, s)
	}))
	defer hooks.Close()
	public = hooks.URL
	b := overLoopback(t)
	m := message
	m.StatusCallback = hooks.URL + "/status?message=m1"
	sid, err := b.Send(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for _, status := range []string{"sent", "delivered"} {
		if err := b.server.Deliver(t.Context(), sid, status, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.server.Deliver(t.Context(), sid, "undelivered", 30006); err != nil {
		t.Fatal(err)
	}
	want := []twilio.Status{{sid, "sent", "", m.To}, {sid, "delivered", "", m.To}, {sid, "undelivered", "30006", m.To}}
	if len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("got %+v", got)
	}
	if twiml, err := b.server.Inbound(t.Context(), m.To, b.Sender(), "Stop", hooks.URL+"/inbound"); err != nil || twiml != "<Response/>" {
		t.Fatal(twiml, err)
	}
	if inbound.From != m.To || inbound.To != b.Sender() || inbound.Body != "Stop" || inbound.OptOutType != "STOP" {
		t.Errorf("%+v", inbound)
	}
	_, err = b.Send(t.Context(), m)
	wantFault(t, err, fault.Permanent, "sms_opted_out")
}

func TestReadIncomplete(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "MessageSid=SM1", "MessageStatus=sent", "%zz"} {
		if _, err := twilio.ReadStatus([]byte(body)); err == nil || fault.Of(err).Class != fault.Permanent {
			t.Errorf("status %q: %v", body, err)
		}
		if _, err := twilio.ReadInbound([]byte(body)); err == nil || fault.Of(err).Class != fault.Permanent {
			t.Errorf("inbound %q: %v", body, err)
		}
	}
}

func TestStatusRank(t *testing.T) {
	t.Parallel()
	order := []string{"a word of the future", "queued", "sending", "sent", "delivered", "read"}
	for i := 1; i < len(order); i++ {
		if twilio.StatusRank(order[i-1]) >= twilio.StatusRank(order[i]) {
			t.Errorf("%q is not below %q", order[i-1], order[i])
		}
	}
	if twilio.StatusRank("undelivered") != twilio.StatusRank("delivered") || twilio.StatusRank("failed") != twilio.StatusRank("delivered") {
		t.Error("final statuses do not rank alike")
	}
}

func TestUndelivered(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ status, code, want string }{
		{"delivered", "", ""}, {"sent", "30003", ""}, {"undelivered", "30006", "sms_not_mobile"}, {"failed", "30003", "sms_handset_unreachable"},
		{"undelivered", "30007", "sms_filtered"}, {"failed", "", "sms_undelivered"}, {"failed", "+48512345678", "sms_undelivered"},
	} {
		err := twilio.Status{Status: tt.status, ErrorCode: tt.code}.Undelivered()
		if fault.Code(err) != tt.want || err != nil && strings.Contains(err.Error(), "4851") {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// Real bodies, as far as they are there.
func TestPayloads(t *testing.T) {
	t.Parallel()
	dir := providertest.Payloads(t, "twilio")
	files, _ := filepath.Glob(filepath.Join(dir, "*"))
	read := 0
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.TrimSpace(string(body))
		if !strings.Contains(text, "MessageStatus=") && !strings.Contains(text, "SmsStatus=") {
			continue
		}
		read++
		if strings.Contains(text, "MessageStatus=") {
			if s, err := twilio.ReadStatus([]byte(text)); err != nil || twilio.StatusRank(s.Status) == 0 {
				t.Errorf("%s: %+v %v", filepath.Base(file), s, err)
			}
		} else if _, err := twilio.ReadInbound([]byte(text)); err != nil {
			t.Errorf("%s: %v", filepath.Base(file), err)
		}
	}
	t.Logf("%d of %d files are callbacks in form encoding", read, len(files))
}
