// The laws of perpetuals over many random trades, orders, marks and liquidations.

import test from 'ava'
import type { Command, ListInstrument, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { applyFill, FLAT, type Position } from '#domain/position.ts'
import { FastEngine, TRACE } from '../helpers/engine-under-test.ts'
import { PLAIN } from '../helpers/plain-order.ts'
import { type Rational, rational } from '../helpers/rational.ts'
import { Random, RandomCommands } from '../helpers/workload-random.ts'

const ACCOUNTS = [1001, 1002, 1003, 1004]
const DEPOSIT = 10n ** 17n
const MILLION = 1_000_000n
/** Fractions grow with every reduction: so far they are followed. */
const EXACT_FILLS = 1_000

function listing(more: Partial<ListInstrument> = {}): ListInstrument {
  return {
    type: 'ListInstrument',
    account: 0,
    traceId: TRACE,
    symbol: 'BTC-USD',
    kind: 'LinearPerpetual',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 0,
    quoteScale: 2,
    tickSize: '0.01',
    lotSize: '1',
    minQty: 1,
    maxQty: 10 ** 12,
    minNotional: 0n,
    maxNotional: 2n ** 62n,
    priceBandPpm: 0,
    makerFeePpm: 0,
    takerFeePpm: 0,
    initialMarginPpm: 100_000,
    maintenanceMarginPpm: 50_000,
    maxPosition: 0,
    maxOpenOrders: 0,
    allowedStpModes: ['ExpireMaker'],
    defaultStpMode: 'ExpireMaker',
    tradingState: 'Open',
    ...more,
  }
}

function order(account: number, id: number, more: Partial<NewOrder>): NewOrder {
  return {
    type: 'NewOrder',
    ...PLAIN,
    account,
    traceId: TRACE,
    instrumentId: 1,
    clOrdID: `o${id}`,
    side: 'Buy',
    ordType: 'Limit',
    timeInForce: 'GTC',
    price: 1,
    orderQty: 1,
    ...more,
  }
}

function open(
  engine: FastEngine,
  amounts: readonly bigint[],
  more?: Partial<ListInstrument>,
): void {
  engine.apply(listing(more))
  for (const [i, amount] of amounts.entries()) {
    const account = ACCOUNTS[i] ?? 0
    engine.apply({ type: 'OpenAccount', account, traceId: TRACE })
    if (amount > 0n) engine.apply(credit(account, amount, `open${i}`))
  }
}

function credit(account: number, amount: bigint, transferId: string): Command {
  return { type: 'Credit', account, traceId: TRACE, asset: 'USD', amount, transferId }
}

function quoteOf(engine: FastEngine, account: number): bigint {
  const row = engine.balances().find((b) => b.account === account && b.assetId === 2)
  return row?.balance ?? 0n
}

/** What one account has been through, by a second way. */
interface Ledger {
  position: Position
  cash: bigint
  fees: bigint
  exactCost: Rational
  reductions: bigint
}

/** The textbook's average cost as an exact fraction. */
function exactFill(ledger: Ledger, qty: bigint, notional: bigint): void {
  const { netQty } = ledger.position
  const paid = rational(qty > 0n ? notional : -notional)
  if (netQty === 0n || netQty > 0n === qty > 0n) {
    ledger.exactCost = ledger.exactCost.plus(paid)
    return
  }
  const [held, wanted] = [abs(netQty), abs(qty)]
  const closing = held < wanted ? held : wanted
  const rest = paid.times(wanted - closing, wanted)
  ledger.exactCost = ledger.exactCost.minus(ledger.exactCost.times(closing, held)).plus(rest)
  ledger.reductions = closing === held ? 0n : ledger.reductions + 1n
}

test('F2: realised + open P&L is the cash of all fills, exactly, over 100,000 fills', (t) => {
  const random = new Random(42)
  const engine = new FastEngine({ capacity: 64 })
  open(engine, [DEPOSIT, DEPOSIT, DEPOSIT, DEPOSIT], { makerFeePpm: -20, takerFeePpm: 777 })
  const ledgers = new Map(
    ACCOUNTS.map((account): [number, Ledger] => [
      account,
      { position: FLAT, cash: 0n, fees: 0n, exactCost: rational(0n), reductions: 0n },
    ]),
  )
  let fills = 0
  for (let id = 0; fills < 100_000; id++) {
    const price = 90_000 + random.below(20_000)
    const side = random.pick(['Buy', 'Sell'] as const)
    const orderQty = 1 + random.below(1_000_000)
    const events = engine.apply(order(random.pick(ACCOUNTS), id, { price, side, orderQty }))
    for (const event of events) {
      if (event.type !== 'ExecutionReport' || event.execType !== 'Trade') continue
      const ledger = ledgers.get(event.account) as Ledger
      const { lastNotional: notional, fee } = event
      const qty = BigInt(event.side === 'Buy' ? event.lastQty : -event.lastQty)
      if (fills < EXACT_FILLS) exactFill(ledger, qty, notional)
      ledger.position = applyFill(ledger.position, { qty, notional, fee })
      ledger.cash += event.side === 'Buy' ? -notional : notional
      ledger.fees += fee
      fills += 1
    }
    for (const event of events) {
      if (event.type !== 'PositionChanged') continue
      const ledger = ledgers.get(event.account) as Ledger
      if (BigInt(event.netQty) !== ledger.position.netQty) return t.fail(`lots at order ${id}`)
      if (event.cost !== ledger.position.cost) return t.fail(`cost at order ${id}`)
      if (fills > EXACT_FILLS) continue
      const off = ledger.exactCost.minus(rational(event.cost))
      if (!off.isWithin(ledger.reductions + 1n)) return t.fail(`rounding at order ${id}`)
    }
  }
  for (const [account, { position, cash, fees }] of ledgers) {
    const realized = quoteOf(engine, account) - DEPOSIT + fees
    t.is(realized, position.realizedPnl)
    t.is(realized - position.cost, cash)
  }
  engine.engine.checkInvariants()
})

test('FND-4: per asset all accounts sum to zero after every command, told by events alone', (t) => {
  for (let seed = 1; seed <= 8; seed++) {
    const commands = new RandomCommands(seed)
    const engine = new FastEngine({ capacity: 1 })
    const balances = new Map<string, bigint>()
    const sums = new Map<number, bigint>()
    const opening = commands.opening()
    for (let i = 0; i < opening.length + 1_500; i++) {
      const events = engine.apply(opening[i] ?? commands.next())
      commands.observe(events)
      for (const event of events) {
        if (event.type !== 'BalanceChanged') continue
        const key = `${event.account}:${event.assetId}`
        const change = event.balance - (balances.get(key) ?? 0n)
        if (change !== event.delta) return t.fail(`seed ${seed} command ${i}: delta`)
        balances.set(key, event.balance)
        sums.set(event.assetId, (sums.get(event.assetId) ?? 0n) + change)
      }
      if ([...sums.values()].some((sum) => sum !== 0n)) return t.fail(`seed ${seed} command ${i}`)
    }
  }
  t.pass()
})

test('G2: 1,000 orders in any order never take a position or its orders past the limit', (t) => {
  const random = new Random(7)
  const engine = new FastEngine({ capacity: 1 })
  open(engine, [DEPOSIT, DEPOSIT, DEPOSIT, DEPOSIT], { maxPosition: 10 })
  const openQty = new Map<number, { account: number; side: string; leaves: number }>()
  let most = 0
  for (let id = 0; id < 1_000; id++) {
    const account = random.pick(ACCOUNTS)
    const command: Command = random.chance(20)
      ? {
          type: 'ReplaceOrder',
          account,
          traceId: TRACE,
          orderID: random.pick([...openQty.keys(), 1]),
          origClOrdID: '',
          clOrdID: `r${id}`,
          price: 995 + random.below(10),
          orderQty: 1 + random.below(12),
        }
      : order(account, id, {
          side: random.pick(['Buy', 'Sell']),
          price: 995 + random.below(10),
          orderQty: 1 + random.below(6),
        })
    for (const event of engine.apply(command)) {
      if (event.type !== 'ExecutionReport' || event.execType === 'Rejected') continue
      const { account: owner, side, leavesQty: leaves } = event
      openQty.set(event.orderID, { account: owner, side, leaves })
      if (leaves === 0) openQty.delete(event.orderID)
    }
    for (const each of ACCOUNTS) {
      const net = engine.positions().find((p) => p.account === each)?.netQty ?? 0
      const of = (side: string) =>
        [...openQty.values()]
          .filter((o) => o.account === each && o.side === side)
          .reduce((sum, o) => sum + o.leaves, 0)
      const reach = Math.max(net + of('Buy'), of('Sell') - net)
      most = Math.max(most, reach)
      if (reach > 10) return t.fail(`order ${id}: ${reach} lots`)
    }
  }
  t.is(most, 10, 'the limit is reached')
})

test('G1: margin is exact, rounded against the client: one unit less is not enough', (t) => {
  const random = new Random(11)
  for (let i = 0; i < 300; i++) {
    const price = 1 + random.below(1_000_000)
    const orderQty = 1 + random.below(1_000_000)
    const initialMarginPpm = 1 + random.below(1_000_000)
    const exact = BigInt(price) * BigInt(orderQty) * BigInt(initialMarginPpm)
    const needed = (exact + MILLION - 1n) / MILLION
    const engine = new FastEngine({ capacity: 1 })
    open(engine, [needed - 1n, needed], { initialMarginPpm, maintenanceMarginPpm: 1 })
    const side = random.pick(['Buy', 'Sell'] as const)
    const [poor = 0, rich = 0] = ACCOUNTS
    t.is(reasonOf(engine.apply(order(poor, i, { price, orderQty, side }))), 'InsufficientFunds')
    t.is(reasonOf(engine.apply(order(rich, i, { price, orderQty, side }))), 'None')
  }
})

test('F5: what would leave 64 bits is refused, nothing wraps', (t) => {
  const engine = new FastEngine({ capacity: 1 })
  open(engine, [2n ** 60n, 2n ** 60n], { initialMarginPpm: 1, maintenanceMarginPpm: 1 })
  const huge = { price: 999_999_999, orderQty: 999_999_999 }
  const [one = 0, two = 0] = ACCOUNTS
  t.is(reasonOf(engine.apply(order(one, 1, huge))), 'Overflow', 'costs of both sides pass 2^60')
  const half = { price: 999_999_999, orderQty: 499_999_999 }
  t.is(reasonOf(engine.apply(order(one, 2, half))), 'None')
  t.is(reasonOf(engine.apply(order(two, 3, { ...half, side: 'Sell' }))), 'None')
  t.is(reasonOf(engine.apply(order(one, 4, { ...half, orderQty: 99_999_999 }))), 'Overflow')
  const mark = { type: 'SetMark', account: 0, traceId: TRACE, instrumentId: 1 } as const
  const events = engine.apply({ ...mark, price: Number.MAX_SAFE_INTEGER })
  t.like(events[0], { type: 'CommandRejected', rejectReason: 'Overflow' })
  engine.engine.checkInvariants()
})

function reasonOf(events: readonly EngineEvent[]): string | undefined {
  return events.find((event) => event.type === 'ExecutionReport')?.rejectReason
}

test('a liquidation closes: no position grows by it, and it leaves no debt behind', (t) => {
  let liquidations = 0
  for (let seed = 1; seed <= 40; seed++) {
    const commands = new RandomCommands(seed)
    const engine = new FastEngine({ capacity: 1 })
    const opening = commands.opening()
    const lots = new Map<number, number>()
    for (let i = 0; i < opening.length + 1_200; i++) {
      const command = opening[i] ?? commands.next()
      const events = engine.apply(command)
      commands.observe(events)
      const ends = events.filter((event) => event.type === 'Liquidated')
      for (const event of events) {
        if (event.type !== 'PositionChanged') continue
        const before = Math.abs(lots.get(event.account) ?? 0)
        lots.set(event.account, event.netQty)
        if (event.reason === 'Deleverage' && Math.abs(event.netQty) >= before) {
          return t.fail(`seed ${seed} command ${i}: deleveraging adds risk`)
        }
      }
      for (const end of ends) {
        liquidations += 1
        if ((lots.get(end.account) ?? 0) !== 0)
          return t.fail(`seed ${seed} command ${i}: not closed`)
        const owed = engine.balances().find((b) => b.account === end.account && b.balance < 0n)
        const funds = engine.balances().find((b) => b.account === 3)?.balance ?? 0n
        if (owed !== undefined && funds > 0n) return t.fail(`seed ${seed} command ${i}: a debt`)
      }
    }
    engine.engine.checkInvariants()
  }
  t.true(liquidations > 10, `${liquidations} liquidations`)
})

function abs(value: bigint): bigint {
  return value < 0n ? -value : value
}
