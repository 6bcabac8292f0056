package config

import "net/url"

// maxSide is the longest parcel, in millimetres, and maxGrams the heaviest, that any carrier takes as one.
const (
	maxSide  = 3000
	maxGrams = 70_000
)

// labels reads a carrier account; nil when the section is not there.
func (s *section) labels() *Labels {
	if !s.present() {
		return nil
	}
	defer s.close()
	parcel, to := s.section("parcel"), s.section("to")
	defer parcel.close()
	defer to.close()
	out := &Labels{
		Provider: s.word("provider", "easypost"), APIKey: s.secret("api_key"), BaseURL: s.base(),
		CarrierAccounts: s.list("carrier_accounts", anything), Services: s.list("services", anything),
		Parcel: LabelParcel{
			WeightG: parcel.integer("weight_g", 1000, 1, maxGrams), LengthMM: parcel.integer("length_mm", 0, 0, maxSide),
			WidthMM: parcel.integer("width_mm", 0, 0, maxSide), HeightMM: parcel.integer("height_mm", 0, 0, maxSide),
		},
		To: LabelAddress{
			Name: to.required("name", "who takes the goods back"), Line1: to.required("line1", "the street and number"), Line2: to.text("line2"),
			City: to.required("city", "the town"), Region: to.text("region"), PostalCode: to.required("postal_code", "the postal code"),
			Country: to.country(), Phone: to.text("phone"), Email: to.text("email"),
		},
	}
	return out
}

func anything(string) error { return nil }

// StandIn tells whether the carrier account is a stand-in on this machine, as the demo's and the tests' are: then its files may
// be fetched from this machine too, and without TLS.
func (l *Labels) StandIn() bool {
	u, err := url.Parse(l.BaseURL)
	return err == nil && u.Host != "" && IsLoopback(u.Hostname())
}
