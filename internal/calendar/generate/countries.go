package main

import (
	"slices"
	"time"

	"homeward/internal/calendar"
)

// Days that many countries share.
var (
	newYear      = on(time.January, 1)
	epiphany     = on(time.January, 6)
	labourDay    = on(time.May, 1)
	victoryDay   = on(time.May, 8)
	assumption   = on(time.August, 15)
	allSaints    = on(time.November, 1)
	immaculate   = on(time.December, 8)
	christmasEve = on(time.December, 24)
	christmas    = on(time.December, 25)
	boxingDay    = on(time.December, 26)

	maundyThursday = easter(-3)
	goodFriday     = easter(-2)
	easterSunday   = easter(0)
	easterMonday   = easter(1)
	ascension      = easter(39)
	whitSunday     = easter(49)
	whitMonday     = easter(50)
	corpusChristi  = easter(60)

	cleanMonday        = pascha(-48)
	orthodoxFriday     = pascha(-2)
	orthodoxSaturday   = pascha(-1)
	orthodoxEaster     = pascha(0)
	orthodoxMonday     = pascha(1)
	orthodoxWhitSunday = pascha(49)
	orthodoxWhitMonday = pascha(50)

	// Holidays of Bulgaria that are made up for after a weekend (Labour Code, Art. 154(2)); Easter is not.
	bulgarian = []rule{
		newYear, on(time.March, 3), labourDay, on(time.May, 6), on(time.May, 24), on(time.September, 6), on(time.September, 22),
		christmasEve, christmas, boxingDay,
	}
)

// countries has the public holidays of whole countries. Where a law on periods treats a day as a holiday that is not one
// otherwise, the day is in too, and says so: it only ever gives a consumer longer.
var countries = map[string]country{
	// Good Friday: a period does not end on it (BGBl. 37/1961).
	"AT": {rules: []rule{
		newYear, epiphany, goodFriday, easterMonday, labourDay, ascension, whitMonday, corpusChristi, assumption, on(time.October, 26),
		allSaints, immaculate, christmas, boxingDay,
	}},
	"BE": {rules: []rule{
		newYear, easterMonday, labourDay, ascension, whitMonday, on(time.July, 21), assumption, allSaints, on(time.November, 11), christmas,
	}},
	"BG": {
		rules: slices.Concat(bulgarian, []rule{
			orthodoxFriday, orthodoxSaturday, orthodoxEaster, orthodoxMonday, once(2026, time.January, 2),
		}),
		observed: madeUp(bulgarian...),
	},
	// Only what holds in every canton.
	"CH": {rules: []rule{newYear, ascension, on(time.August, 1), christmas}},
	"CY": {rules: []rule{
		newYear, epiphany, cleanMonday, on(time.March, 25), on(time.April, 1), orthodoxFriday, orthodoxEaster, orthodoxMonday, labourDay,
		orthodoxWhitMonday, assumption, on(time.October, 1), on(time.October, 28), christmas, boxingDay,
	}},
	"CZ": {rules: []rule{
		newYear, goodFriday, easterMonday, labourDay, victoryDay, on(time.July, 5), on(time.July, 6), on(time.September, 28),
		on(time.October, 28), on(time.November, 17), christmasEve, christmas, boxingDay,
	}},
	"DE": {rules: []rule{
		newYear, goodFriday, easterMonday, labourDay, ascension, whitMonday, on(time.October, 3), christmas, boxingDay,
	}},
	// The Great Day of Prayer is none since 2024.
	"DK": {rules: []rule{
		newYear, maundyThursday, goodFriday, easterSunday, easterMonday, ascension, whitSunday, whitMonday, christmas, boxingDay,
	}},
	"EE": {rules: []rule{
		newYear, on(time.February, 24), goodFriday, easterSunday, labourDay, whitSunday, on(time.June, 23), on(time.June, 24),
		on(time.August, 20), christmasEve, christmas, boxingDay,
	}},
	"ES": {rules: []rule{
		newYear, epiphany, goodFriday, labourDay, assumption, on(time.October, 12), allSaints, on(time.December, 6), immaculate, christmas,
	}},
	// The eves of Midsummer and Christmas: a period does not end on them (laki 150/1930, § 5).
	"FI": {rules: []rule{
		newYear, epiphany, goodFriday, easterSunday, easterMonday, labourDay, ascension, whitSunday, from(time.Friday, time.June, 19),
		from(time.Saturday, time.June, 20), from(time.Saturday, time.October, 31), on(time.December, 6), christmasEve, christmas, boxingDay,
	}},
	"FR": {rules: []rule{
		newYear, easterMonday, labourDay, victoryDay, ascension, whitMonday, on(time.July, 14), assumption, allSaints,
		on(time.November, 11), christmas,
	}},
	// Bank holidays of England and Wales.
	"GB": {
		rules: []rule{
			newYear, goodFriday, easterMonday, nth(1, time.Monday, time.May), last(time.Monday, time.May), last(time.Monday, time.August),
			christmas, boxingDay,
		},
		observed: madeUp(newYear, christmas, boxingDay),
	},
	// 1 May is moved out of Holy Week by a decree each time; 2024 is known.
	"GR": {rules: []rule{
		newYear, epiphany, cleanMonday, on(time.March, 25), orthodoxFriday, orthodoxEaster, orthodoxMonday, labourDay, once(2024, time.May, 7),
		orthodoxWhitMonday, assumption, on(time.October, 28), christmas, boxingDay,
	}},
	"HR": {rules: []rule{
		newYear, epiphany, easterSunday, easterMonday, labourDay, on(time.May, 30), corpusChristi, on(time.June, 22), on(time.August, 5),
		assumption, allSaints, on(time.November, 18), christmas, boxingDay,
	}},
	// 24 December and other days are free by a decree each year, in exchange for a Saturday: not in.
	"HU": {rules: []rule{
		newYear, on(time.March, 15), goodFriday, easterSunday, easterMonday, labourDay, whitSunday, whitMonday, on(time.August, 20),
		on(time.October, 23), allSaints, christmas, boxingDay,
	}},
	"IE": {rules: []rule{
		newYear, {day: saintBrigid}, on(time.March, 17), easterMonday, nth(1, time.Monday, time.May), nth(1, time.Monday, time.June),
		nth(1, time.Monday, time.August), last(time.Monday, time.October), christmas, boxingDay,
	}},
	// The eves of Christmas and New Year are free from one o'clock: a consumer has longer (lög nr. 88/1971, 6. gr.).
	"IS": {rules: []rule{
		newYear, maundyThursday, goodFriday, easterSunday, easterMonday, from(time.Thursday, time.April, 19), labourDay, ascension,
		whitSunday, whitMonday, on(time.June, 17), nth(1, time.Monday, time.August), christmasEve, christmas, boxingDay, on(time.December, 31),
	}},
	// Saint Francis again since 2026.
	"IT": {rules: []rule{
		newYear, epiphany, easterSunday, easterMonday, on(time.April, 25), labourDay, on(time.June, 2), assumption,
		on(time.October, 4).since(2026), allSaints, immaculate, christmas, boxingDay,
	}},
	"LI": {rules: []rule{
		newYear, epiphany, on(time.February, 2), on(time.March, 19), easterMonday, labourDay, ascension, whitMonday, corpusChristi, assumption,
		on(time.September, 8), allSaints, immaculate, christmas, boxingDay,
	}},
	"LT": {rules: []rule{
		newYear, on(time.February, 16), on(time.March, 11), easterSunday, easterMonday, labourDay, nth(1, time.Sunday, time.May),
		nth(1, time.Sunday, time.June), on(time.June, 24), on(time.July, 6), assumption, allSaints, on(time.November, 2), christmasEve,
		christmas, boxingDay,
	}},
	"LU": {rules: []rule{
		newYear, easterMonday, labourDay, on(time.May, 9), ascension, whitMonday, on(time.June, 23), assumption, allSaints, christmas,
		boxingDay,
	}},
	"LV": {
		rules: []rule{
			newYear, goodFriday, easterSunday, easterMonday, labourDay, on(time.May, 4), nth(2, time.Sunday, time.May), whitSunday,
			on(time.June, 23), on(time.June, 24), on(time.November, 18), christmasEve, christmas, boxingDay, on(time.December, 31),
		},
		observed: madeUp(on(time.May, 4), on(time.November, 18)),
	},
	"MT": {rules: []rule{
		newYear, on(time.February, 10), on(time.March, 19), on(time.March, 31), goodFriday, labourDay, on(time.June, 7), on(time.June, 29),
		assumption, on(time.September, 8), on(time.September, 21), immaculate, on(time.December, 13), christmas,
	}},
	// Good Friday and every 5 May: a period does not end on them (Algemene termijnenwet, art. 3).
	"NL": {rules: []rule{
		newYear, goodFriday, easterSunday, easterMonday, {day: kingsDay}, on(time.May, 5), ascension, whitSunday, whitMonday, christmas,
		boxingDay,
	}},
	"NO": {rules: []rule{
		newYear, maundyThursday, goodFriday, easterSunday, easterMonday, labourDay, on(time.May, 17), ascension, whitSunday, whitMonday,
		christmas, boxingDay,
	}},
	// Christmas Eve since 2025.
	"PL": {rules: []rule{
		newYear, epiphany, easterSunday, easterMonday, labourDay, on(time.May, 3), whitSunday, corpusChristi, assumption, allSaints,
		on(time.November, 11), christmasEve.since(2025), christmas, boxingDay,
	}},
	"PT": {rules: []rule{
		newYear, goodFriday, easterSunday, on(time.April, 25), labourDay, corpusChristi, on(time.June, 10), assumption, on(time.October, 5),
		allSaints, on(time.December, 1), immaculate, christmas,
	}},
	"RO": {rules: []rule{
		newYear, on(time.January, 2), epiphany, on(time.January, 7), on(time.January, 24), orthodoxFriday, orthodoxEaster, orthodoxMonday,
		labourDay, on(time.June, 1), orthodoxWhitSunday, orthodoxWhitMonday, assumption, on(time.November, 30), on(time.December, 1),
		christmas, boxingDay,
	}},
	// The eves of Midsummer, Christmas and New Year: a period does not end on them (lag 1930:173, 2 §).
	"SE": {rules: []rule{
		newYear, epiphany, goodFriday, easterSunday, easterMonday, labourDay, ascension, whitSunday, on(time.June, 6),
		from(time.Friday, time.June, 19), from(time.Saturday, time.June, 20), from(time.Saturday, time.October, 31), christmasEve, christmas,
		boxingDay, on(time.December, 31),
	}},
	"SI": {rules: []rule{
		newYear, on(time.January, 2), on(time.February, 8), easterSunday, easterMonday, on(time.April, 27), labourDay, on(time.May, 2),
		whitSunday, on(time.June, 25), assumption, on(time.October, 31), allSaints, christmas, boxingDay,
	}},
	// Days on which people work although they keep their name are not in: 1 September since 2024, 17 November since 2025,
	// 8 May and 15 September in 2026.
	"SK": {rules: []rule{
		newYear, epiphany, goodFriday, easterMonday, labourDay, victoryDay.except(2026), on(time.July, 5), on(time.August, 29),
		on(time.September, 15).except(2026), allSaints, on(time.November, 17).until(2024), christmasEve, christmas, boxingDay,
	}},
	// Federal holidays (5 U.S.C. 6103), and the days that are kept for those on a weekend.
	"US": {
		rules: []rule{
			newYear, nth(3, time.Monday, time.January), nth(3, time.Monday, time.February), last(time.Monday, time.May), on(time.June, 19),
			on(time.July, 4), nth(1, time.Monday, time.September), nth(2, time.Monday, time.October), on(time.November, 11),
			nth(4, time.Thursday, time.November), christmas,
		},
		observed: nearest,
	},
}

// saintBrigid is the first Monday of February, or its first day when that is a Friday.
func saintBrigid(year int) calendar.Date {
	first := calendar.NewDate(year, time.February, 1)
	if first.Weekday() == time.Friday {
		return first
	}
	return nth(1, time.Monday, time.February).day(year)
}

// kingsDay is 27 April, or the day before when that is a Sunday.
func kingsDay(year int) calendar.Date {
	day := calendar.NewDate(year, time.April, 27)
	if day.Weekday() == time.Sunday {
		return day.AddDays(-1)
	}
	return day
}
