// Double entry: every movement of money is a transfer whose legs sum to zero per asset. A positive
// amount is a credit: the venue owes the account more. What clients own, EXTERNAL owes.

import { EXTERNAL_ACCOUNT, FEE_ACCOUNT } from './accounts.ts'
import { assert } from './assert.ts'

/** Kinds of transfers. The place in the list is the code in the journal: append only. */
export const LEDGER_KINDS = ['Trade', 'Fee', 'Deposit', 'Withdrawal', 'Settlement'] as const
export type LedgerKind = (typeof LEDGER_KINDS)[number]

/** One line of the journal; amount in minor units of the asset, signed, never zero. */
export interface Leg {
  readonly account: number
  readonly assetId: number
  readonly amount: bigint
}

/** One transfer: all of its legs, or none. */
export interface LedgerTransfer {
  readonly kind: LedgerKind
  readonly legs: readonly Leg[]
}

/** One side of a trade: who, and the fee that it pays (negative: a rebate that it gets). */
export interface TradeSide {
  readonly account: number
  readonly fee: bigint
}

/** A spot trade: amounts in minor units of their assets. */
export interface SpotTrade {
  readonly buyer: TradeSide
  readonly seller: TradeSide
  readonly baseAssetId: number
  readonly quoteAssetId: number
  readonly baseAmount: bigint
  readonly notional: bigint
}

/**
 * The transfers of one trade: quote from buyer to seller and base from seller to buyer in one, then
 * one for each side's fee. Amounts of zero leave no legs.
 */
export function postTrade(trade: SpotTrade): LedgerTransfer[] {
  const { buyer, seller, baseAssetId, quoteAssetId, baseAmount, notional } = trade
  const legs = [
    ...move(buyer.account, seller.account, quoteAssetId, notional),
    ...move(seller.account, buyer.account, baseAssetId, baseAmount),
  ]
  return [{ kind: 'Trade', legs }, ...postFees([buyer, seller], quoteAssetId)]
}

/** One transfer for each side's fee; all that a trade of a perpetual moves at once. */
export function postFees(sides: readonly TradeSide[], quoteAssetId: number): LedgerTransfer[] {
  return sides
    .filter(({ fee }) => fee !== 0n)
    .map(({ account, fee }) => ({
      kind: 'Fee',
      legs: move(account, FEE_ACCOUNT, quoteAssetId, fee),
    }))
}

/**
 * What a command on perpetuals has realised, paid by insurance and passed on, beyond its fees: the
 * rest of its balance changes in one transfer, the venue's clearing account among the legs.
 */
export function postSettlement(rest: readonly Leg[]): LedgerTransfer {
  const legs = rest.filter(({ amount }) => amount !== 0n)
  const sums = new Map<number, bigint>()
  for (const { assetId, amount } of legs) {
    sums.set(assetId, (sums.get(assetId) ?? 0n) + amount)
  }
  const isBalanced = [...sums.values()].every((sum) => sum === 0n)
  assert(isBalanced, 'what a command moves between balances sums to zero')
  return { kind: 'Settlement', legs }
}

/** Money from (positive) or to (negative) the world outside. */
export function postExternal(account: number, assetId: number, delta: bigint): LedgerTransfer {
  return {
    kind: delta > 0n ? 'Deposit' : 'Withdrawal',
    legs: move(EXTERNAL_ACCOUNT, account, assetId, delta),
  }
}

/** The two legs of a movement; a negative amount goes the other way. */
function move(from: number, to: number, assetId: number, amount: bigint): Leg[] {
  if (amount === 0n) return []
  return [
    { account: from, assetId, amount: -amount },
    { account: to, assetId, amount },
  ]
}
