// Reads the fields of one JSON command of the scripted driver. Every field is named by a rule of the
// command; one that no rule has asked for, or that stands there twice, makes the line malformed.

import { parseAmount } from '#contracts/decimal.ts'
import { InputError } from '#contracts/errors.ts'
import { CLIENT_ID_PATTERN } from '#domain/client-id.ts'
import { NO_TRACE } from '#engine/words.ts'

const CLIENT_ID = new RegExp(CLIENT_ID_PATTERN)
const TRACE_ID = /^[0-9a-f]{32}$/

/** The object of a line. Errors: InputError when it is none, or says a key twice. */
export function parseLine(line: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw new InputError('TE_INPUT_JSON', 'the line is no JSON')
  }
  if (!isObject(value)) throw new InputError('TE_INPUT_JSON', 'a command is a JSON object')
  if (countKeys(line) !== countParsedKeys(value)) {
    throw new InputError('TE_INPUT_JSON', 'a key is repeated')
  }
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Keys that a JSON text spells out: strings that a colon follows. */
function countKeys(text: string): number {
  let keys = 0
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at)) {
    at++
    while (text.charCodeAt(at) !== 34) at += text.charCodeAt(at) === 92 ? 2 : 1
    at++
    while (text.charCodeAt(at) <= 32) at++
    if (text.charCodeAt(at) === 58) keys++
  }
  return keys
}

function countParsedKeys(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value)
  let keys = Array.isArray(value) ? 0 : inside.length
  for (const item of inside) if (typeof item === 'object') keys += countParsedKeys(item)
  return keys
}

/** The fields of one command; `end` says whether all of them were asked for. */
export class Fields {
  readonly #names: readonly string[]
  readonly #values: readonly unknown[]
  #left: number

  /** Names are unique. */
  constructor(names: readonly string[], values: readonly unknown[]) {
    this.#names = names
    this.#values = values
    this.#left = names.length
  }

  static of(object: Record<string, unknown>): Fields {
    return new Fields(Object.keys(object), Object.values(object))
  }

  #find(name: string): unknown {
    const names = this.#names
    for (let i = 0; i < names.length; i++) if (names[i] === name) return this.#values[i]
    return undefined
  }

  /** The raw value, counted as read; undefined when absent. */
  take(name: string): unknown {
    const value = this.#find(name)
    if (value !== undefined) this.#left--
    return value
  }

  has(name: string): boolean {
    return this.#find(name) !== undefined
  }

  /** Errors: TE_INPUT_FIELD when a field is left that no rule has read. */
  end(known: readonly string[]): void {
    if (this.#left === 0) return
    const odd = this.#names.find((name) => !known.includes(name))
    throw bad(odd ?? 'type', `unknown field ${odd ?? ''}`)
  }

  isNull(name: string): boolean {
    return this.#find(name) === null
  }

  isText(name: string): boolean {
    return typeof this.#find(name) === 'string'
  }

  /** An object of its own fields. */
  object(name: string): Fields {
    const value = this.take(name)
    if (!isObject(value)) throw bad(name, `${name} must be an object`)
    return Fields.of(value)
  }

  objects(name: string, max: number): Fields[] {
    const values = this.take(name)
    if (!Array.isArray(values) || values.length > max || !values.every(isObject)) {
      throw bad(name, `${name} must be a list of at most ${max} objects`)
    }
    return values.map((value) => Fields.of(value))
  }

  text(name: string, pattern: RegExp | null, fallback?: string): string {
    const value = this.take(name)
    if (value === undefined && fallback !== undefined) return fallback
    if (typeof value !== 'string') throw bad(name, `${name} must be a string`)
    if (pattern !== null && !pattern.test(value)) throw bad(name, `${name} is malformed`)
    return value
  }

  /** clOrdID, origClOrdID, transferId. */
  id(name: string, fallback?: string): string {
    return this.text(name, CLIENT_ID, fallback)
  }

  trace(): string {
    return this.text('traceId', TRACE_ID, NO_TRACE)
  }

  integer(name: string, min: number, max: number, fallback?: number): number {
    const value = this.take(name)
    if (value === undefined && fallback !== undefined) return fallback
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      throw bad(name, `${name} must be an integer from ${min} to ${max}`)
    }
    return value
  }

  /** An integer, or null where the field is absent or null. */
  integerOrNull(name: string, min: number, max: number): number | null {
    if (!this.isNull(name)) return this.has(name) ? this.integer(name, min, max) : null
    this.take(name)
    return null
  }

  /** A point in time: a decimal string, or a number that JSON can carry; undefined when absent. */
  nanoseconds(name: string): bigint | undefined {
    if (!this.has(name)) return undefined
    if (!this.isText(name)) return BigInt(this.integer(name, 0, Number.MAX_SAFE_INTEGER))
    return parseAmount(this.take(name) as string, 0, name)
  }

  flag(name: string, fallback?: boolean): boolean {
    const value = this.take(name)
    if (value === undefined && fallback !== undefined) return fallback
    if (typeof value !== 'boolean') throw bad(name, `${name} must be true or false`)
    return value
  }

  oneOf<T extends string>(name: string, set: readonly T[], fallback?: T): T {
    const value = this.take(name)
    if (value === undefined && fallback !== undefined) return fallback
    if (!(set as readonly unknown[]).includes(value)) {
      throw bad(name, `${name} must be one of ${set.join(', ')}`)
    }
    return value as T
  }
}

export function bad(field: string, message: string): InputError {
  return new InputError('TE_INPUT_FIELD', message, field)
}

/** A text as JSON in ASCII, so that the output has one byte a character whatever the input held. */
export function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
