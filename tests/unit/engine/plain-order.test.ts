// The short way of plain orders against the general way: the same events, the same state, byte for byte.

import { isDeepStrictEqual } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { CANCEL_ORDER, FLAG_POST_ONLY, HEADER, NEW_ORDER, RECORD } from '#contracts/batch-layout.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import type { Command, NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import {
  CANCEL_RECORD,
  CommandRecord,
  isId,
  NEW_RECORD,
  RECORD_ACCOUNT,
  RECORD_POST_ONLY,
} from '#engine/command-record.ts'
import { CancelOrderCommand, NewOrderCommand } from '#engine/hot-command.ts'
import { idToWords, traceToWords } from '#engine/words.ts'
import { FastEngine, TRACE } from '../../helpers/engine-under-test.ts'
import { NaiveEngine } from '../../helpers/naive-engine.ts'
import { PLAIN } from '../../helpers/plain-order.ts'
import { PlainCommands } from '../../helpers/workload-plain.ts'
import { RandomCommands, START_NS } from '../../helpers/workload-random.ts'

const COMMANDS = 10_000

interface Commands {
  opening(): Command[]
  next(): Command
  observe(events: readonly EngineEvent[]): void
}

/** Both ways through the same commands; answers how many were plain. */
function playBoth(t: ExecutionContext, seed: number, commands: Commands): number {
  const short = new FastEngine({ capacity: 1 })
  const general = new FastEngine()
  general.takesRecords = false
  short.advanceTo(START_NS)
  general.advanceTo(START_NS)
  const opening = commands.opening()
  for (let i = 0; i < opening.length + COMMANDS; i++) {
    const command = opening[i] ?? commands.next()
    const events = short.apply(command)
    const other = general.apply(command)
    if (!isDeepStrictEqual(events, other)) t.deepEqual(events, other, `seed ${seed} command ${i}`)
    commands.observe(events)
    if (i % 500 === 0) {
      short.engine.checkInvariants()
      t.is(short.engine.stateHash(), general.engine.stateHash(), `seed ${seed} command ${i}`)
    }
  }
  t.is(general.plainCount, 0)
  return short.plainCount
}

test('plain orders take the short way to the same events and the same state', (t) => {
  for (const seed of [71, 72, 73, 74, 75, 76]) {
    const plain = playBoth(t, seed, new PlainCommands(seed))
    t.true(plain > COMMANDS / 10, `seed ${seed}: ${plain} were plain`)
  }
})

test('so they do among commands of every kind', (t) => {
  for (const seed of [81, 82, 83]) {
    const plain = playBoth(t, seed, new RandomCommands(seed))
    t.true(plain > 0, `seed ${seed}: ${plain} were plain`)
  }
})

test('the naive engine agrees on plain orders', (t) => {
  for (const seed of [91, 92, 93]) {
    const commands = new PlainCommands(seed)
    const fast = new FastEngine({ capacity: 1 })
    const naive = new NaiveEngine()
    fast.advanceTo(START_NS)
    naive.advanceTo(START_NS)
    const opening = commands.opening()
    for (let i = 0; i < opening.length + COMMANDS / 2; i++) {
      const command = opening[i] ?? commands.next()
      const events = fast.apply(command)
      const other = naive.apply(command)
      if (!isDeepStrictEqual(events, other)) t.deepEqual(events, other, `seed ${seed} command ${i}`)
      commands.observe(events)
    }
    t.deepEqual(fast.balances(), naive.balances(), `seed ${seed}`)
  }
})

test('records that are read in place lie as the log has them', (t) => {
  t.is(RECORD_ACCOUNT * 4, RECORD.account)
  t.is(RECORD_POST_ONLY, FLAG_POST_ONLY << (8 * RECORD.flags))
  t.is(NEW_RECORD.words * 4, NEW_ORDER.size)
  t.is(NEW_RECORD.instrumentId * 4, NEW_ORDER.instrumentId)
  t.deepEqual(
    [0, 1, 2, 3].map((byte) => NEW_RECORD.kind * 4 + byte),
    [NEW_ORDER.side, NEW_ORDER.ordType, NEW_ORDER.timeInForce, NEW_ORDER.stpMode],
  )
  t.is(NEW_RECORD.price * 4, NEW_ORDER.price)
  t.is(NEW_RECORD.orderQty * 4, NEW_ORDER.orderQty)
  t.deepEqual(
    [0, 2, 4, 6].map((word) => (NEW_RECORD.stopPx + word) * 4),
    [NEW_ORDER.stopPx, NEW_ORDER.displayQty, NEW_ORDER.quoteAmount, NEW_ORDER.expireTimeNs],
  )
  t.is(NEW_RECORD.traceId * 4, NEW_ORDER.traceId)
  t.is(NEW_RECORD.clOrdID * 4, NEW_ORDER.clOrdID)
  t.is(NEW_RECORD.trailingOffset * 4, NEW_ORDER.trailingOffset)
  t.is(CANCEL_RECORD.words * 4, CANCEL_ORDER.size)
  t.is(CANCEL_RECORD.orderID * 4, CANCEL_ORDER.orderID)
  t.is(CANCEL_RECORD.traceId * 4, CANCEL_ORDER.traceId)
  t.is(CANCEL_RECORD.clOrdID * 4, CANCEL_ORDER.clOrdID)
  t.is(CANCEL_RECORD.origClOrdID * 4, CANCEL_ORDER.origClOrdID)
})

/** The words of the only record of a batch, without its first. */
function wordsOf(command: Command): number[] {
  const bytes = encodeCommandBatch({ source: 1, sourceSeq: 1 }, [command]).slice(HEADER.size)
  return [...new Int32Array(bytes.buffer)].slice(1)
}

test('a record written from a command is the record of the log', (t) => {
  const record = new CommandRecord()
  const order = new NewOrderCommand()
  const what = { account: 4_294_967_295, instrumentId: 7, price: 2 ** 40, orderQty: 3, stopPx: 5 }
  Object.assign(order, { ...what, side: 1, ordType: 3, timeInForce: 2, displayQty: 9 })
  order.trailingOffset = 250
  order.quoteAmount.set([11, -1])
  order.expireTimeNs.set([12, 13])
  idToWords('order-1', order.clOrdID)
  traceToWords(TRACE, order.traceId)
  t.true(record.writeNewOrder(order))
  const logged: NewOrder = {
    ...PLAIN,
    ...what,
    type: 'NewOrder',
    traceId: TRACE,
    clOrdID: 'order-1',
    side: 'Sell',
    ordType: 'StopLimit',
    timeInForce: 'FOK',
    displayQty: 9,
    trailingOffset: 250,
    quoteAmount: 11n - 2n ** 32n,
    expireTimeNs: 12n + 13n * 2n ** 32n,
  }
  t.deepEqual([...record.words].slice(1), wordsOf(logged))
  t.is(record.words[0], 0)
  order.postOnly = true
  t.true(record.writeNewOrder(order))
  t.is(record.words[0], RECORD_POST_ONLY)
  order.reduceOnly = true
  t.false(record.writeNewOrder(order))

  const cancel = new CancelOrderCommand()
  Object.assign(cancel, { account: 1001, orderID: 77 })
  idToWords('c1', cancel.clOrdID)
  idToWords('o1', cancel.origClOrdID)
  traceToWords(TRACE, cancel.traceId)
  record.writeCancel(cancel)
  const ids = { clOrdID: 'c1', origClOrdID: 'o1' }
  const words = wordsOf({ type: 'CancelOrder', account: 1001, traceId: TRACE, orderID: 77, ...ids })
  t.deepEqual([...record.words].slice(1, CANCEL_RECORD.words), words)
})

const ids: readonly [text: string, isFine: boolean][] = [
  ['a', true],
  ['abcd', true],
  ['7b0c52d1-6f3a-4c1e-9d55-000000000001', true],
  ['', true],
  ['a\0b', false],
  ['\0b', false],
  ['abcd\0efgh', false],
  ['\u0080', false],
  ['abcdefg\u00ff', false],
  ['abcd\0\0\0\0\u0001', false],
]

for (const [text, isFine] of ids) {
  test(`${JSON.stringify(text)} is ${isFine ? 'an id or none' : 'no id'}`, (t) => {
    const bytes = Buffer.alloc(36)
    bytes.write(text, 'latin1')
    t.is(isId(new Int32Array(new Uint8Array(bytes).buffer), 0), isFine)
  })
}

const order: NewOrder = {
  ...PLAIN,
  type: 'NewOrder',
  account: 1001,
  traceId: TRACE,
  instrumentId: 1,
  clOrdID: 'o1',
  side: 'Buy',
  ordType: 'Limit',
  timeInForce: 'GTC',
  price: 100,
  orderQty: 10,
}

const general: readonly [why: string, change: Partial<NewOrder>][] = [
  ['an IOC order', { timeInForce: 'IOC' }],
  ['a Market order', { ordType: 'Market', price: 0 }],
  ['a reduce-only order', { reduceOnly: true }],
  ['an iceberg', { displayQty: 1 }],
  ['an order that is refused for its price', { price: 0 }],
  ['an order that is refused for a fraction of a tick', { price: 100.5 }],
  ['an order that is refused for its quantity', { orderQty: 0 }],
  ['an order beyond the funds', { orderQty: 10 ** 9 }],
  ['an order whose notional needs more than 53 bits', { price: 2 ** 50, orderQty: 1000 }],
  ['an order of nobody', { account: 77 }],
  ['an order of the venue', { account: 2 }],
  ['an order for nothing', { instrumentId: 9 }],
]

/** A venue with one instrument and accounts with money. */
function venue(): FastEngine {
  const engine = new FastEngine()
  for (const command of new PlainCommands(4).opening()) engine.apply(command)
  return engine
}

for (const [why, change] of general) {
  test(`${why} goes the general way`, (t) => {
    const engine = venue()
    engine.apply({ ...order, ...change } as Command)
    t.is(engine.plainCount, 0)
  })
}

test('a Limit that rests and its cancel go the short way, by orderID and by clOrdID', (t) => {
  const engine = venue()
  const taken: number[] = []
  const send = (command: Command): void => {
    engine.apply(command)
    taken.push(engine.plainCount)
  }
  const cancel = { type: 'CancelOrder', account: order.account, traceId: TRACE } as const
  send(order)
  send({ ...cancel, clOrdID: 'c1', orderID: 1, origClOrdID: '' })
  send({ ...order, clOrdID: 'o2', postOnly: true })
  send({ ...cancel, clOrdID: 'c2', orderID: 0, origClOrdID: 'o2' })
  send({ ...cancel, clOrdID: 'c3', orderID: 0, origClOrdID: 'o2' })
  t.deepEqual(taken, [1, 2, 3, 4, 4])
})
