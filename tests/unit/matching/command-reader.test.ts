import test from 'ava'
import { CANCEL_ORDER, HEADER, NEW_ORDER } from '#contracts/batch-layout.ts'
import { cursorOver, writeId } from '#contracts/binary-fields.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import type { AdminCommand, CancelOrder, Command, NewOrder } from '#domain/command.ts'
import { createCommandReader } from '../../../runtime/matching/journal/command-reader.ts'

const traceId = '000102030405060708090a0b0c0d0e0f'

const order: NewOrder = {
  type: 'NewOrder',
  account: 1000,
  traceId,
  instrumentId: 2,
  clOrdID: 'order-1',
  side: 'Sell',
  ordType: 'Market',
  timeInForce: 'IOC',
  stpMode: 'Decrement',
  postOnly: false,
  reduceOnly: true,
  price: 12_345_678_901,
  orderQty: 9_007_199_254_740_991,
  quoteAmount: -5n,
  stopPx: 3,
  displayQty: 4,
  trailingOffset: 250,
  trailingOffsetUnit: 'Ppm',
  expireTimeNs: 1_700_000_000_000_000_000n,
}
const cancel: CancelOrder = {
  type: 'CancelOrder',
  account: 1001,
  traceId,
  orderID: 77,
  clOrdID: '',
  origClOrdID: 'abcdefghijklmnopqrstuvwxyz0123456789',
}
const credit: AdminCommand = {
  type: 'Credit',
  account: 1002,
  traceId,
  asset: 'USD',
  amount: 10n ** 17n,
  transferId: 't:1',
}

/** What a reader makes of some bytes, in words. */
function read(bytes: Uint8Array): string[] {
  const reader = createCommandReader()
  const seen: string[] = []
  if (reader.open(bytes) < 0) return ['no batch']
  reader.readAll({
    newOrder: (i, c) => seen.push(`${i} new ${c.account} ${c.instrumentId} ${c.price}`),
    cancelOrder: (i, c) => seen.push(`${i} cancel ${c.account} ${c.orderID}`),
    replaceOrder: (i, c) => seen.push(`${i} replace ${c.account}`),
    admin: (i, c) => seen.push(`${i} ${c.type} ${c.account}`),
    malformed: (i, account) => seen.push(`${i} malformed ${account}`),
  })
  return seen
}

const encode = (commands: readonly Command[]): Uint8Array =>
  encodeCommandBatch({ source: 5, sourceSeq: 6 }, commands)

test('every field of an order arrives as it was encoded', (t) => {
  const reader = createCommandReader()
  t.is(reader.open(encode([order])), 1)
  t.is(reader.source, 5)
  t.is(reader.sourceSeq, 6)
  t.plan(18)
  const never = (): void => t.fail()
  reader.readAll({
    newOrder: (_i, c) => {
      t.is(c.account, 1000)
      t.is(c.trailingOffset, 250)
      t.true(c.isTrailingPpm)
      t.is(c.side, 1)
      t.is(c.ordType, 1)
      t.is(c.timeInForce, 1)
      t.is(c.stpMode, 4)
      t.is(c.price, order.price)
      t.is(c.orderQty, order.orderQty)
      t.deepEqual([c.stopPx, c.displayQty], [3, 4])
      t.deepEqual([c.postOnly, c.reduceOnly], [false, true])
      t.deepEqual([...new BigInt64Array(c.quoteAmount.slice().buffer)], [-5n])
      t.deepEqual([...new BigInt64Array(c.expireTimeNs.slice().buffer)], [order.expireTimeNs])
      t.is(Buffer.from(c.clOrdID.buffer).toString('latin1').replaceAll('\0', ''), 'order-1')
      t.is(Buffer.from(c.traceId.buffer).toString('hex'), traceId)
    },
    cancelOrder: never,
    replaceOrder: never,
    admin: never,
    malformed: never,
  })
})

test('records of all kinds come out in order', (t) => {
  t.deepEqual(read(encode([order, cancel, credit, order])), [
    `0 new 1000 2 ${order.price}`,
    '1 cancel 1001 77',
    '2 Credit 1002',
    `3 new 1000 2 ${order.price}`,
  ])
})

test('bytes that are no command batch are no batch, whatever they are', (t) => {
  t.deepEqual(read(new Uint8Array(0)), ['no batch'])
  t.deepEqual(read(new Uint8Array(31)), ['no batch'])
  t.deepEqual(read(new TextEncoder().encode('{"json":"of some length, 32 or more"}')), ['no batch'])
  for (const at of [HEADER.magic, HEADER.version, HEADER.kind]) {
    const bytes = encode([order])
    bytes[at] = (bytes[at] ?? 0) ^ 0x40
    t.deepEqual(read(bytes), ['no batch'])
  }
  const tooMany = encode([order])
  new DataView(tooMany.buffer).setUint32(HEADER.count, 513, true)
  t.deepEqual(read(tooMany), ['no batch'])
})

test('a record with a code outside its closed set is malformed, the others are not', (t) => {
  for (const field of ['side', 'ordType', 'timeInForce', 'stpMode'] as const) {
    const bytes = encode([order, cancel])
    bytes[HEADER.size + NEW_ORDER[field]] = 200
    t.deepEqual(read(bytes), ['0 malformed 1000', '1 cancel 1001 77'], field)
  }
})

test('an id that is not ASCII followed by zeros is malformed', (t) => {
  const bytes = encode([order, cancel])
  bytes[HEADER.size + NEW_ORDER.clOrdID + 20] = 65
  t.deepEqual(read(bytes), ['0 malformed 1000', '1 cancel 1001 77'])
  const accented = encode([cancel])
  accented[HEADER.size + CANCEL_ORDER.clOrdID] = 0xe9
  t.deepEqual(read(accented), ['0 malformed 1001'])
})

test('a number that is NaN is malformed', (t) => {
  t.deepEqual(read(encode([{ ...order, price: Number.NaN }])), ['0 malformed 1000'])
  t.deepEqual(read(encode([{ ...cancel, orderID: Number.NaN }])), ['0 malformed 1001'])
})

test('ids of every length are taken', (t) => {
  const bytes = encode([cancel])
  for (let length = 0; length <= 36; length++) {
    writeId(cursorOver(bytes).bytes, HEADER.size + CANCEL_ORDER.clOrdID, 'x'.repeat(length))
    t.deepEqual(read(bytes), ['0 cancel 1001 77'], `length ${length}`)
  }
})

test('a batch that is cut anywhere gives the whole records and one malformed for each of the rest', (t) => {
  const whole = encode([order, cancel, order])
  const ends = [HEADER.size + NEW_ORDER.size, HEADER.size + NEW_ORDER.size + CANCEL_ORDER.size]
  for (let length = HEADER.size; length < whole.length; length++) {
    const seen = read(whole.slice(0, length))
    t.is(seen.length, 3)
    const good = ends.filter((end) => end <= length).length
    t.is(seen.filter((line) => !line.includes('malformed')).length, good, `length ${length}`)
  }
})

test('JSON of a wrong shape is malformed: missing, extra kind, wrong type, unknown command', (t) => {
  const bad: unknown[] = [
    { ...credit, amount: 5 },
    { ...credit, transferId: 'a b' },
    { ...credit, account: -1 },
    { ...credit, traceId: 'zz' },
    { type: 'Credit', account: 1, traceId },
    { type: 'Nothing', account: 1, traceId },
    { type: 'constructor', account: 1, traceId },
    { type: 'SetLimits', account: 1, traceId, maxOpenOrders: null, maxPosition: {} },
    [1],
    null,
    'text',
  ]
  for (const value of bad) {
    const bytes = encode([{ ...credit, type: 'Clock' } as Command])
    const text = JSON.stringify(value, (_k, v: unknown) =>
      typeof v === 'bigint' ? { $n: `${v}` } : v,
    )
    const replaced = replaceJson(bytes, text)
    t.true(read(replaced)[0]?.startsWith('0 malformed'), text)
  }
  t.deepEqual(read(replaceJson(encode([credit]), '{broken')), ['0 malformed 1002'])
})

/** The same one-record batch around another text. */
function replaceJson(bytes: Uint8Array, text: string): Uint8Array {
  const size = Math.ceil((12 + text.length) / 8) * 8
  const out = new Uint8Array(HEADER.size + size)
  out.set(bytes.subarray(0, HEADER.size + 8))
  new DataView(out.buffer).setUint32(HEADER.size + 8, text.length, true)
  out.set(new TextEncoder().encode(text), HEADER.size + 12)
  return out
}
