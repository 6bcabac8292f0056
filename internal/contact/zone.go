package contact

import (
	"strings"
	"time"
)

// zones gives the zone of countries whose clocks all show the same time, by the IANA time zone database. Countries with
// several (and those that are not here) take the shop's. Germany has a second name for an enclave, with the same clock.
var zones = map[string]string{
	"AD": "Europe/Andorra", "AE": "Asia/Dubai", "AL": "Europe/Tirane", "AM": "Asia/Yerevan", "AT": "Europe/Vienna",
	"AZ": "Asia/Baku", "BA": "Europe/Sarajevo", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "BH": "Asia/Bahrain",
	"BY": "Europe/Minsk", "CH": "Europe/Zurich", "CZ": "Europe/Prague", "DE": "Europe/Berlin", "DK": "Europe/Copenhagen",
	"DZ": "Africa/Algiers", "EE": "Europe/Tallinn", "EG": "Africa/Cairo", "FI": "Europe/Helsinki", "FR": "Europe/Paris",
	"GB": "Europe/London", "GE": "Asia/Tbilisi", "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb",
	"HU": "Europe/Budapest", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IQ": "Asia/Baghdad",
	"IR": "Asia/Tehran", "IS": "Atlantic/Reykjavik", "IT": "Europe/Rome", "JO": "Asia/Amman", "JP": "Asia/Tokyo",
	"KR": "Asia/Seoul", "KW": "Asia/Kuwait", "LB": "Asia/Beirut", "LI": "Europe/Vaduz", "LT": "Europe/Vilnius",
	"LU": "Europe/Luxembourg", "LV": "Europe/Riga", "LY": "Africa/Tripoli", "MA": "Africa/Casablanca", "MC": "Europe/Monaco",
	"MD": "Europe/Chisinau", "ME": "Europe/Podgorica", "MK": "Europe/Skopje", "MT": "Europe/Malta", "NL": "Europe/Amsterdam",
	"NO": "Europe/Oslo", "OM": "Asia/Muscat", "PL": "Europe/Warsaw", "QA": "Asia/Qatar", "RO": "Europe/Bucharest",
	"RS": "Europe/Belgrade", "SA": "Asia/Riyadh", "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana",
	"SK": "Europe/Bratislava", "SM": "Europe/San_Marino", "SY": "Asia/Damascus", "TN": "Africa/Tunis", "TR": "Europe/Istanbul",
	"GF": "America/Cayenne", "GP": "America/Guadeloupe", "MF": "America/Marigot", "MQ": "America/Martinique", "RE": "Indian/Reunion",
	"YT": "Indian/Mayotte", "AX": "Europe/Mariehamn", "TW": "Asia/Taipei", "VA": "Europe/Vatican", "XK": "Europe/Belgrade", "YE": "Asia/Aden", "ZA": "Africa/Johannesburg",
}

// Zone gives the time zone of a country (ISO 3166-1 alpha-2) that has one, else the shop's.
func Zone(country string, shopZone *time.Location) *time.Location {
	if zone := zoneIn(zones, country); zone != nil {
		return zone
	}
	return shopZone
}

// zoneIn gives the zone that a table has for a country; nil for none.
func zoneIn(table map[string]string, country string) *time.Location {
	name, ok := table[strings.ToUpper(strings.TrimSpace(country))]
	if !ok {
		return nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return zone
}

// western gives, of countries of the Union with several zones, the one whose midnight is the last: the Azores, the Canary Islands.
var western = map[string]string{"ES": "Atlantic/Canary", "PT": "Atlantic/Azores"}

// WesternZone gives the zone of a country in which a day ends last, where it has several that matter to a consumer's deadline; nil
// elsewhere. Which of them a consumer lives in is not known.
func WesternZone(country string) *time.Location { return zoneIn(western, country) }
