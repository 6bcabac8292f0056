package hooks

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"homeward/internal/config"
	"homeward/providers"
	"homeward/providers/registry"
	"homeward/providers/stripe"
	"homeward/providers/twilio"
)

// MessageHeader is where a Twilio status callback's message id is kept: it comes with the address that we gave Twilio.
const MessageHeader = "Homeward-Message"

// Sources builds every shop's sources, by "shop/source".
func Sources(cfg *config.Config) (map[string]providers.Source, error) {
	sources := make(map[string]providers.Source)
	for _, shop := range cfg.Shops {
		for _, s := range shop.Sources {
			source, err := registry.New(s.Kind, providers.Options{Name: s.Name, Secrets: s.Secrets, Zone: shop.Zone, Country: shop.Country})
			if err != nil {
				return nil, fmt.Errorf("shop %s, source %s: %w", shop.ID, s.Name, err)
			}
			sources[shop.ID+"/"+s.Name] = source
		}
	}
	return sources, nil
}

// Doors opens an address for every source, and for Stripe and Twilio where a shop uses them.
func Doors(cfg *config.Config, sources map[string]providers.Source) map[string]Door {
	doors := make(map[string]Door)
	for _, shop := range cfg.Shops {
		for _, s := range shop.Sources {
			key := shop.ID + "/" + s.Name
			doors[key] = sourceDoor(s.Kind, sources[key])
		}
		if shop.Payments != nil {
			doors[shop.ID+"/stripe"] = stripeDoor(shop.Payments.WebhookSecrets)
		}
		if shop.SMS != nil {
			doors[shop.ID+"/twilio/status"] = twilioDoor("twilio.status", cfg.PublicURL, shop.SMS.AuthToken)
			doors[shop.ID+"/twilio/inbound"] = twilioDoor("twilio.inbound", cfg.PublicURL, shop.SMS.AuthToken)
		}
	}
	return doors
}

func sourceDoor(kind string, source providers.Source) Door {
	return Door{
		Vendor:    kind,
		Verify:    func(r *http.Request, body []byte, now time.Time) error { return source.Verify(r.Header, body, now) },
		Ping:      source.Ping,
		DedupeKey: func(r *http.Request, _ []byte) string { return source.DedupeKey(r.Header) },
		Keep:      source.Keep(),
	}
}

func stripeDoor(secrets []string) Door {
	return Door{
		Vendor: "stripe",
		Verify: func(r *http.Request, body []byte, now time.Time) error {
			return stripe.Verify(secrets, r.Header, body, now)
		},
	}
}

// twilioDoor checks signatures against the public address that Twilio called, never against what the request says of
// itself: behind a proxy those differ.
func twilioDoor(vendor, publicURL, token string) Door {
	door := Door{
		Vendor: vendor,
		Verify: func(r *http.Request, body []byte, _ time.Time) error {
			return twilio.Verify(token, publicURL+r.URL.RequestURI(), r.Header, body)
		},
		Note: func(r *http.Request) map[string]string {
			if m := r.URL.Query().Get("message"); m != "" {
				return map[string]string{MessageHeader: m}
			}
			return nil
		},
	}
	if vendor == "twilio.inbound" {
		door.Accepted = func(w http.ResponseWriter, _ int) {
			w.Header().Set("Content-Type", "text/xml")
			_, _ = io.WriteString(w, `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`)
		}
	}
	return door
}
