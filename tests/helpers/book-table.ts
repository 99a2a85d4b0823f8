// Scenarios as tables that a trader can read. One line is one command and what it must report:
//
//   list taker=1000                         an instrument BTC-USD, tick 1, lot 1, USD with 2 decimals
//   a1 gets 1000 USD
//   a1 buy 5 @ 101 GTC o1                -> o1 New
//   a2 sell 3 @ market s1                -> s1 New; s1 Trade 3@101; o1 Trade 3@101
//   a1 buy 500 USD @ market o2 | a1 replace o1 to 4 @ 100 as o3 | a1 cancel o3 | a1 masscancel buy
//   a1 limits orders=2 position=10 | a1 fees maker=0 taker=0 | a1 kill on | venue kill off | state Halted
//   a1 buy 50 @ 100 show=10 o4 | a1 buy 5 @ 100 GTD until=2026-01-05T10:00:00Z o5
//   a1 cancelreplace o4 StopOnFailure buy 9 @ 101 o6 | a1 deadman 5000 | a1 limits rate=10
//   a1 sell 5 @ market stop=95 s2         also stop= with a limit, profit=, trail=5, trail=20000ppm
//   a1 oco sell 5 @ 110 s3 & sell 5 @ market stop=95 s4 | a1 bracket … & … & …
//   clock 2026-01-05T10:00:00Z           that time, and a Clock; `at …`: only the time
//   list kind=perpetual initial=100000 maintenance=50000 | mark 100 | a1 liquidate
//   a1 sell 5 @ 101 ReduceOnly in=2 o4      in the second instrument listed
//   list state=Auction guard=50000:Auction | amend guard=50000:EndSweep band=0 taker=500
//   list modes=None,Decrement stp=None      the modes of self-trade prevention that orders may name
//   fees gets 5 USD                         the venue's own: external, fees, insurance, clearing
//   a1 position -5 cost -500             lots and what they have cost
//   book 2@101 4@100 | 7@103             bids and asks, best first
//   a1 owns 697 USD hold 202             balance and hold
//
// The same table runs over the fast and the naive engine.

import type { Command, ListInstrument, NewOrder, NewOrderList } from '#domain/command.ts'
import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { TradingState, VolatilityGuard } from '#domain/instrument.ts'
import {
  type CancelReplaceMode,
  type OrdType,
  type Side,
  STP_MODES,
  type StpMode,
  type TimeInForce,
} from '#domain/order.ts'
import { type EngineUnderTest, TRACE } from './engine-under-test.ts'

const SCALE = 100n
/** By account number. */
const VENUE_ACCOUNTS = ['', 'external', 'fees', 'insurance', 'clearing']

/** Runs a table; answers one text per line that came out otherwise. */
export function runTable(engine: EngineUnderTest, table: string): string[] {
  const problems: string[] = []
  for (const raw of table.split('\n')) {
    const line = raw.replace(/#.*/, '').trim()
    if (line === '') continue
    const [left = '', right = ''] = line.split('->').map((part) => part.trim())
    const got = runLine(engine, left)
    if (got !== right.replace(/\s+/g, ' ')) problems.push(`${left} -> ${got}   (wanted: ${right})`)
  }
  return problems
}

/** The commands of a table, for those who look at whole events. */
export function commandsOfTable(table: string): Command[] {
  const lines = table.split('\n').map((line) => line.trim())
  return lines.filter((line) => line !== '').flatMap((line) => commandsOf(line.split(/\s+/)))
}

function runLine(engine: EngineUnderTest, text: string): string {
  const words = text.split(/\s+/)
  const [who = '', verb = ''] = words
  if (who === 'book') return bookDiffers(engine, text)
  if (verb === 'owns') return ownsDiffers(engine, words)
  if (verb === 'position') return positionDiffers(engine, words)
  if (who === 'at' || who === 'clock') engine.advanceTo(instantOf(verb))
  const events: EngineEvent[] = []
  for (const command of commandsOf(words)) events.push(...engine.apply(command))
  const isSetting = ['list', 'amend', 'state'].includes(who)
  return events
    .filter((event) => !isSetting || event.type !== 'InstrumentChanged')
    .map(shortly)
    .filter(Boolean)
    .join('; ')
}

function bookDiffers(engine: EngineUnderTest, text: string): string {
  const show = (side: Side) =>
    engine
      .levels(1, side)
      .map((level) => `${level.qty}@${level.price}`)
      .join(' ')
  const got = `book ${show('Buy')} | ${show('Sell')}`.replace(/\s+/g, ' ').trim()
  return got === text.replace(/\s+/g, ' ').trim() ? '' : got
}

function ownsDiffers(engine: EngineUnderTest, words: readonly string[]): string {
  const [who = '', , , asset = ''] = words
  const found = engine
    .balances()
    .find((row) => row.account === accountOf(who) && row.assetId === (asset === 'BTC' ? 1 : 2))
  const show = (value: bigint) =>
    asset === 'BTC' ? String(value) : String(Number(value) / Number(SCALE))
  const hold = found?.hold ?? 0n
  const got = `${show(found?.balance ?? 0n)} ${asset}${hold === 0n ? '' : ` hold ${show(hold)}`}`
  return got === words.slice(2).join(' ') ? '' : got
}

/** `a1 position -5 cost -500 in=2`: lots and what they have cost. */
function positionDiffers(engine: EngineUnderTest, words: readonly string[]): string {
  const instrumentId = Number(optionsOf(words)['in'] ?? 1)
  const found = engine
    .positions()
    .find((row) => row.account === accountOf(words[0] ?? '') && row.instrumentId === instrumentId)
  const cost = String(Number(found?.cost ?? 0n) / Number(SCALE))
  const got = `${found?.netQty ?? 0} cost ${cost}`
  return got === words.slice(2, 5).join(' ') ? '' : got
}

/** `a1` is account 1001; `fees`, `external`, `insurance`, `clearing` are the venue's. */
function accountOf(who: string): number {
  const venue = VENUE_ACCOUNTS.indexOf(who)
  return venue > 0 ? venue : 1000 + Number(who.slice(1))
}

/** `2026-01-05T10:00:00.000000001Z` in nanoseconds of the epoch. */
function instantOf(text: string): bigint {
  const [, whole = '', fraction = ''] = /^(.*T[0-9:]+)\.?([0-9]*)Z$/.exec(text) ?? []
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

let transfers = 0

function commandsOf(words: string[]): Command[] {
  const [who = '', verb = ''] = words
  const isAccount = /^a[0-9]/.test(who) || VENUE_ACCOUNTS.includes(who)
  const common = { account: isAccount ? accountOf(who) : 0, traceId: TRACE }
  if (who === 'mark') {
    const instrumentId = Number(optionsOf(words)['in'] ?? 1)
    return [{ type: 'SetMark', ...common, instrumentId, price: Number(verb) }]
  }
  if (who === 'list') return [listing(optionsOf(words))]
  if (who === 'at') return []
  if (who === 'clock') return [{ type: 'Clock', ...common }]
  if (who === 'amend') return [amendment(optionsOf(words))]
  if (who === 'state') {
    const tradingState = verb as TradingState
    return [{ type: 'SetTradingState', ...common, instrumentId: 1, tradingState }]
  }
  switch (verb) {
    case 'gets':
    case 'gives': {
      const [amount = '0', asset = '', transferId = `t${++transfers}`] = words.slice(2)
      const minor = BigInt(amount) * (asset === 'USD' ? SCALE : 1n)
      const type = verb === 'gets' ? 'Credit' : 'Debit'
      const open = { type: 'OpenAccount', ...common } as const
      const transfer = { type, ...common, asset, amount: minor, transferId } as const
      return verb === 'gets' ? [open, transfer] : [transfer]
    }
    case 'buy':
    case 'sell':
      return [newOrder(words)]
    case 'oco':
    case 'bracket':
      return [newOrderList(words)]
    case 'cancel': {
      const [clOrdID = ''] = words.slice(2)
      return [{ type: 'CancelOrder', ...common, orderID: 0, origClOrdID: clOrdID, clOrdID: '' }]
    }
    case 'replace': {
      const [orig = '', , qty, , price, , clOrdID = ''] = words.slice(2)
      const sizes = { orderQty: Number(qty), price: Number(price) }
      return [{ type: 'ReplaceOrder', ...common, orderID: 0, origClOrdID: orig, clOrdID, ...sizes }]
    }
    case 'cancelreplace': {
      const [origClOrdID = '', mode] = words.slice(2)
      const { account, traceId, ...order } = newOrder([who, ...words.slice(4)])
      return [
        {
          type: 'CancelReplace',
          account,
          traceId,
          mode: mode as CancelReplaceMode,
          orderID: 0,
          origClOrdID,
          order,
        },
      ]
    }
    case 'deadman':
      return [{ type: 'SetDeadMan', ...common, timeoutMs: Number(words[2]) }]
    case 'masscancel': {
      const side = words[2] === 'buy' ? 'Buy' : words[2] === 'sell' ? 'Sell' : null
      const instrumentId = Number(optionsOf(words)['in'] ?? 0)
      return [{ type: 'MassCancel', ...common, instrumentId, side, clOrdID: '' }]
    }
    case 'limits': {
      const { orders, position, rate } = optionsOf(words)
      const maxPosition =
        position === undefined ? null : { instrumentId: 1, lots: Number(position) }
      const maxOpenOrders = orders === undefined ? null : Number(orders)
      const maxOrdersPerSecond = rate === undefined ? null : Number(rate)
      return [{ type: 'SetLimits', ...common, maxOpenOrders, maxPosition, maxOrdersPerSecond }]
    }
    case 'fees': {
      const { maker, taker } = optionsOf(words)
      const rates = { makerFeePpm: Number(maker), takerFeePpm: Number(taker) }
      return [{ type: 'SetFeeTier', ...common, ...rates }]
    }
    case 'liquidate':
      return [{ type: 'Liquidate', ...common }]
    case 'kill':
      return [{ type: 'SetKillSwitch', ...common, engaged: words[2] === 'on' }]
    default:
      throw new Error(`no such verb: ${words.join(' ')}`)
  }
}

/** `a1 buy 5 @ 101 GTC PostOnly stp=None o1`, `a1 buy 500 USD @ market o1`. */
function newOrder(words: string[]): NewOrder {
  const at = words.indexOf('@')
  const price = words[at + 1] ?? ''
  const flags = words.slice(at + 2, -1)
  const { stp, show, until, stop, profit, trail, in: instrumentId } = optionsOf(flags)
  const byAmount = words[at - 1] === 'USD'
  const isMarket = price === 'market'
  const forces = flags.filter((flag) => /^[A-Z]{3}$/.test(flag))
  return {
    type: 'NewOrder',
    account: accountOf(words[0] ?? ''),
    traceId: TRACE,
    instrumentId: Number(instrumentId ?? 1),
    clOrdID: words.at(-1) ?? '',
    side: words[1] === 'buy' ? 'Buy' : 'Sell',
    ordType: ordTypeOf(isMarket, stop, profit, trail),
    timeInForce: (forces[0] ?? 'GTC') as TimeInForce,
    stpMode: (stp ?? null) as StpMode | null,
    postOnly: flags.includes('PostOnly'),
    reduceOnly: flags.includes('ReduceOnly'),
    price: isMarket ? 0 : Number(price),
    orderQty: byAmount ? 0 : Number(words[2]),
    quoteAmount: byAmount ? BigInt(words[2] ?? 0) * SCALE : 0n,
    stopPx: Number(stop ?? profit ?? 0),
    displayQty: Number(show ?? 0),
    trailingOffset: Number.parseInt(trail ?? '0', 10),
    trailingOffsetUnit: trail?.endsWith('ppm') === true ? 'Ppm' : 'Ticks',
    expireTimeNs: until === undefined ? 0n : instantOf(until),
  }
}

function ordTypeOf(isMarket: boolean, stop?: string, profit?: string, trail?: string): OrdType {
  if (trail !== undefined) return 'TrailingStop'
  if (stop !== undefined) return isMarket ? 'Stop' : 'StopLimit'
  if (profit !== undefined) return isMarket ? 'TakeProfit' : 'TakeProfitLimit'
  return isMarket ? 'Market' : 'Limit'
}

/** `a1 oco <leg> & <leg>`; each leg as a new order without its account. */
function newOrderList(words: string[]): NewOrderList {
  const [who = '', verb = '', ...rest] = words
  const legs = rest.join(' ').split('&')
  return {
    type: 'NewOrderList',
    account: accountOf(who),
    traceId: TRACE,
    contingencyType: verb === 'oco' ? 'OneCancelsOther' : 'Bracket',
    orders: legs.map((leg) => {
      const {
        type: _type,
        account: _account,
        traceId: _trace,
        ...order
      } = newOrder([who, ...leg.trim().split(' ')])
      return order
    }),
  }
}

function listing(options: Readonly<Record<string, string>>): ListInstrument {
  const number = (name: string, fallback = 0) => Number(options[name] ?? fallback)
  return {
    type: 'ListInstrument',
    account: 0,
    traceId: TRACE,
    symbol: `${options['base'] ?? 'BTC'}-USD`,
    kind: options['kind'] === 'perpetual' ? 'LinearPerpetual' : 'Spot',
    baseAsset: options['base'] ?? 'BTC',
    quoteAsset: 'USD',
    baseScale: 0,
    quoteScale: 2,
    tickSize: options['tick'] ?? '1',
    lotSize: options['lot'] ?? '1',
    minQty: number('minQty', 1),
    maxQty: number('maxQty', 1_000_000),
    minNotional: BigInt(number('minNotional')) * SCALE,
    maxNotional: BigInt(number('maxNotional', 1e12)) * SCALE,
    priceBandPpm: number('band'),
    makerFeePpm: number('maker'),
    takerFeePpm: number('taker'),
    initialMarginPpm: number('initial'),
    maintenanceMarginPpm: number('maintenance'),
    maxPosition: number('position'),
    maxOpenOrders: number('orders'),
    allowedStpModes: (options['modes']?.split(',') as StpMode[] | undefined) ?? STP_MODES,
    defaultStpMode: (options['stp'] ?? 'ExpireTaker') as StpMode,
    tradingState: (options['state'] ?? 'Open') as TradingState,
    volatilityGuard: guardOf(options['guard']),
  }
}

/** `guard=50000:Auction`: the band and what happens outside of it. */
function guardOf(text: string | undefined): VolatilityGuard | null {
  const [band = '', action = ''] = text?.split(':') ?? []
  return text === undefined ? null : { bandPpm: Number(band), action: action as 'Auction' }
}

function amendment(options: Readonly<Record<string, string>>): Command {
  const number = (name: string) => (options[name] === undefined ? null : Number(options[name]))
  return {
    type: 'AmendInstrument',
    account: 0,
    traceId: TRACE,
    instrumentId: number('in') ?? 1,
    priceBandPpm: number('band'),
    makerFeePpm: number('maker'),
    takerFeePpm: number('taker'),
    maxOpenOrders: number('orders'),
    maxPosition: number('position'),
    initialMarginPpm: number('initial'),
    maintenanceMarginPpm: number('maintenance'),
    volatilityGuard: guardOf(options['guard']),
  }
}

function optionsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(words.filter((word) => word.includes('=')).map((w) => w.split('=')))
}

/** What a line shows of an event; balances are asked for by `owns`. */
function shortly(event: EngineEvent): string {
  switch (event.type) {
    case 'ExecutionReport':
      return reportShortly(event)
    case 'StopElected':
      return `${event.clOrdID} Elected ${event.stopPx} by ${event.lastPx}`
    case 'CommandRejected':
      return `${event.command} ${event.rejectReason}`
    case 'Liquidated':
      return `Liquidated insurance ${Number(event.insurancePaid) / Number(SCALE)} deleveraged ${event.deleveragedQty}`
    case 'MassCanceled':
      return `${event.canceledCount} canceled`
    case 'DeadManFired':
      return `a${event.account - 1000} DeadMan ${event.canceledCount}`
    case 'InstrumentChanged':
      return `state ${event.instrument.tradingState}`
    case 'AuctionIndication': {
      const { indicativePrice, indicativeQty, surplusQty, surplusSide } = event
      if (indicativeQty === 0) return 'indicates nothing'
      const surplus = surplusSide === null ? '' : ` ${surplusSide} ${surplusQty}`
      return `indicates ${indicativeQty}@${indicativePrice}${surplus}`
    }
    case 'BalanceChanged':
      return event.duplicate ? 'duplicate' : ''
    default:
      return ''
  }
}

function reportShortly(report: ExecutionReport): string {
  const { clOrdID, execType } = report
  switch (execType) {
    case 'Trade':
      return `${clOrdID} Trade ${report.lastQty}@${report.lastPx}`
    case 'Rejected':
      return `${clOrdID || report.origClOrdID} Rejected ${report.rejectReason}`
    case 'New':
      return `${clOrdID} ${report.ordStatus === 'PendingTrigger' ? 'Waiting' : 'New'}`
    case 'Expired':
      return `${clOrdID} Expired${report.rejectReason === 'None' ? '' : ` ${report.rejectReason}`}`
    case 'TradePrevented':
      return `${clOrdID} Prevented ${report.preventedQty}`
    default:
      return `${clOrdID} ${execType}`
  }
}
