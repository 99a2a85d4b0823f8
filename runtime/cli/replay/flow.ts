// Recorded order flow in one shape, whatever its format. Prices and quantities are decimal strings.

/** One line of a recording; `line` counts from 1. */
export type FlowEvent = { readonly line: number; readonly timeMs: number } & (
  | {
      readonly kind: 'new'
      readonly id: string
      readonly side: Side
      readonly price: string
      readonly qty: string
    }
  /** The recording says so much is left after a fill. */
  | {
      readonly kind: 'left'
      readonly id: string
      readonly side: Side
      readonly price: string
      readonly qty: string
    }
  /** Cancelled with so much left. */
  | {
      readonly kind: 'cancel'
      readonly id: string
      readonly side: Side
      readonly price: string
      readonly qty: string
    }
  /** Cancelled in part, by so much. */
  | { readonly kind: 'reduce'; readonly id: string; readonly qty: string }
  /** A resting order traded with an aggressor that the recording does not name. */
  | {
      readonly kind: 'execute'
      readonly id: string
      readonly side: Side
      readonly price: string
      readonly qty: string
    }
  | { readonly kind: 'trade'; readonly price: string; readonly qty: string }
  | { readonly kind: 'book'; readonly bids: readonly Level[]; readonly asks: readonly Level[] }
)
export type Side = 'Buy' | 'Sell'
export type Level = readonly [price: string, qty: string]

/** A line that could not be read: reported and skipped. */
export interface FlowDefect {
  readonly line: number
  readonly reason: string
}

/** What a format gives: the instrument it needs, and a reader of its lines. */
export interface FlowFormat {
  readonly tickSize: string
  readonly lotSize: string
  read(text: string, line: number): FlowEvent | FlowDefect | null
}

export function isDefect(value: FlowEvent | FlowDefect): value is FlowDefect {
  return 'reason' in value
}
