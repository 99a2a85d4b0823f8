// The field kinds of the public API, as schemas: one source for validation, types and OpenAPI.
// Numbers that carry money, price or quantity do not exist here: they are decimal strings.

import { type TProperties, type TSchema, type TUnknown, Type } from 'typebox'
import { CLIENT_ID_PATTERN } from '#domain/client-id.ts'
import { ASSET_PATTERN, SYMBOL_PATTERN, TRADING_STATES } from '#domain/instrument.ts'
import { SIDES, STP_MODES } from '#domain/order.ts'

/** The one grammar of numbers that enter: what contracts/decimal.ts parses. */
export const DECIMAL_PATTERN = '^(?:0|[1-9][0-9]{0,18})(?:\\.[0-9]{1,18})?$'

/** An object that refuses what it does not know. */
export function strict<T extends TProperties>(properties: T, options: object = {}) {
  return Type.Object(properties, { additionalProperties: false, ...options })
}

/** An unsigned decimal string in a request. */
export const Decimal = (description = 'Plain decimal, no sign, no exponent') =>
  Type.String({ pattern: DECIMAL_PATTERN, maxLength: 38, description, examples: ['12.5'] })

/** A decimal string in an answer; may be negative. */
export const Amount = Type.String({ description: 'Decimal string', examples: ['12.5'] })
export const AmountOrNull = Type.Union([Amount, Type.Null()])

export const SymbolField = Type.String({
  pattern: SYMBOL_PATTERN,
  description: 'Instrument',
  examples: ['BTC-USD'],
})
export const AssetField = Type.String({ pattern: ASSET_PATTERN, examples: ['USD'] })
export const ClientId = Type.String({
  pattern: CLIENT_ID_PATTERN,
  description: 'Chosen by the client, unique per account: the idempotency key',
})
export const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
export const AccountId = Type.Integer({ minimum: 1, maximum: 4_294_967_295 })
export const SideField = Type.Enum([...SIDES])
export const StpModeField = Type.Enum([...STP_MODES])
export const TradingStateField = Type.Enum([...TRADING_STATES])
export const SeqField = Type.Integer({ description: 'Sequence in the command log' })
export const PpmField = Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 })

/** B6: no page is unbounded. */
export const Limit = (fallback: number, maximum = 1000) =>
  Type.Integer({ minimum: 1, maximum, default: fallback })
export const Cursor = Type.String({ pattern: '^[A-Za-z0-9_:.=-]{1,128}$' })
export const MinSeq = Type.Integer({
  minimum: 0,
  maximum: Number.MAX_SAFE_INTEGER,
  description: 'Answer only from a projection that has reached this sequence',
})
export const TimeMs = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })

export const ErrorSchema = Type.Object({
  error: Type.Object({
    code: Type.String({ examples: ['TE_INPUT_FIELD'] }),
    message: Type.String(),
    field: Type.Optional(Type.String()),
    requestId: Type.Optional(Type.String()),
  }),
  seq: Type.Optional(SeqField),
})

/**
 * The answers of a route for the documentation: the good one, and the shape of all others. Typed as
 * unknown on purpose: most answers are a function's, passed on; tests hold them to the schemas.
 */
export function answers(status: number, good: TSchema): Readonly<Record<string, TUnknown>> {
  const all: Record<string, TSchema> = { [status]: good, '4xx': ErrorSchema, '5xx': ErrorSchema }
  return all as Record<string, TUnknown>
}

/** For routes that answer 204. */
export const NoContent = Type.Null({ description: 'No body' })
