// The naive engine's commands that travel seldom.

import type {
  AmendInstrument,
  CancelOrder,
  Command,
  ListInstrument,
  MassCancel,
  NewOrder,
  ReplaceOrder,
  Transfer,
} from '#domain/command.ts'
import type { Asset } from '#domain/instrument.ts'
import { isSoundListing, unitsOf } from '#domain/listing.ts'
import type { RejectReason } from '#domain/reject-reason.ts'
import { NO_INDICATION } from './naive-auction.ts'
import { cancelReplace } from './naive-cancel-replace.ts'
import type { NaiveEngine } from './naive-engine.ts'
import { cancelAll, passTime, setDeadMan } from './naive-lifetime.ts'
import { liquidate } from './naive-liquidation.ts'
import { available, keepsMarginSound, setMark } from './naive-margin.ts'
import { newOrderList } from './naive-order-list.ts'
import { setTradingState } from './naive-states.ts'
import { settleDependents } from './naive-triggers.ts'

export function admin(
  n: NaiveEngine,
  c: Exclude<Command, NewOrder | CancelOrder | ReplaceOrder>,
): void {
  const account = n.accounts.get(c.account)
  switch (c.type) {
    case 'OpenAccount':
      n.openAccount(c.account)
      return n.accountChanged(c.account)
    case 'Credit':
    case 'Debit':
      return transfer(n, c)
    case 'SetLimits':
      if (account === undefined) return n.refuse(c, 'UnknownAccount')
      if (c.maxOpenOrders !== null) account.maxOpenOrders = c.maxOpenOrders
      if (c.maxPosition !== null)
        account.maxPosition.set(c.maxPosition.instrumentId, c.maxPosition.lots)
      account.time.maxOrdersPerSecond = c.maxOrdersPerSecond ?? account.time.maxOrdersPerSecond
      return n.accountChanged(c.account)
    case 'SetFeeTier':
      if (account === undefined) return n.refuse(c, 'UnknownAccount')
      Object.assign(account, { makerFeePpm: c.makerFeePpm, takerFeePpm: c.takerFeePpm })
      return n.accountChanged(c.account)
    case 'SetKillSwitch':
      if (c.account === 0) {
        n.venueHalted = c.engaged
        n.rare({ type: 'VenueChanged', account: 0, killSwitch: c.engaged })
        return
      }
      if (account === undefined) return n.refuse(c, 'UnknownAccount')
      account.killSwitch = c.engaged
      return n.accountChanged(c.account)
    case 'MassCancel':
      return massCancel(n, c)
    case 'NewOrderList':
      return newOrderList(n, c)
    case 'CancelReplace':
      return cancelReplace(n, c)
    case 'SetDeadMan':
      return setDeadMan(n, c)
    case 'Clock':
      return passTime(n)
    case 'SetMark':
      return setMark(n, c)
    case 'Liquidate':
      return liquidate(n, c)
    case 'ListInstrument':
      return list(n, c)
    case 'SetTradingState':
      return setTradingState(n, c)
    case 'AmendInstrument': {
      const instrument = n.instruments[c.instrumentId - 1]
      if (instrument === undefined) return n.refuse(c, 'UnknownInstrument')
      if (!keepsMarginSound(instrument, c) || !isWithinBounds(c)) {
        return n.refuse(c, 'InvalidTransition')
      }
      const { type: _type, account: _account, traceId: _trace, ...changes } = c
      const set = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null))
      instrument.definition = { ...instrument.definition, ...set }
      n.rare({
        type: 'InstrumentChanged',
        account: c.account,
        instrument: instrument.definition,
      })
      return
    }
    default:
      return
  }
}

/** Bands below the whole price, fees of at most the notional, limits of nothing or more. */
function isWithinBounds(c: AmendInstrument): boolean {
  const bands = [c.priceBandPpm ?? 0, c.volatilityGuard?.bandPpm ?? 0]
  const fees = [c.makerFeePpm ?? 0, c.takerFeePpm ?? 0]
  const limits = [c.maxOpenOrders ?? 0, c.maxPosition ?? 0]
  return (
    bands.every((ppm) => ppm >= 0 && ppm < 1_000_000) &&
    fees.every((ppm) => ppm >= -1_000_000 && ppm <= 1_000_000) &&
    limits.every((limit) => limit >= 0)
  )
}

export function transfer(n: NaiveEngine, c: Transfer): void {
  const asset = n.assets.find((known) => known.name === c.asset)
  if (!n.accounts.has(c.account)) return n.refuse(c, 'UnknownAccount')
  if (c.account <= 4 && c.account !== 3) return n.refuse(c, 'AccountBlocked')
  if (asset === undefined) return n.refuse(c, 'UnknownAsset')
  const key = `${c.account}:${c.transferId}`
  const first = n.transferIds.get(key)
  if (first === false) return n.refuse(c, 'DuplicateTransferId')
  const { balance, hold } = n.of(c.account, asset.assetId)
  const common = { assetId: asset.assetId, reason: c.type, transferId: c.transferId }
  if (first === true) {
    n.balanceChanged({
      ...common,
      account: c.account,
      delta: 0n,
      balance,
      hold,
      duplicate: true,
    })
    return
  }
  let reason: RejectReason = 'None'
  if (c.amount <= 0n || c.amount >= 2n ** 63n) reason = 'InvalidAmount'
  else if (c.type === 'Debit' && available(n, c.account, asset.assetId) < c.amount)
    reason = 'InsufficientFunds'
  else if (
    c.type === 'Credit' &&
    n.of(1, asset.assetId).balance - c.amount < -(2n ** 63n - 2n ** 61n)
  ) {
    reason = 'Overflow'
  }
  n.transferIds.set(key, reason === 'None')
  if (reason !== 'None') return n.refuse(c, reason)
  const delta = c.type === 'Credit' ? c.amount : -c.amount
  for (const [account, change] of [
    [c.account, delta],
    [1, -delta],
  ] as const) {
    n.changeBalance(account, asset.assetId, change)
    const now = n.of(account, asset.assetId)
    n.balanceChanged({ ...common, account, delta: change, ...now, duplicate: false })
  }
  n.touched.clear()
}

export function massCancel(n: NaiveEngine, c: MassCancel): void {
  if (!n.accounts.has(c.account)) return n.refuse(c, 'UnknownAccount')
  const instrument = n.instruments[c.instrumentId - 1]
  if (c.instrumentId !== 0) {
    if (instrument === undefined) return n.refuse(c, 'UnknownInstrument')
    if (instrument.definition.tradingState === 'Closed') return n.refuse(c, 'TradingStateForbids')
  }
  const canceledCount = cancelAll(n, c.account, instrument ?? null, c.side)
  settleDependents(n)
  n.reportBalances()
  n.rare({
    type: 'MassCanceled',
    account: c.account,
    instrumentId: c.instrumentId,
    side: c.side,
    clOrdID: c.clOrdID,
    canceledCount,
  })
}

export function list(n: NaiveEngine, c: ListInstrument): void {
  const units = unitsOf(c)
  if (units === null || !isSoundListing(c, units.lotBaseMinor)) return n.refuse(c, 'InvalidListing')
  if (n.instruments.some((i) => i.definition.symbol === c.symbol)) {
    return n.refuse(c, 'DuplicateInstrument')
  }
  const asset = (name: string, scale: number): Asset => {
    const known = n.assets.find((a) => a.name === name)
    if (known !== undefined) return known
    const added = { assetId: n.assets.length + 1, name, scale }
    n.assets.push(added)
    return added
  }
  const {
    type: _type,
    account,
    traceId: _trace,
    baseAsset,
    quoteAsset,
    baseScale,
    quoteScale,
    volatilityGuard,
    ...terms
  } = c
  const definition = {
    ...terms,
    ...units,
    ...(volatilityGuard ? { volatilityGuard } : {}),
    instrumentId: n.instruments.length + 1,
    base: asset(baseAsset, baseScale),
    quote: asset(quoteAsset, quoteScale),
  }
  n.instruments.push({
    definition,
    open: [],
    waiting: [],
    lastPrice: 0,
    lastTradeID: 0,
    guardPrice: 0,
    indication: NO_INDICATION,
  })
  n.rare({ type: 'InstrumentChanged', account, instrument: definition })
}
