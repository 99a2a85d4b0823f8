// No value can become syntax: a corpus of hostile texts, written and read back by a parser of its own.

import test from 'ava'
import { encodePoint, quoteName, quoteText } from '#adapters/influx/index.ts'

const HOSTILE = [
  'a,b',
  'a=b',
  'a b',
  'a,tag=x value=1 5',
  ' leading',
  'trailing ',
  'a"b',
  "it's",
  "x' OR '1'='1",
  "'; DROP MEASUREMENT trades; --",
  'a\\,b',
  'a\\ b',
  'a\\\\=b',
  'ünïcødé €',
  '🚀',
  '#comment',
  '\u202e',
]
const UNCARRIABLE = ['', 'a\nb', 'a\r', '\u0000', 'ends\\', 'a\tb']

const point = { measurement: 'm', tags: { t: 'v' }, fields: { f: 1 }, timeNs: '1' }

test('a hostile tag value comes back as it was and adds no tag, field or line', (t) => {
  for (const value of HOSTILE) {
    const line = encodePoint({ ...point, tags: { t: value } })
    t.deepEqual(parse(line), { measurement: 'm', tags: [['t', value]], fields: 'f=1', time: '1' })
  }
})

test('a hostile measurement or tag key comes back as it was', (t) => {
  for (const value of HOSTILE.filter((v) => !v.includes('='))) {
    t.is(parse(encodePoint({ ...point, measurement: value })).measurement, value)
  }
  for (const value of HOSTILE) {
    t.is(parse(encodePoint({ ...point, tags: { [value]: 'v' } })).tags[0]?.[0], value)
  }
})

test('what line protocol cannot carry is refused, never cut', (t) => {
  for (const value of UNCARRIABLE) {
    t.throws(() => encodePoint({ ...point, measurement: value }))
    if (value !== '') t.throws(() => encodePoint({ ...point, tags: { t: value } }))
    t.throws(() => encodePoint({ ...point, fields: { [value]: 1 } }))
  }
  t.throws(() => encodePoint({ ...point, timeNs: '1 m f=1 2' }))
  t.throws(() => encodePoint({ ...point, fields: {} }))
  for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, 2n ** 63n]) {
    t.throws(() => encodePoint({ ...point, fields: { f: bad } }))
  }
})

test('a text field keeps its quotes and backslashes inside', (t) => {
  const line = encodePoint({ ...point, fields: { f: 'a"b\\c,d e=f' } })
  t.is(line, 'm,t=v f="a\\"b\\\\c,d e=f" 1')
})

test('numbers are floats, bigints integers, and an empty tag is no tag', (t) => {
  const fields = { i: 2n ** 53n + 1n, f: 0.1 }
  t.is(encodePoint({ ...point, tags: { t: '' }, fields }), 'm i=9007199254740993i,f=0.1 1')
})

test('InfluxQL literals end where they end', (t) => {
  t.is(quoteText("x' OR '1'='1"), "'x\\' OR \\'1\\'=\\'1'")
  t.is(quoteText('a\\'), "'a\\\\'")
  t.is(quoteName('a"b'), '"a\\"b"')
})

/** Reads one line as the server does: a backslash escapes the special character behind it. */
function parse(line: string) {
  const parts = splitAt(line, ' ')
  const [measurement = '', ...tags] = splitAt(parts[0] ?? '', ',')
  return {
    measurement: unescape(measurement),
    tags: tags.map((tag) => splitAt(tag, '=').map(unescape)),
    fields: parts[1],
    time: parts[2],
  }
}

function splitAt(text: string, separator: string): string[] {
  const parts = ['']
  for (let i = 0; i < text.length; i++) {
    const isEscape = text[i] === '\\' && /[,= ]/.test(text[i + 1] ?? '')
    if (isEscape) parts.push(`${parts.pop()}${text[i]}${text[++i]}`)
    else if (text[i] === separator) parts.push('')
    else parts.push(`${parts.pop()}${text[i]}`)
  }
  return parts
}

function unescape(text: string): string {
  return text.replace(/\\([,= ])/g, '$1')
}
