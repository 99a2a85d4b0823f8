// The engine's events as lines of JSON, in the words of the order semantics; prices, quantities and
// amounts as decimal strings. Lines are built by hand: every text in them is of a closed alphabet.

import { formatMoney, StepDecimal } from '#contracts/decimal-steps.ts'
import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import type { RareEvent } from '#domain/event.ts'
import type { Asset } from '#domain/instrument.ts'
import {
  EXEC_TYPES,
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
} from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'
import type { BalanceChangedRecord, EventSink, ExecutionReportRecord } from '#engine/event-sink.ts'
import { idToText, traceToText } from '#engine/words.ts'
import { ACCOUNT_OFFSET, type ScriptInstrument } from './driver-commands.ts'

const VENUE_ACCOUNTS = ['0', '"external"', '"fees"', '"insurance"']
/** For an instrument that is not known: numbers as they are. */
const PLAIN = new StepDecimal('1')

/** How an account of the engine is called in a script: its number, or the venue's role. */
export function accountText(account: number): string {
  return VENUE_ACCOUNTS[account] ?? String(account - ACCOUNT_OFFSET)
}

/** Collects the lines of the events. */
export class ScriptSink implements EventSink {
  text = ''
  seq = 0
  now = 0n
  /** By id. */
  readonly instruments: (ScriptInstrument | undefined)[] = []
  readonly assets: (Asset | undefined)[] = []

  executionReport(r: ExecutionReportRecord): void {
    const known = this.instruments[r.instrumentId]
    const price = known?.price ?? PLAIN
    const qty = known?.qty ?? PLAIN
    const scale = known?.definition.quote.scale ?? 0
    this.text +=
      `{"event":"ExecutionReport","seq":${this.seq},"account":${accountText(r.account)},` +
      `"symbol":"${known?.definition.symbol ?? ''}","execType":"${EXEC_TYPES[r.execType]}",` +
      `"ordStatus":"${ORD_STATUSES[r.ordStatus]}","orderID":${r.orderID},` +
      `"clOrdID":"${idToText(r.clOrdID)}","origClOrdID":"${idToText(r.origClOrdID)}",` +
      `"execID":${r.execID},"tradeID":${r.tradeID},"side":"${SIDES[r.side]}",` +
      `"ordType":"${ORD_TYPES[r.ordType]}","timeInForce":"${TIMES_IN_FORCE[r.timeInForce]}",` +
      `"stpMode":"${STP_MODES[r.stpMode]}","postOnly":${r.postOnly},` +
      `"reduceOnly":${r.reduceOnly},"price":"${price.format(r.price)}",` +
      `"stopPx":"${price.format(r.stopPx)}","orderQty":"${qty.format(r.orderQty)}",` +
      `"displayQty":"${qty.format(r.displayQty)}","lastQty":"${qty.format(r.lastQty)}",` +
      `"lastPx":"${price.format(r.lastPx)}","leavesQty":"${qty.format(r.leavesQty)}",` +
      `"cumQty":"${qty.format(r.cumQty)}","preventedQty":"${qty.format(r.preventedQty)}",` +
      `"lastNotional":"${formatMoney(r.amounts[0] as bigint, scale)}",` +
      `"cumNotional":"${formatMoney(r.amounts[1] as bigint, scale)}",` +
      `"fee":"${formatMoney(r.amounts[2] as bigint, scale)}",` +
      `"feeAsset":"${known?.definition.quote.name ?? ''}","aggressor":${r.aggressor},` +
      `"rejectReason":"${REJECT_REASONS[r.rejectReason]}","transactTimeNs":"${this.now}",` +
      `"traceId":"${traceToText(r.traceId)}"}\n`
  }

  balanceChanged(c: BalanceChangedRecord): void {
    const asset = this.assets[c.assetId]
    const scale = asset?.scale ?? 0
    const [delta, balance, hold] = c.amounts as unknown as [bigint, bigint, bigint]
    this.text +=
      `{"event":"BalanceChanged","seq":${this.seq},"account":${accountText(c.account)},` +
      `"asset":"${asset?.name ?? ''}","reason":"${BALANCE_REASONS[c.reason]}",` +
      `"delta":"${formatMoney(delta, scale)}","balance":"${formatMoney(balance, scale)}",` +
      `"hold":"${formatMoney(hold, scale)}","available":"${formatMoney(balance - hold, scale)}",` +
      `"transferId":"${idToText(c.transferId)}","duplicate":${c.duplicate},` +
      `"transactTimeNs":"${this.now}","traceId":"${traceToText(c.traceId)}"}\n`
  }

  rare(event: RareEvent): void {
    if (event.type === 'InstrumentChanged') this.#learn(event.instrument)
    this.write(event.type, event.account, event.traceId, this.#bodyOf(event))
  }

  /** A line of another event. `body` starts with a comma or is empty. */
  write(name: string, account: number, traceId: string, body: string): void {
    this.text +=
      `{"event":"${name}","seq":${this.seq},"account":${accountText(account)}${body},` +
      `"transactTimeNs":"${this.now}","traceId":"${traceId}"}\n`
  }

  #learn(definition: ScriptInstrument['definition']): void {
    this.instruments[definition.instrumentId] = {
      definition,
      price: new StepDecimal(definition.tickSize),
      qty: new StepDecimal(definition.lotSize),
    }
    for (const asset of [definition.base, definition.quote]) this.assets[asset.assetId] = asset
  }

  #bodyOf(event: RareEvent): string {
    switch (event.type) {
      case 'InstrumentChanged':
        return this.#instrumentBody(event.instrument)
      case 'AccountChanged':
        return (
          `,"killSwitch":${event.killSwitch},"maxOpenOrders":${event.maxOpenOrders},` +
          `"makerFeePpm":${event.makerFeePpm},"takerFeePpm":${event.takerFeePpm}`
        )
      case 'VenueChanged':
        return `,"killSwitch":${event.killSwitch}`
      case 'MassCanceled': {
        const symbol = this.instruments[event.instrumentId]?.definition.symbol ?? ''
        return (
          `,"symbol":"${symbol}","side":${JSON.stringify(event.side)},` +
          `"clOrdID":"${event.clOrdID}","canceledCount":${event.canceledCount}`
        )
      }
      case 'CommandRejected':
        return (
          `,"command":"${event.command}","rejectReason":"${event.rejectReason}",` +
          `"transferId":"${event.transferId}"`
        )
      case 'StateHash':
        return `,"hash":"${event.hash}"`
      case 'PositionChanged':
      case 'MarkChanged':
      case 'AuctionIndication':
      case 'StopElected':
      case 'DeadManFired':
      case 'Liquidated':
        return ''
    }
  }

  #instrumentBody(d: ScriptInstrument['definition']): string {
    const { base, quote, minNotional, maxNotional, notionalFactor, lotBaseMinor, ...rest } = d
    const lots = this.instruments[d.instrumentId]?.qty ?? PLAIN
    const body = JSON.stringify({
      ...rest,
      baseAsset: base.name,
      quoteAsset: quote.name,
      baseScale: base.scale,
      quoteScale: quote.scale,
      minQty: lots.format(d.minQty),
      maxQty: lots.format(d.maxQty),
      maxPosition: lots.format(d.maxPosition),
      minNotional: formatMoney(minNotional, quote.scale),
      maxNotional: formatMoney(maxNotional, quote.scale),
      notionalFactor: notionalFactor.toString(),
      lotBaseMinor: lotBaseMinor.toString(),
    })
    return `,${body.slice(1, -1)}`
  }

  /** Takes over what a restored engine knows. */
  reset(definitions: readonly ScriptInstrument['definition'][]): void {
    this.instruments.length = 0
    this.assets.length = 0
    for (const definition of definitions) this.#learn(definition)
  }
}
