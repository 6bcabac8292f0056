package stripe_test

import (
	"bufio"
	"errors"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"homeward/internal/fault"
	"homeward/providers/stripe"
)

// stripeMock starts Stripe's own stand-in (github.com/stripe/stripe-mock), which checks requests against Stripe's published
// description and answers with examples, and gives its address.
func stripeMock(t *testing.T) string {
	t.Helper()
	program := os.Getenv("HOMEWARD_TEST_STRIPE_MOCK")
	if program == "" {
		t.Skip("HOMEWARD_TEST_STRIPE_MOCK does not name the program stripe-mock")
	}
	mock := exec.CommandContext(t.Context(), program, "-http-addr", "127.0.0.1:0", "-https-addr", "127.0.0.1:0")
	out, err := mock.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := mock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = mock.Process.Kill()
		_ = mock.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, address, ok := strings.Cut(lines.Text(), "Listening for HTTP at address: "); ok {
			go func() {
				for lines.Scan() { // or it would block on a full pipe
				}
			}()
			return "http://" + address
		}
	}
	t.Fatal("stripe-mock did not say where it listens")
	return ""
}

func TestStripeMock(t *testing.T) {
	t.Parallel()
	base := stripeMock(t)
	t.Run("takes our requests", func(t *testing.T) { takesOurRequests(t, base) })
	t.Run("looks at what is asked", func(t *testing.T) { looksAtParameters(t, base) })
}

// Stripe takes the shape of everything that we ask of it.
func takesOurRequests(t *testing.T, base string) {
	c := client(t, stripe.Config{Key: "sk_test_123", BaseURL: base})
	ctx := t.Context()

	charge, err := c.Charge(ctx, "ch_1")
	if err != nil || charge.ID == "" || charge.Currency == "" {
		t.Errorf("a charge: %+v, %v", charge, err)
	}
	// Its example of an intent has no charge; that we are told so means that the request was taken.
	var f *fault.Error
	if _, err := c.Charge(ctx, "pi_1"); err != nil && (!errors.As(err, &f) || f.Code != "payment_not_captured") {
		t.Errorf("an intent: %v", err)
	}
	for _, reference := range []string{"pi_1", "ch_1"} {
		r := request("refund:"+reference, 1250)
		r.Reference = reference
		made, err := c.Refund(ctx, r)
		if err != nil || made.ID == "" || made.Status == "" {
			t.Errorf("a refund of %s: %+v, %v", reference, made, err)
		}
		listed, err := c.Refunds(ctx, reference)
		if err != nil || len(listed) == 0 {
			t.Errorf("the refunds of %s: %+v, %v", reference, listed, err)
		}
	}
	if err := c.Check(ctx); err != nil { // lists of refunds, charges, intents, disputes
		t.Errorf("what the check asks: %v", err)
	}
	if got, _, err := c.Since(ctx, time.Now().AddDate(0, 0, -35), ""); err != nil || len(got) == 0 {
		t.Errorf("the refunds of the account: %+v, %v", got, err)
	}
	if got, err := c.Get(ctx, "re_1"); err != nil || got.ID == "" || got.Status == "" {
		t.Errorf("one refund: %+v, %v", got, err)
	}
}

// A parameter that Stripe does not know is refused: the test above would see it.
func looksAtParameters(t *testing.T, base string) {
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	for _, wrong := range []url.Values{
		{"payment_intent": {"pi_1"}, "amount": {"1250"}, "to": {"another card"}},
		{"payment_intent": {"pi_1"}, "amount": {"12.50"}},
		{"payment_intent": {"pi_1"}, "reason": {"does_not_fit"}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/v1/refunds", strings.NewReader(wrong.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Bearer sk_test_123")
		res, err := (&http.Client{Transport: transport}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusBadRequest {
			t.Errorf("%v: %d", wrong, res.StatusCode)
		}
	}
}
