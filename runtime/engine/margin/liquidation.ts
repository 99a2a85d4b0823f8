// Liquidate: whoever asks, the engine decides. An account whose equity is below its maintenance
// margin loses its open orders, then its positions to the market inside the band, then what is left
// of them to the opposite side (deleverage.ts); what it cannot pay, the insurance account pays.
//
// The order goes to the market only at prices at which account and insurance together can pay, so
// that no debt is left behind. A rare command, in bigint: nothing here is on the way of an order.

import { CLEARING_ACCOUNT, INSURANCE_ACCOUNT } from '#domain/accounts.ts'
import type { Liquidate } from '#domain/command.ts'
import type { Liquidated } from '#domain/event.ts'
import { PPM, roundDiv } from '#domain/fee.ts'
import { REJECT } from '../codes.ts'
import type { EngineState } from '../engine-state.ts'
import { STATE_OPEN } from '../instruments/instrument-state.ts'
import { NONE } from '../memory/slot-pool.ts'
import { Int64 } from '../money/int64.ts'
import { finishCommand } from '../orders/aftermath.ts'
import { cancelAll } from '../orders/mass-cancel.ts'
import { takerRateOf } from '../risk/pre-trade.ts'
import { deleverage } from './deleverage.ts'
import { equityOf, marginsBehind } from './equity.ts'
import { loadMaintenance, loadUnrealized } from './exposure-value.ts'
import { sendLiquidationOrder } from './liquidation-order.ts'
import { MARGIN } from './margins.ts'

/** One asset in which the account is below its maintenance margin. */
interface Shortage {
  readonly assetId: number
  readonly equity: bigint
  readonly maintenance: bigint
  /** Handles of its positions, by instrument. */
  readonly margins: readonly number[]
}

const register = new Int64()

/** Answers a code of REJECT_REASONS; 0 when done. */
export function liquidate(s: EngineState, command: Liquidate): number {
  const account = s.accounts.find(command.account)
  if (account === NONE) return REJECT.UnknownAccount
  if (command.account <= CLEARING_ACCOUNT) return REJECT.AccountBlocked
  const shortages = shortagesOf(s, account)
  if (shortages.length === 0) return REJECT.NotLiquidatable
  const held = shortages.flatMap(({ margins }) => margins.filter((m) => netQtyOf(s, m) !== 0))
  if (held.some((margin) => instrumentOf(s, margin).tradingState !== STATE_OPEN)) {
    return REJECT.TradingStateForbids
  }
  const canceledCount = cancelAll(s, account, 0, null)
  const ends = shortages.map((shortage) => resolve(s, account, shortage))
  finishCommand(s)
  for (const end of ends) {
    s.sink.rare({
      type: 'Liquidated',
      cmdIndex: s.cmdIndex,
      account: command.account,
      traceId: command.traceId,
      canceledCount,
      ...end,
    })
  }
  return 0
}

/** The assets in which equity is below maintenance margin, in the order of their ids. */
function shortagesOf(s: EngineState, account: number): Shortage[] {
  return s.assets.flatMap(({ assetId }) => {
    const balance = s.balances.find(account, assetId)
    if (balance === NONE) return []
    const margins = marginsBehind(s, balance)
    if (margins.length === 0) return []
    let maintenance = 0n
    for (const margin of margins) {
      loadMaintenance(s, instrumentOf(s, margin), margin, register)
      maintenance += register.toBigInt()
    }
    const equity = equityOf(s, balance)
    return equity < maintenance ? [{ assetId, equity, maintenance, margins }] : []
  })
}

/** Closes all positions in one asset, and lets the insurance pay what is then still owed. */
function resolve(
  s: EngineState,
  account: number,
  { assetId, equity, maintenance, margins }: Shortage,
): Omit<Liquidated, 'type' | 'cmdIndex' | 'account' | 'traceId' | 'canceledCount'> {
  for (const margin of margins) {
    if (netQtyOf(s, margin) !== 0) closeInMarket(s, margin)
  }
  let deleveragedQty = 0
  for (const margin of margins) {
    if (netQtyOf(s, margin) !== 0) deleveragedQty += deleverage(s, margin, meansWithout(s, margin))
  }
  const insurancePaid = insure(s, account, assetId)
  return {
    assetId,
    equityBefore: equity,
    maintenanceBefore: maintenance,
    insurancePaid,
    deleveragedQty,
  }
}

/** Immediate or cancel, reduce-only, inside the band. */
function closeInMarket(s: EngineState, margin: number): void {
  const worst = solventPrice(s, margin, meansWithout(s, margin))
  if (worst !== 0) sendLiquidationOrder(s, margin, worst)
}

/** The worst price at which the account, insured, can pay, fee included; null: any, 0: none. */
function solventPrice(s: EngineState, margin: number, means: bigint): number | null {
  const instrument = instrumentOf(s, margin)
  const netQty = netQtyOf(s, margin)
  const account = s.margins.get(margin, MARGIN.accountSlot)
  const ppm = BigInt(Math.max(takerRateOf(s, instrument, account), 0))
  const lots = BigInt(Math.abs(netQty)) * BigInt(instrument.notionalFactor)
  s.margins.load(margin, MARGIN.cost, register)
  const cost = register.toBigInt()
  if (netQty > 0) {
    const needed = cost - means
    if (needed <= 0n) return null
    if (ppm >= PPM) return 0
    const proceeds = roundDiv((needed + 1n) * PPM, PPM - ppm, 'Ceil')
    const price = roundDiv(proceeds, lots, 'Ceil')
    return price <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(price) : 0
  }
  const room = means - cost - 1n
  if (room <= 0n) return 0
  const price = (room * PPM) / (PPM + ppm) / lots
  return price <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(price) : null
}

/** Money besides a position: balance, what the other positions would bring, what insurance has. */
function meansWithout(s: EngineState, margin: number): bigint {
  const instrument = instrumentOf(s, margin)
  const own = equityOf(s, s.margins.get(margin, MARGIN.balance))
  loadUnrealized(s, instrument, margin, register)
  return own - register.toBigInt() + insuranceOf(s, instrument.quoteAssetId).funds
}

/** Pays an account's debt as far as the insurance reaches; answers how much that was. */
function insure(s: EngineState, account: number, assetId: number): bigint {
  const balance = s.balances.of(account, assetId)
  const insurance = insuranceOf(s, assetId)
  s.balances.loadBalance(balance, register)
  const owed = -register.toBigInt()
  const paid = owed < insurance.funds ? owed : insurance.funds
  if (paid <= 0n) return 0n
  register.setBigInt(paid)
  s.balances.credit(balance, register)
  s.balances.debit(insurance.balance, register)
  return paid
}

function insuranceOf(s: EngineState, assetId: number): { balance: number; funds: bigint } {
  const balance = s.balances.of(s.accounts.find(INSURANCE_ACCOUNT), assetId)
  s.balances.loadBalance(balance, register)
  return { balance, funds: register.toBigInt() }
}

function netQtyOf(s: EngineState, margin: number): number {
  return s.margins.getNumber(margin, MARGIN.netQty)
}

function instrumentOf(s: EngineState, margin: number) {
  return s.instrumentAt(s.margins.get(margin, MARGIN.instrumentId))
}
