package standard_test

import (
	"net/http"
	"testing"
	"time"

	"homeward/providers"
	"homeward/providers/standard"
)

// TestPublishedVector checks the vector of the Standard Webhooks project (libraries/go/webhook_test.go).
func TestPublishedVector(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set("webhook-timestamp", "1614265330")
	header.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	for _, secret := range []string{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"} {
		s := standard.New(providers.Options{Name: "erp", Secrets: []string{secret}})
		if err := s.Verify(header, []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0)); err != nil {
			t.Errorf("secret %q: %v", secret, err)
		}
	}
}
