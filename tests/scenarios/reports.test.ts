// What reports say, field by field: whole events, not tables.

import test from 'ava'
import type { Command } from '#domain/command.ts'
import type { EngineEvent, ExecutionReport } from '#domain/event.ts'
import { Script } from '../../runtime/matching/driver-script.ts'
import { commandsOfTable } from '../helpers/book-table.ts'
import { opened, venues } from '../helpers/both-engines.ts'
import { FUNDS } from '../helpers/rule.ts'

function reportsOf(events: readonly EngineEvent[]): ExecutionReport[] {
  return events.filter((event) => event.type === 'ExecutionReport')
}

test('RPT-1: an order is what it has traded, has open, and has ended without a trade', (t) => {
  const table = `
    a1 buy 10 @ 100 b1
    a2 sell 3 @ 100 s1
    a1 sell 2 @ 100 stp=Decrement s2
    a1 cancel b1
    a2 buy 4 @ 99 IOC b2
    a3 buy 9 @ 99 b3
    a3 replace b3 to 7 @ 99 as b4
    a3 sell 1 @ 99 stp=ExpireBoth s3
  `
  const rows = [
    'b1 New 10 = 0 + 10 + 0',
    's1 New 3 = 0 + 3 + 0',
    's1 Trade 3 = 3 + 0 + 0',
    'b1 Trade 10 = 3 + 7 + 0',
    's2 New 2 = 0 + 2 + 0',
    's2 TradePrevented 2 = 0 + 0 + 2',
    'b1 TradePrevented 10 = 3 + 5 + 2',
    'b1 Canceled 10 = 3 + 0 + 7',
    'b2 New 4 = 0 + 4 + 0',
    'b2 Expired 4 = 0 + 0 + 4',
    'b3 New 9 = 0 + 9 + 0',
    'b4 Replaced 7 = 0 + 7 + 0',
    's3 New 1 = 0 + 1 + 0',
    's3 TradePrevented 1 = 0 + 0 + 1',
    'b4 TradePrevented 7 = 0 + 0 + 7',
  ]
  for (const play of venues()) {
    const said = reportsOf(play(table).flat()).map((r) => {
      const ended = r.leavesQty === 0 ? r.orderQty - r.cumQty : r.preventedQty
      return `${r.clOrdID} ${r.execType} ${r.orderQty} = ${r.cumQty} + ${r.leavesQty} + ${ended}`
    })
    t.deepEqual(said, rows)
  }
})

test('RPT-2: ids are whole numbers that only rise, trade ids have no gaps', (t) => {
  const table = `
    a1 sell 1 @ 101 s1
    a1 sell 1 @ 102 s2
    a2 buy 3 @ 102 b1
    a2 cancel b9
    a1 sell 1 @ 50 in=2 e1
    a2 buy 1 @ 50 in=2 e2
    a3 sell 1 @ 102 s3
  `
  for (const play of venues(`${FUNDS} list base=ETH \n a1 gets 10 ETH`)) {
    const reports = reportsOf(play(table).flat())
    t.deepEqual(
      reports.map((report) => report.execID),
      reports.map((_, i) => i + 1),
    )
    const trades = reports.filter(({ execType }) => execType === 'Trade')
    t.deepEqual(
      trades.map((trade) => `${trade.instrumentId}: ${trade.tradeID}`),
      ['1: 1', '1: 1', '1: 2', '1: 2', '2: 1', '2: 1', '1: 3', '1: 3'],
    )
    const entered = reports.filter(({ execType }) => execType === 'New')
    t.deepEqual(
      entered.map((report) => report.orderID),
      [1, 2, 3, 4, 5, 6],
    )
  }
})

test('RPT-3: every event carries the trace of the command that caused it, whoever it is about', (t) => {
  const table = `
    a1 buy 1 @ 100 b1
    a2 sell 1 @ 100 s1
    a1 sell 1 @ market stop=95 w1
    a3 buy 2 @ 95 b2
    a2 sell 1 @ 95 s2
    a1 gives 1 USD
    a1 kill on
    a1 masscancel
    a9 cancel x1
    venue kill on
    amend band=5000
    state Halted
  `
  const trace = (i: number) => String(i).padStart(32, 'a')
  for (const engine of opened()) {
    const sent: Command[] = commandsOfTable(table).map((c, i) => ({ ...c, traceId: trace(i) }))
    const told = sent.map((command) => engine.apply(command))
    t.deepEqual(
      told.map((events) => [...new Set(events.map(({ traceId }) => traceId))]),
      sent.map((_, i) => [trace(i)]),
    )
    const electing = told[4] ?? []
    t.true(electing.some(({ type }) => type === 'StopElected'))
    t.deepEqual([...new Set(electing.map(({ account }) => account))], [1002, 1003, 1001])
  }
})

const FILL = [
  '{"type":"ListInstrument","symbol":"BTC-USD","tickSize":"0.5","lotSize":"0.01","takerFeePpm":1000}',
  '{"type":"OpenAccount","account":1}',
  '{"type":"OpenAccount","account":2}',
  '{"type":"Credit","account":1,"asset":"USD","amount":"1000","transferId":"t1"}',
  '{"type":"Credit","account":2,"asset":"BTC","amount":"5","transferId":"t2"}',
  '{"type":"NewOrder","account":1,"symbol":"BTC-USD","clOrdID":"b1","side":"Buy","ordType":"Iceberg","timeInForce":"Day","price":"100.5","orderQty":"2","displayQty":"0.5","stpMode":"Decrement"}',
  '{"type":"ReplaceOrder","account":1,"origClOrdID":"b1","clOrdID":"b2","orderQty":"1.5"}',
  '{"type":"NewOrder","account":2,"symbol":"BTC-USD","clOrdID":"s1","side":"Sell","ordType":"Limit","price":"100","orderQty":"0.25","traceId":"0123456789abcdef0123456789abcdef","timestampNs":"1700000000000000007"}',
]

test('RPT-4: an ExecutionReport carries all of its fields, whatever it reports', (t) => {
  const script = new Script()
  for (const line of FILL) script.take(line)
  const lines = script.drain().toString().trim().split('\n')
  const events = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
  const reports = events.filter((event) => event['event'] === 'ExecutionReport')
  const order = {
    event: 'ExecutionReport',
    account: 1,
    symbol: 'BTC-USD',
    orderID: 1,
    side: 'Buy',
    ordType: 'Limit',
    timeInForce: 'DAY',
    stpMode: 'Decrement',
    postOnly: false,
    reduceOnly: false,
    price: '100.5',
    stopPx: '0',
    displayQty: '0.5',
    preventedQty: '0',
    feeAsset: 'USD',
    aggressor: false,
    rejectReason: 'None',
  }
  t.deepEqual(reports[1], {
    ...order,
    seq: 7,
    execType: 'Replaced',
    ordStatus: 'New',
    clOrdID: 'b2',
    origClOrdID: 'b1',
    execID: 2,
    tradeID: 0,
    orderQty: '1.5',
    lastQty: '0',
    lastPx: '0',
    leavesQty: '1.5',
    cumQty: '0',
    lastNotional: '0',
    cumNotional: '0',
    fee: '0',
    transactTimeNs: '0',
    traceId: '00000000000000000000000000000000',
  })
  t.deepEqual(reports[4], {
    ...order,
    seq: 8,
    execType: 'Trade',
    ordStatus: 'PartiallyFilled',
    clOrdID: 'b2',
    origClOrdID: '',
    execID: 5,
    tradeID: 1,
    orderQty: '1.5',
    lastQty: '0.25',
    lastPx: '100.5',
    leavesQty: '1.25',
    cumQty: '0.25',
    lastNotional: '25.125',
    cumNotional: '25.125',
    fee: '0',
    transactTimeNs: '1700000000000000007',
    traceId: '0123456789abcdef0123456789abcdef',
  })
  for (const report of reports) t.deepEqual(Object.keys(report), Object.keys(reports[0] ?? {}))
  t.like(reports[3], { clOrdID: 's1', aggressor: true, fee: '0.026', ordStatus: 'Filled' })
})

test('RPT-5: HashState is answered with the hash of the whole state; equal states have equal hashes', (t) => {
  const hashAfter = (...lines: string[]): unknown[] => {
    const script = new Script()
    for (const line of [...FILL, ...lines]) script.take(line)
    const text = script.drain().toString().trim().split('\n')
    const events = text.map((line) => JSON.parse(line) as Record<string, unknown>)
    return events.filter((e) => e['event'] === 'StateHash').map((e) => e['hash'])
  }
  const [asked, told] = hashAfter('{"type":"HashState"}', '{"type":"StateHash"}')
  t.regex(String(asked), /^[0-9a-f]{32}$/)
  t.is(told, asked)
  t.deepEqual(hashAfter('{"type":"HashState"}'), [asked])
  const other = hashAfter(
    '{"type":"CancelOrder","account":1,"origClOrdID":"b9"}',
    '{"type":"HashState"}',
  )
  t.not(other[0], asked)
})
