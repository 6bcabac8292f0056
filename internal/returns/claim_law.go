package returns

import (
	"slices"
	"strings"

	"homeward/internal/calendar"
)

// Guarantee is what the law of a consumer's country says of goods that are not as agreed. It is data, not complete, and not
// legal advice: docs/claims.md says what is unsettled.
type Guarantee struct {
	// Known is false where nothing is known of the country's law: then no right is named, and the shop answers as it will.
	Known bool
	// Months is for how long the seller is liable, from delivery.
	Months int
	// Burden is for how many months from delivery a defect counts as having been there.
	Burden int
	// RejectDays is within how many days from delivery the consumer may end the contract at once; 0: repair or replacement
	// comes first (Directive (EU) 2019/771, Art. 13).
	RejectDays int
	// RejectShown tells that the fault must show within RejectDays; otherwise the right must be used within them.
	RejectShown bool
	// AfterOne tells that a lower price or the end of the contract follows one repair or replacement, of a minor fault too (Consumer
	// Rights Act 2015, s. 24(5)); otherwise Art. 13(4) and (5) of the directive hold.
	AfterOne bool
	// RepairAdds is by how many months the seller is liable for longer when the goods are repaired, for contracts that were
	// concluded on RepairFrom or later (Directive (EU) 2024/1799, Art. 16 and 22).
	RepairAdds int
	RepairFrom calendar.Date
}

// repairRight is the day from which Directive (EU) 2024/1799 changes 2019/771: not for contracts concluded before.
var repairRight = calendar.NewDate(2026, 7, 31)

// Directive (EU) 2019/771, Art. 10(1), 11(1), 13; Art. 10(2a) of the text as amended by (EU) 2024/1799.
var europeanGuarantee = Guarantee{Known: true, Months: 24, Burden: 12, RepairAdds: 12, RepairFrom: repairRight}

// GuaranteeOf gives the law of a consumer's country (ISO 3166-1 alpha-2). A country of which nothing is known gets the
// European periods, so that no claim is called late where it may not be, and no notice that names a right.
//
// Seen were the directives and, for the 30 days of GB, legislation.gov.uk/ukpga/2015/15/section/22. The other national periods are from
// memory and not verified; docs/claims.md names them.
func GuaranteeOf(country string) Guarantee {
	country = stateOf(country)
	switch {
	case country == "GB":
		// Consumer Rights Act 2015, ss. 19(15), 20 to 24: reject within 30 days; six months of burden. Six years by the
		// Limitation Act 1980, five in Scotland: the longer counts, because it only flags.
		return Guarantee{Known: true, Months: 72, Burden: 6, RejectDays: 30, AfterOne: true}
	case len(country) == 2 && slices.Contains(strings.Fields(economicArea), country):
	default:
		return Guarantee{Months: europeanGuarantee.Months, Burden: europeanGuarantee.Burden}
	}
	law := europeanGuarantee
	switch country {
	case "SI": // ZVPot-1 (2023): at once, when the defect shows within 30 days of delivery
		law.RejectDays, law.RejectShown = 30, true
	case "PL": // Ustawa o prawach konsumenta (2014), art. 43b, 43c, 43d
		law.Burden = 24
	case "FR": // Code de la consommation, art. L217-3, L217-7
		law.Burden = 24
	case "ES", "PT": // RDL 1/2007, art. 120, 121; Decreto-Lei 84/2021, art. 12, 13
		law.Months, law.Burden = 36, 24
		if country == "PT" { // art. 16
			law.RejectDays, law.RejectShown = 30, true
		}
	case "SE": // Konsumentköplag (2022:260)
		law.Months, law.Burden = 36, 24
	case "IE": // Consumer Rights Act 2022, ss. 23 to 25; Statute of Limitations 1957
		law.Months, law.RejectDays = 72, 30
	default:
	}
	return law
}
