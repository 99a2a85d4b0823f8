// Whatever a log could hold: codes out of range, numbers of every kind, words of noise, commands
// whose fields have the wrong types. The engine reports and goes on.

import test from 'ava'
import { BALANCE_REASONS as WIRE_REASONS } from '#contracts/batch-layout.ts'
import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import type { AdminCommand } from '#domain/command.ts'
import { CANCEL_REPLACE_MODES, CONTINGENCY_TYPES } from '#domain/order.ts'
import { CancelOrderCommand, NewOrderCommand, ReplaceOrderCommand } from '#engine/hot-command.ts'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { Random, RandomCommands } from '../helpers/workload-random.ts'

const ROUNDS = 40_000
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
  'maxOrdersPerSecond timeoutMs price volatilityGuard'
).split(' ')

function scribble(record: object, random: Random): void {
  for (const [name, value] of Object.entries(record)) {
    if (value instanceof Int32Array) {
      if (random.chance(50)) value.fill(random.chance(50) ? 0 : random.next())
    } else if (typeof value === 'number') {
      Object.assign(record, { [name]: random.chance(70) ? random.below(5) : random.pick(ODD) })
    } else Object.assign(record, { [name]: random.chance(20) })
  }
  if (random.chance(80)) Object.assign(record, { account: 1000 + random.below(4) })
}

/** Orders inside of a command: mostly whole, often with one field that is not. */
function nest(command: Record<string, unknown>, sane: RandomCommands, random: Random): void {
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

test('B5: no record and no command makes the engine throw or breaks a law of its state', (t) => {
  const fast = new FastEngine({ capacity: 1 })
  const sane = new RandomCommands(99)
  for (const command of sane.opening()) fast.apply(command)
  const random = new Random(99)
  const records = [
    new NewOrderCommand(),
    new CancelOrderCommand(),
    new ReplaceOrderCommand(),
  ] as const
  for (let round = 0; round < ROUNDS; round++) {
    const [place, cancel, replace] = records
    for (const record of records) scribble(record, random)
    fast.sink.events = []
    fast.engine.newOrder(0, place)
    fast.engine.cancelOrder(1, cancel)
    fast.engine.replaceOrder(2, replace)
    if (random.chance(10)) {
      const command: Record<string, unknown> = {
        type: random.chance(99) ? random.pick(TYPES) : random.pick(VALUES),
      }
      command['account'] = random.chance(70) ? 1000 + random.below(4) : random.pick(VALUES)
      for (const field of FIELDS) if (random.chance(60)) command[field] = random.pick(VALUES)
      if (random.chance(70)) nest(command, sane, random)
      // A venue that stays halted would hide the rest.
      if (command['account'] !== 0) fast.engine.admin(3, command as unknown as AdminCommand)
    }
    if (random.chance(20)) sane.observe(fast.apply(sane.next()))
    if (round % 2000 === 0) fast.engine.checkInvariants()
  }
  fast.engine.checkInvariants()
  t.is(fast.engine.stateHash().length, 32)
})

test('the codes of balance reasons are those of the wire', (t) => {
  t.deepEqual([...BALANCE_REASONS], [...WIRE_REASONS])
})
