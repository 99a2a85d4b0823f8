// (7) Private streams: an account's reports, balances and alerts, to the sockets that asked for them
// and hold the account. A message is encoded once for all sockets of an account.

import { formatAmount } from '#contracts/decimal.ts'
import type { BalanceChanged, ExecutionReport } from '#domain/event.ts'
import type { Catalogue } from '../catalogue.ts'
import type { BatchTime, PrivateStreams } from '../events/router.ts'
import type { Outbox } from './outbox.ts'

export const PRIVATE_CHANNELS = ['orders', 'balances', 'alerts'] as const
export type PrivateChannel = (typeof PRIVATE_CHANNELS)[number]

/** The registry of followers; it is what the event router sees of them. */
export interface PrivateHub extends PrivateStreams {
  readonly follow: (account: number, channel: PrivateChannel, follower: Outbox) => void
  readonly leave: (account: number, channel: PrivateChannel, follower: Outbox) => void
  readonly alert: (account: number, alert: unknown) => void
}

type Followers = Record<PrivateChannel, Set<Outbox>>

/** Makes an empty registry. */
export function createPrivateHub(catalogue: Catalogue): PrivateHub {
  const accounts = new Map<number, Followers>()
  const send = (account: number, channel: PrivateChannel, encode: () => object) => {
    const followers = accounts.get(account)?.[channel]
    if (followers === undefined || followers.size === 0) return
    const text = JSON.stringify(encode())
    for (const follower of followers) follower.send(text)
  }
  return {
    wants: (account) => accounts.has(account),
    report: (report, at) =>
      send(report.account, 'orders', () => reportMessage(report, at, catalogue)),
    balance: (change, at) =>
      send(change.account, 'balances', () => balanceMessage(change, at, catalogue)),
    alert: (account, alert) =>
      send(account, 'alerts', () => ({
        channel: 'alerts',
        type: 'alert',
        accountId: account,
        alert,
      })),
    follow: (account, channel, follower) => {
      const followers = accounts.get(account) ?? {
        orders: new Set(),
        balances: new Set(),
        alerts: new Set(),
      }
      followers[channel].add(follower)
      accounts.set(account, followers)
    },
    leave: (account, channel, follower) => {
      const followers = accounts.get(account)
      if (followers === undefined) return
      followers[channel].delete(follower)
      if (PRIVATE_CHANNELS.every((name) => followers[name].size === 0)) accounts.delete(account)
    },
  }
}

function reportMessage(report: ExecutionReport, at: BatchTime, catalogue: Catalogue): object {
  const listed = catalogue.byId(report.instrumentId)
  const price = (ticks: number) => (ticks === 0 ? null : (listed?.format.price(ticks) ?? null))
  const qty = (lots: number) => listed?.format.qty(lots) ?? '0'
  const quote = (minor: bigint) => listed?.format.quote(minor) ?? '0'
  const isTrade = report.execType === 'Trade'
  return {
    channel: 'orders',
    type: 'executionReport',
    accountId: report.account,
    report: {
      execType: report.execType,
      ordStatus: report.ordStatus,
      orderID: report.orderID,
      clOrdID: report.clOrdID,
      origClOrdID: report.origClOrdID === '' ? null : report.origClOrdID,
      execID: report.execID,
      tradeID: isTrade ? report.tradeID : null,
      symbol: listed?.instrument.symbol ?? null,
      side: report.side,
      ordType: report.ordType,
      timeInForce: report.timeInForce,
      price: price(report.price),
      stopPx: price(report.stopPx),
      orderQty: qty(report.orderQty),
      displayQty: report.displayQty === 0 ? null : qty(report.displayQty),
      lastQty: isTrade ? qty(report.lastQty) : null,
      lastPx: isTrade ? price(report.lastPx) : null,
      leavesQty: qty(report.leavesQty),
      cumQty: qty(report.cumQty),
      cumNotional: quote(report.cumNotional),
      lastNotional: isTrade ? quote(report.lastNotional) : null,
      fee: isTrade ? quote(report.fee) : null,
      feeAsset: listed?.instrument.quote.name ?? null,
      aggressor: isTrade ? report.aggressor : null,
      postOnly: report.postOnly,
      reduceOnly: report.reduceOnly,
      preventedQty: qty(report.preventedQty),
      rejectReason: report.rejectReason === 'None' ? null : report.rejectReason,
      seq: at.seq,
      transactTimeNs: at.timestampNs.toString(),
      traceId: report.traceId,
    },
  }
}

function balanceMessage(change: BalanceChanged, at: BatchTime, catalogue: Catalogue): object {
  const asset = catalogue.assetById(change.assetId)
  const amount = (minor: bigint) => formatAmount(minor, asset?.scale ?? 0)
  return {
    channel: 'balances',
    type: 'balance',
    accountId: change.account,
    asset: asset?.name ?? null,
    total: amount(change.balance),
    hold: amount(change.hold),
    available: amount(change.balance - change.hold),
    delta: amount(change.delta),
    reason: change.reason,
    seq: at.seq,
    traceId: change.traceId,
  }
}
