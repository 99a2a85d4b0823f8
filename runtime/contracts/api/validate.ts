// From schemas to checks: compiled once, the first problem as an InputError with its field.
// Query strings and path parameters are text: whole numbers and booleans are taken from it strictly
// (no '1e3', no ' 5', no ''), and nothing else is converted.

import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { ASSET_PATTERN, SYMBOL_PATTERN } from '#domain/instrument.ts'
import { type ErrorCode, InputError } from '../errors.ts'
import { DECIMAL_PATTERN } from './fields.ts'

/** Checks a value and answers it typed. Errors: InputError with code and field. */
export type Check<T extends TSchema> = (value: unknown) => Static<T>

/** Compiles the check of a schema. */
export function compileCheck<T extends TSchema>(schema: T): Check<T> {
  const compiled = Compile(schema)
  return (value) => {
    if (compiled.Check(value)) return value as Static<T>
    throw firstProblem(compiled.Errors(value))
  }
}

/** Compiles the check of a schema whose values arrive as text. */
export function compileTextCheck<T extends TSchema>(schema: T): Check<T> {
  const check = compileCheck(schema)
  const { properties = {} } = schema as { properties?: Record<string, { type?: string }> }
  return (value) => {
    const typed: Record<string, unknown> = {}
    for (const [name, raw] of Object.entries((value ?? {}) as Record<string, unknown>)) {
      typed[name] = fromText(properties[name]?.type, raw)
    }
    return check(typed)
  }
}

function fromText(type: string | undefined, raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  if (type === 'integer' && /^-?(?:0|[1-9][0-9]{0,15})$/.test(raw)) return Number(raw)
  if (type === 'boolean' && (raw === 'true' || raw === 'false')) return raw === 'true'
  return raw
}

interface Problem {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message: string
}

const CODE_OF_PATTERN: Readonly<Record<string, ErrorCode>> = {
  [DECIMAL_PATTERN]: 'TE_INPUT_DECIMAL',
  [SYMBOL_PATTERN]: 'TE_INPUT_SYMBOL',
  [ASSET_PATTERN]: 'TE_INPUT_FIELD',
}

function firstProblem(problems: readonly Problem[]): InputError {
  const problem = problems.find(({ keyword }) => keyword !== 'boolean')
  if (problem === undefined) return new InputError('TE_INPUT_BODY', 'malformed input')
  const { keyword, instancePath, message } = problem
  const params = problem.params as Record<string, unknown>
  const inside = instancePath.slice(1).replaceAll('/', '.')
  if (keyword === 'additionalProperties') {
    const [name = ''] = params['additionalProperties'] as string[]
    return new InputError('TE_INPUT_FIELD', 'unknown field', shown(join(inside, name)))
  }
  if (keyword === 'required') {
    const [name = ''] = params['requiredProperties'] as string[]
    const field = join(inside, name)
    return new InputError('TE_INPUT_FIELD', `${field} is missing`, field)
  }
  if (inside === '') return new InputError('TE_INPUT_BODY', message)
  const code = CODE_OF_PATTERN[String(params['pattern'])] ?? 'TE_INPUT_FIELD'
  const wanted = code === 'TE_INPUT_DECIMAL' ? 'must be a plain decimal such as "12.5"' : message
  return new InputError(code, `${shown(inside)} ${wanted}`, shown(inside))
}

const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`)

/** A name that a client made up: cut, so that an answer stays small. */
const shown = (name: string) => name.slice(0, 80)
