// Reads the parameters of a request field by field: wrong types, unknown fields and values out of
// bounds are TE_INPUT_FIELD with the field's name. Only own properties count, so `__proto__` is a
// field like any other (an unknown one).

import { SYMBOL_PATTERN } from '#domain/instrument.ts'
import { InputError } from './errors.ts'

/** A reader over one JSON object; every field that is read is known, `end` refuses the rest. */
export interface Params {
  readonly text: (name: string, bounds: TextBounds) => string
  readonly optionalText: (name: string, bounds: TextBounds) => string | undefined
  readonly integer: (name: string, bounds: IntegerBounds) => number
  readonly optionalInteger: (name: string, bounds: IntegerBounds) => number | undefined
  /** A decimal as text; contracts/decimal.ts says whether it is one. */
  readonly decimal: (name: string) => string
  readonly oneOf: <T extends string>(name: string, set: readonly T[]) => T
  readonly optionalOneOf: <T extends string>(name: string, set: readonly T[]) => T | undefined
  /** A list of different members of a closed set. */
  readonly someOf: <T extends string>(name: string, set: readonly T[]) => T[]
  readonly symbol: (name?: string) => string
  readonly optionalSymbol: (name?: string) => string | undefined
  readonly accountId: () => number
  readonly minSeq: () => number | undefined
  /** Errors: TE_INPUT_FIELD for a field that nobody read. */
  readonly end: () => void
}

interface TextBounds {
  readonly max: number
  readonly min?: number
  readonly pattern?: RegExp
}
interface IntegerBounds {
  readonly min: number
  readonly max: number
}

const SYMBOL: TextBounds = { min: 5, max: 25, pattern: new RegExp(SYMBOL_PATTERN) }
const DECIMAL: TextBounds = { min: 1, max: 40 }
const SAFE: IntegerBounds = { min: 1, max: Number.MAX_SAFE_INTEGER }

/** Starts reading. Errors: TE_INPUT_BODY when the value is no object. */
export function readParams(value: unknown): Params {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InputError('TE_INPUT_BODY', 'parameters are one JSON object')
  }
  const fields = new Map<string, unknown>(Object.entries(value))
  const read = new Set<string>()
  // null is how JSON says that something is missing.
  const take = (name: string): unknown => {
    read.add(name)
    return fields.get(name) ?? undefined
  }
  const optional = <T>(name: string, parse: (given: unknown) => T): T | undefined => {
    const given = take(name)
    return given === undefined ? undefined : parse(given)
  }
  const required = <T>(name: string, parse: (given: unknown) => T): T => {
    const given = take(name)
    if (given === undefined) throw bad(name, `${name} is missing`)
    return parse(given)
  }
  const text = (name: string, bounds: TextBounds) => (given: unknown) =>
    parseText(name, given, bounds)
  const integer = (name: string, bounds: IntegerBounds) => (given: unknown) =>
    parseInteger(name, given, bounds)
  const oneOf =
    <T extends string>(name: string, set: readonly T[]) =>
    (given: unknown) =>
      parseMember(name, given, set)
  return {
    text: (name, bounds) => required(name, text(name, bounds)),
    optionalText: (name, bounds) => optional(name, text(name, bounds)),
    integer: (name, bounds) => required(name, integer(name, bounds)),
    optionalInteger: (name, bounds) => optional(name, integer(name, bounds)),
    decimal: (name) => required(name, text(name, DECIMAL)),
    oneOf: (name, set) => required(name, oneOf(name, set)),
    optionalOneOf: (name, set) => optional(name, oneOf(name, set)),
    someOf: (name, set) => required(name, (given) => parseMembers(name, given, set)),
    symbol: (name = 'symbol') => required(name, text(name, SYMBOL)),
    optionalSymbol: (name = 'symbol') => optional(name, text(name, SYMBOL)),
    accountId: () => required('accountId', integer('accountId', SAFE)),
    minSeq: () => optional('minSeq', integer('minSeq', { ...SAFE, min: 0 })),
    end: () => {
      for (const name of fields.keys()) {
        if (!read.has(name)) throw bad(name.slice(0, 64), 'unknown field')
      }
    },
  }
}

function bad(field: string, message: string): InputError {
  return new InputError('TE_INPUT_FIELD', message, field)
}

function parseText(name: string, given: unknown, { min = 1, max, pattern }: TextBounds): string {
  if (typeof given !== 'string') throw bad(name, `${name} must be text`)
  if (given.length < min || given.length > max) {
    throw bad(name, `${name} must have ${min} to ${max} characters`)
  }
  if (pattern !== undefined && !pattern.test(given)) throw bad(name, `${name} is malformed`)
  return given
}

function parseInteger(name: string, given: unknown, { min, max }: IntegerBounds): number {
  if (typeof given !== 'number' || !Number.isSafeInteger(given) || given < min || given > max) {
    throw bad(name, `${name} must be an integer from ${min} to ${max}`)
  }
  return given
}

function parseMember<T extends string>(name: string, given: unknown, set: readonly T[]): T {
  const member = set.find((value) => value === given)
  if (member === undefined) throw bad(name, `${name} must be one of ${set.join(', ')}`)
  return member
}

function parseMembers<T extends string>(name: string, given: unknown, set: readonly T[]): T[] {
  if (!Array.isArray(given) || given.length === 0 || given.length > set.length) {
    throw bad(name, `${name} must be a list of ${set.join(', ')}`)
  }
  const members = given.map((value: unknown) => parseMember(name, value, set))
  if (new Set(members).size !== members.length) throw bad(name, `${name} repeats a member`)
  return members
}
