// How a script calls what the engine knows by number: accounts and instruments.

import type { StepDecimal } from '#contracts/decimal-steps.ts'
import type { Instrument } from '#domain/instrument.ts'

/** Accounts 1, 2, 3 ... of a script stand for the engine's clients; 0 is nobody. */
export const ACCOUNT_OFFSET = 999
export const ACCOUNT_MAX = 4_294_967_295 - ACCOUNT_OFFSET

/** The venue's own accounts, by number. */
export const VENUE_ACCOUNTS = ['', 'external', 'fees', 'insurance', 'clearing'] as const

/** How an account of the engine is called in a script, as JSON: its number, or the venue's role. */
export function accountText(account: number): string {
  if (account === 0) return '0'
  const role = VENUE_ACCOUNTS[account]
  return role === undefined ? String(account - ACCOUNT_OFFSET) : `"${role}"`
}

/** An instrument and its two conversions. */
export interface ScriptInstrument {
  readonly definition: Instrument
  readonly price: StepDecimal
  readonly qty: StepDecimal
}

/** What the commands refer to. */
export interface Names {
  bySymbol(symbol: string): ScriptInstrument | undefined
  byId(instrumentId: number): ScriptInstrument | undefined
  scaleOf(asset: string): number | undefined
  /** The instrument of an open order of an account (the engine's number). */
  ofOrder(account: number, orderID: number, clOrdID: string): ScriptInstrument | undefined
}
