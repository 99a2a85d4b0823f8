// InfluxDB's two little languages, written so that no value can become syntax: line protocol for
// points and InfluxQL literals for questions. What line protocol cannot carry (a line break or a
// trailing backslash in a name or tag) is a bug of the caller and asserts; nothing is cut silently.

import { assert } from '#domain/assert.ts'

/** A field: number = float, bigint = 64-bit integer, string = text. */
export type FieldValue = number | bigint | string

/** One point. Equal measurement, tags and time overwrite each other: that makes repeats harmless. */
export interface Point {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, FieldValue>>
  /** Nanoseconds since 1970, decimal digits. */
  readonly timeNs: string
}

const INT64_MAX = 2n ** 63n - 1n
const TIME = /^-?[0-9]{1,19}$/
const UNCARRIABLE = /\p{Cc}|\\$/u

/** Writes a point as one line, without the line break. */
export function encodePoint({ measurement, tags, fields, timeNs }: Point): string {
  let line = name(measurement, /[, ]/g)
  for (const key of Object.keys(tags).sort()) {
    const value = tags[key] ?? ''
    // An empty tag is no tag, on every version.
    if (value !== '') line += `,${tagText(key)}=${tagText(value)}`
  }
  const written = Object.entries(fields).map(([key, value]) => `${tagText(key)}=${field(value)}`)
  assert(written.length > 0, 'a point has a field')
  assert(TIME.test(timeNs), 'a point has a time in whole nanoseconds')
  return `${line} ${written.join(',')} ${timeNs}`
}

/** An InfluxQL string: 'it\'s'. */
export function quoteText(value: string): string {
  return `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`
}

/** An InfluxQL identifier: "interval". */
export function quoteName(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`
}

/** A key or value of a tag, or the key of a field. */
function tagText(value: string): string {
  return name(value, /[,= ]/g)
}

function name(value: string, special: RegExp): string {
  assert(value !== '' && !UNCARRIABLE.test(value), 'line protocol can carry the name')
  return value.replace(special, '\\$&')
}

function field(value: FieldValue): string {
  if (typeof value === 'string') return `"${value.replace(/[\\"]/g, '\\$&')}"`
  if (typeof value === 'number') {
    assert(Number.isFinite(value), 'a float field is finite')
    return String(value)
  }
  assert(value <= INT64_MAX && value >= -INT64_MAX, 'an integer field fits 64 bits')
  return `${value}i`
}
