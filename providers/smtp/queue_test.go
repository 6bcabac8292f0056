package smtp

import "testing"

func TestQueueID(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		"2.0.0 Ok: queued as 4ZbQ1k3XqRz9vD":                  "4ZbQ1k3XqRz9vD",
		"OK id=1tCqVb-00000001abc-2Xyz":                       "1tCqVb-00000001abc-2Xyz",
		"2.6.0 <x@y> [InternalId=1] Queued mail for delivery": "",
		"2.0.0 OK  1732000000 5b1f17b1804b1-abc.12 - gsmtp":   "",
		"Ok": "", "": "",
	} {
		if got := queueID(answer); got != want {
			t.Errorf("%q: %q, want %q", answer, got, want)
		}
	}
}

// The size of a mail decides nothing but time: whatever is longer in one encoding goes in the other.
func TestEncoding(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"plain": "quoted-printable", "Twoja paczka jest już w drodze, dostarczymy ją jutro": "quoted-printable", "Ваш заказ": "base64", "طلبك": "base64", "": "quoted-printable"} {
		if got := string(encoding(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
