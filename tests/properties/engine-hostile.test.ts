// Whatever a log could hold: codes out of range, numbers of every kind, words of noise, commands
// whose fields have the wrong types. The engine reports and goes on.

import test from 'ava'
import { BALANCE_REASONS as WIRE_REASONS } from '#contracts/batch-layout.ts'
import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import type { AdminCommand } from '#domain/command.ts'
import { CANCEL_REPLACE_MODES, CONTINGENCY_TYPES } from '#domain/order.ts'
import { CancelOrderCommand, NewOrderCommand, ReplaceOrderCommand } from '#engine/hot-command.ts'
import { FastEngine, TRACE } from '../helpers/engine-under-test.ts'
import { Random } from '../helpers/workload-random.ts'
import { WORKLOADS, type Workload } from '../helpers/workloads.ts'

const ROUNDS = 20_000
const SEED = 98
/** Rounds after which all that hostile commands have halted goes on. */
const REST = 100
/** Most of them are known to the workloads. */
const ACCOUNTS = 7
const NUMBERS = [0, -0, 1, -1, 1.5, 255, 1000, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e308]
const ODD = [...NUMBERS, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
const VALUES: readonly unknown[] = [...ODD]
  .map((value): unknown => value)
  .concat(
    [undefined, null, '', 'BTC', 'USD', 'Open', 'Auction', 'Buy', '0.01', true, false],
    [0n, 1n, -1n, 2n ** 63n, 2n ** 90n, [[]], [['None']], {}, { instrumentId: 1, lots: 5 }],
    [{ toString: 1 }, { instrumentId: 1n, lots: '5' }],
  )
const TYPES = (
  'MassCancel OpenAccount Credit Debit SetLimits SetFeeTier SetKillSwitch ListInstrument ' +
  'AmendInstrument SetTradingState Clock HashState SetMark Nonsense constructor __proto__ ' +
  'CancelReplace NewOrderList SetDeadMan Liquidate'
).split(' ')
const FIELDS = (
  'traceId asset amount transferId maxOpenOrders maxPosition makerFeePpm takerFeePpm engaged ' +
  'symbol kind baseAsset quoteAsset baseScale quoteScale tickSize lotSize minQty maxQty ' +
  'minNotional maxNotional priceBandPpm allowedStpModes defaultStpMode tradingState ' +
  'instrumentId side clOrdID orderID origClOrdID order orders mode contingencyType ' +
  'maxOrdersPerSecond timeoutMs price volatilityGuard initialMarginPpm maintenanceMarginPpm'
).split(' ')

function scribble(record: object, random: Random): void {
  for (const [name, value] of Object.entries(record)) {
    if (value instanceof Int32Array) {
      if (random.chance(50)) value.fill(random.chance(50) ? 0 : random.next())
    } else if (typeof value === 'number') {
      Object.assign(record, { [name]: random.chance(70) ? random.below(5) : random.pick(ODD) })
    } else Object.assign(record, { [name]: random.chance(20) })
  }
  if (random.chance(80)) Object.assign(record, { account: 1000 + random.below(ACCOUNTS) })
}

/** Orders inside of a command: mostly whole, often with one field that is not. */
function nest(command: Record<string, unknown>, sane: Workload, random: Random): void {
  const orders: unknown[] = []
  while (orders.length < 3) {
    const terms = sane.next()
    if (terms.type !== 'NewOrder') continue
    const field = random.pick(Object.keys(terms))
    orders.push(random.chance(60) ? terms : { ...terms, [field]: random.pick(VALUES) })
  }
  command['order'] = orders[0]
  command['orders'] = random.chance(90) ? orders.slice(0, 1 + random.below(3)) : random.pick(VALUES)
  if (random.chance(80)) command['mode'] = random.pick(CANCEL_REPLACE_MODES)
  if (random.chance(80)) command['contingencyType'] = random.pick(CONTINGENCY_TYPES)
}

/** A command of the seldom kind: most fields are there, few of them make sense. */
function nonsense(sane: Workload, random: Random): Record<string, unknown> {
  const command: Record<string, unknown> = {
    type: random.chance(99) ? random.pick(TYPES) : random.pick(VALUES),
  }
  command['account'] = random.chance(70) ? 1000 + random.below(ACCOUNTS) : random.pick(VALUES)
  for (const field of FIELDS) if (random.chance(60)) command[field] = random.pick(VALUES)
  if (random.chance(70)) nest(command, sane, random)
  // Marks and margins that a perpetual could have, so that positions meet them.
  if (random.chance(30)) command['price'] = 900 + random.below(200)
  if (random.chance(30)) {
    const maintenanceMarginPpm = 1 + random.below(100_000)
    const initialMarginPpm = maintenanceMarginPpm + random.below(200_000)
    const margins = { instrumentId: 1 + random.below(3), initialMarginPpm, maintenanceMarginPpm }
    const rest = { priceBandPpm: null, makerFeePpm: null, takerFeePpm: null }
    const limits = { maxOpenOrders: null, maxPosition: null, volatilityGuard: null }
    Object.assign(command, { type: 'AmendInstrument' }, margins, rest, limits)
  }
  return command
}

/** Halts and switches end, or they would hide the rest. */
function resume(fast: FastEngine): void {
  for (const account of [0, ...Array.from({ length: ACCOUNTS }, (_, i) => 1000 + i)]) {
    fast.apply({ type: 'SetKillSwitch', account, traceId: TRACE, engaged: false })
  }
  for (const { instrumentId } of fast.engine.instruments()) {
    const state = { type: 'SetTradingState', account: 0, traceId: TRACE, instrumentId } as const
    fast.apply({ ...state, tradingState: 'PreOpen' })
    fast.apply({ ...state, tradingState: 'Open' })
  }
}

for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
  test(`B5: no record and no command makes the engine throw or breaks a law: among ${name}`, (t) => {
    const fast = new FastEngine({ capacity: 1 })
    const sane = workloadOf(SEED)
    for (const command of sane.opening()) fast.apply(command)
    const random = new Random(SEED)
    const records = [
      new NewOrderCommand(),
      new CancelOrderCommand(),
      new ReplaceOrderCommand(),
    ] as const
    const told = new Set<string>()
    for (let round = 0; round < ROUNDS; round++) {
      const [place, cancel, replace] = records
      for (const record of records) scribble(record, random)
      fast.sink.events = []
      fast.engine.newOrder(0, place)
      fast.engine.cancelOrder(1, cancel)
      fast.engine.replaceOrder(2, replace)
      if (random.chance(10)) {
        fast.engine.admin(3, nonsense(sane, random) as unknown as AdminCommand)
      }
      for (const event of fast.sink.events) told.add(event.type)
      if (random.chance(20)) {
        const events = fast.apply(sane.next())
        sane.observe(events)
        for (const event of events) told.add(event.type)
      }
      if (round % REST === 0) resume(fast)
      if (round % 2000 === 0) fast.engine.checkInvariants()
    }
    fast.engine.checkInvariants()
    t.is(fast.engine.stateHash().length, 32)
    const met = ['PositionChanged', 'MarkChanged', 'Liquidated']
    t.deepEqual(
      met.filter((type) => !told.has(type)),
      [],
    )
  })
}

test('the codes of balance reasons are those of the wire', (t) => {
  t.deepEqual([...BALANCE_REASONS], [...WIRE_REASONS])
})
