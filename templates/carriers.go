package templates

import "strings"

// carriers says how carriers write themselves.
var carriers = map[string]string{
	"inpost": "InPost", "dhl": "DHL", "dpd": "DPD", "ups": "UPS", "gls": "GLS", "fedex": "FedEx", "usps": "USPS",
	"hermes": "Hermes", "aramex": "Aramex", "postnl": "PostNL", "tnt": "TNT", "poczta_polska": "Poczta Polska",
	"posta_slovenije": "Pošta Slovenije", "deutsche_post": "Deutsche Post", "royal_mail": "Royal Mail", "cdek": "CDEK",
	"russian_post": "Почта России", "orlen_paczka": "ORLEN Paczka", "smsa": "SMSA Express", "emirates_post": "Emirates Post",
}

// CarrierName gives a carrier's name as the carrier writes it; one that is not known stays as its source wrote it.
func CarrierName(code string) string {
	key := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(code)))
	if name, ok := carriers[key]; ok {
		return name
	}
	return clean(code)
}
