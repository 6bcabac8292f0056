// Makes templates/cldr.json: per locale only what differs from its parent.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'

const languages = ['en', 'pl', 'sl', 'ar', 'ru', 'de']
const base = new URL('./node_modules/', import.meta.url)
const read = path => JSON.parse(readFileSync(new URL(path, base)))
const parents = read('cldr-core/supplemental/parentLocales.json').supplemental.parentLocales.parentLocale
const systems = read('cldr-core/supplemental/numberingSystems.json').supplemental.numberingSystems

// The currencies that internal/money knows.
const money = readFileSync(new URL('../../internal/money/money.go', import.meta.url), 'utf8')
const currencies = [...new Set(money.match(/\b[A-Z]{3}\b/g))].sort()

const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

function full(locale) {
  const n = read(`cldr-numbers-full/main/${locale}/numbers.json`).main[locale].numbers
  const c = read(`cldr-numbers-full/main/${locale}/currencies.json`).main[locale].numbers.currencies
  const d = read(`cldr-dates-full/main/${locale}/ca-gregorian.json`).main[locale].dates.calendars.gregorian
  const system = n.defaultNumberingSystem
  const s = n[`symbols-numberSystem-${system}`]
  const f = n[`currencyFormats-numberSystem-${system}`]
  const a = d.dateTimeFormats.availableFormats
  const glue = d['dateTimeFormats-atTime'].standard.long
  return {
    digits: system === 'latn' ? '' : systems[system]._digits,
    decimal: s.currencyDecimal ?? s.decimal,
    group: s.currencyGroup ?? s.group,
    number_group: s.group,
    minus: s.minusSign,
    min_grouping: Number(n.minimumGroupingDigits),
    money: f.standard,
    money_alpha: f['standard-alphaNextToNumber'] ?? f.standard,
    months: Object.values(d.months.format.wide),
    days: weekdays.map(k => d.days.format.wide[k]),
    am: d.dayPeriods.format.abbreviated.am,
    pm: d.dayPeriods.format.abbreviated.pm,
    date: d.dateFormats.long,
    day: (a.MMMMEd ?? a.MMMEd).replace(/MMM+|LLL+/, 'MMMM').replace(/E+|c+/, 'EEEE'),
    time: d.timeFormats.short,
    glue: typeof glue === 'string' ? glue : glue._value,
    patterns: Object.fromEntries(currencies.filter(k => c[k]?.pattern).map(k => [k, c[k].pattern])),
    symbols: Object.fromEntries(currencies.filter(k => c[k]?.symbol && c[k].symbol !== k).map(k => [k, c[k].symbol])),
  }
}

function parentOf(locale, all) {
  if (languages.includes(locale)) return ''
  const p = parents[locale] ?? locale.split('-')[0]
  return all.includes(p) ? p : locale.split('-')[0]
}

// English in continental Europe keeps English numbers (1,234.50) although CLDR gives some of its countries the comma of
// their own language: an English sentence with "1.234,50" in it is misread. Dates stay the country's.
function settled(locale, all) {
  const row = full(locale)
  if (parentOf(locale, all) !== 'en-150' || row.decimal !== ',') return row
  const { decimal, group, number_group, money, money_alpha, patterns } = full('en-150')
  return { ...row, decimal, group, number_group, money, money_alpha, patterns }
}

function difference(child, parent) {
  const out = {}
  for (const [k, v] of Object.entries(child)) {
    if (k === 'symbols' || k === 'patterns') {
      const diff = {}
      for (const code of currencies) {
        const without = k === 'symbols' ? code : ''
        const [was, is] = [parent[k][code] ?? without, v[code] ?? without]
        if (was !== is) diff[code] = is
      }
      if (Object.keys(diff).length) out[k] = diff
    } else if (JSON.stringify(v) !== JSON.stringify(parent[k])) out[k] = v
  }
  return out
}

const all = readdirSync(new URL('cldr-numbers-full/main', base))
  .filter(l => languages.includes(l.split('-')[0]) && /^[a-z]+(-([A-Z]{2}|\d{3}))?$/.test(l)).sort()
const data = Object.fromEntries(all.map(l => [l, settled(l, all)]))
const lines = all.map(l => {
  const parent = parentOf(l, all)
  const row = parent ? { parent, ...difference(data[l], data[parent]) } : data[l]
  return `${JSON.stringify(l)}:${JSON.stringify(row)}`
})
writeFileSync(new URL('../../templates/cldr.json', import.meta.url), '{\n' + lines.join(',\n') + '\n}\n')
console.log(`${all.length} locales`)
