// Makes templates/testdata/intl.json: what Node's Intl says, for the formatter's test to agree with.
import { mkdirSync, writeFileSync } from 'node:fs'

const locales = ['en', 'en-US', 'en-GB', 'en-IE', 'en-IN', 'en-150', 'en-AE', 'pl', 'pl-PL', 'sl-SI', 'ar', 'ar-AE', 'ar-EG', 'ar-SA',
  'ar-MA', 'ru-RU', 'ru-KZ', 'de', 'de-DE', 'de-AT', 'de-CH', 'de-LI']
const amounts = [['PLN', 9479], ['PLN', 123450], ['PLN', 1234567], ['EUR', 5], ['EUR', -3990], ['EUR', 123456789], ['USD', 100], ['JPY', 12345],
  ['KWD', 1234567], ['CHF', 4250], ['RUB', 250000], ['AED', 19900], ['EGP', 129900], ['GBP', -99]]
const exponent = { JPY: 0, KWD: 3 }
const times = ['2026-01-05T00:05:00Z', '2026-03-04T09:30:00Z', '2026-05-31T12:00:00Z', '2026-11-23T17:00:00Z', '2026-12-31T23:59:00Z']
const counts = [0, 1, 2, 3, 5, 11, 21, 100, 101, 102]

const rows = []
const add = (locale, kind, input, want) => rows.push({ locale, kind, input: String(input), want })
for (const locale of locales) {
  for (const [currency, minor] of amounts) {
    const digits = exponent[currency] ?? 2
    const format = new Intl.NumberFormat(locale, { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits })
    add(locale, 'money', `${minor} ${currency}`, format.format(minor / 10 ** digits))
  }
  for (const n of [0, 7, 1234, 12345, 1234567]) add(locale, 'number', n, new Intl.NumberFormat(locale).format(n))
  for (const t of times) {
    const at = options => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', calendar: 'gregory', ...options }).format(new Date(t))
    add(locale, 'date', t, at({ dateStyle: 'long' }))
    add(locale, 'time', t, at({ timeStyle: 'short' }))
    add(locale, 'datetime', t, at({ dateStyle: 'long', timeStyle: 'short' }))
    add(locale, 'day', t, at({ weekday: 'long', day: 'numeric', month: 'long' }))
  }
}
const plurals = {}
for (const language of ['en', 'pl', 'sl', 'ar', 'ru', 'de']) {
  plurals[language] = Object.fromEntries(counts.map(n => [n, new Intl.PluralRules(language).select(n)]))
}
mkdirSync(new URL('../../templates/testdata/', import.meta.url), { recursive: true })
const lines = rows.map(r => JSON.stringify(r)).join(',\n')
writeFileSync(new URL('../../templates/testdata/intl.json', import.meta.url),
  `{"cldr":"${process.versions.cldr}","plurals":${JSON.stringify(plurals)},"rows":[\n${lines}\n]}\n`)
console.log(`${rows.length} rows, CLDR ${process.versions.cldr}`)
