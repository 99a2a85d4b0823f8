// The scripted driver: lines in, lines out.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import test from 'ava'
import { Script } from '../../runtime/matching/driver-script.ts'
import { seededRandom } from '../helpers/tiny-venue.ts'

const OPENING = [
  '{"type":"ListInstrument","symbol":"BTC-USD","tickSize":"0.01","lotSize":"0.0001","takerFeePpm":1000}',
  '{"type":"OpenAccount","account":1}',
  '{"type":"OpenAccount","account":2}',
  '{"type":"Credit","account":1,"asset":"USD","amount":"10000","transferId":"t1"}',
  '{"type":"Credit","account":2,"asset":"BTC","amount":"10","transferId":"t2"}',
  '{"type":"NewOrder","account":1,"symbol":"BTC-USD","clOrdID":"b1","side":"Buy","ordType":"Limit","timeInForce":"GoodTillCancel","price":"100.5","orderQty":"1.5"}',
]
const ORDER = '"type":"NewOrder","account":2,"symbol":"BTC-USD","clOrdID":"s1","side":"Sell"'

type Line = Record<string, unknown>

/** Answers of a fresh script to the last line, after the opening. */
function answer(...lines: string[]): Line[] {
  const script = new Script()
  for (const line of OPENING) script.take(line)
  script.drain()
  for (const line of lines) script.take(line)
  return parse(script.drain().toString())
}

function parse(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

test('DRV-1: an order is answered in decimal strings, in the words of the order semantics', (t) => {
  const events = answer(`{${ORDER},"ordType":"Market","orderQty":"0.5"}`)
  t.deepEqual(
    events.map((e) => e['execType'] ?? e['event']),
    ['New', 'Trade', 'Trade', ...Array.from({ length: 5 }, () => 'BalanceChanged')],
  )
  t.like(events[1], {
    account: 2,
    lastQty: '0.5',
    lastPx: '100.5',
    fee: '0.05025',
    tradeID: 1,
    ordStatus: 'Filled',
    rejectReason: 'None',
  })
  t.like(events.at(-1), { account: 'fees', delta: '0.05025' })
})

test('DRV-2, F1, F3: a line that is no valid command gets one Malformed with its number, and the run goes on', (t) => {
  const lines = [
    'nonsense',
    '[]',
    '{"type":"Nothing"}',
    `{${ORDER},"ordType":"Limit","price":100.5,"orderQty":"1"}`,
    `{${ORDER},"ordType":"Limit","price":"1e3","orderQty":"1"}`,
    `{${ORDER},"ordType":"Limit","price":"-1","orderQty":"1"}`,
    `{${ORDER},"ordType":"Limit","price":"1","orderQty":"99999999999999999999"}`,
    `{${ORDER},"ordType":"Limit","price":"1","orderQty":"1","colour":"red"}`,
    `{${ORDER},"account":2,"ordType":"Limit","price":"1","orderQty":"1"}`,
    `{"\\u0061ccount":2,${ORDER},"ordType":"Limit","price":"1","orderQty":"1"}`,
    `{${ORDER},"ordType":"Limit","price":"1","orderQty":9007199254740993}`,
    `{${ORDER},"ordType":"Iceberg","price":"1","orderQty":"1"}`,
    `{"type":"NewOrderList","account":2,"contingencyType":"Bracket","orders":[{"side":"Buy","side":"Buy"}]}`,
    '{"type":"NewOrderList","account":2,"contingencyType":"Bracket","orders":[1]}',
    '{"type":"CancelReplace","account":2,"orderID":1,"order":null}',
    '{"type":"SetDeadMan","account":2,"timeoutMs":-1}',
    '{"type":"Clock","timestampNs":9007199254740993}',
    '{"type":"OpenAccount","account":"nobody"}',
    '{"type":"OpenAccount","account":0}',
    '{"type":"OpenAccount","account":1.5}',
    '{"type":"Book","symbol":"XXX-YYY"}',
    '{"type":"Restore","path":"/nowhere/at/all"}',
  ]
  const events = answer(...lines)
  t.deepEqual(
    events.map((e) => [e['event'], e['line']]),
    lines.map((_line, i) => ['Malformed', OPENING.length + i + 1]),
  )
})

test('DRV-2: what the engine can say no to is a reject, not malformed', (t) => {
  const reject = (fields: string) => answer(`{${ORDER},${fields}}`)[0]?.['rejectReason']
  t.is(reject('"ordType":"Limit","price":"100.505","orderQty":"1"'), 'InvalidPrice')
  t.is(reject('"ordType":"Limit","price":"100.5","orderQty":"1.00005"'), 'InvalidLot')
  t.is(reject('"ordType":"Limit","price":"0","orderQty":"1"'), 'InvalidPrice')
  t.is(reject('"ordType":"PostOnly","price":"100.5","orderQty":"1"'), 'PostOnlyWouldCross')
  t.is(reject('"ordType":"StopLimit","price":"1","orderQty":"1"'), 'StopPxRequired')
  const unknown = ORDER.replace('BTC-USD', 'XXX-USD')
  t.is(
    answer(`{${unknown},"ordType":"Market","orderQty":"1"}`)[0]?.['rejectReason'],
    'UnknownInstrument',
  )
  t.like(answer('{"type":"Credit","account":7,"asset":"USD","amount":"1","transferId":"x"}')[0], {
    event: 'CommandRejected',
    rejectReason: 'UnknownAccount',
  })
})

test('DRV-4: questions are answered in line', (t) => {
  const [book, balances, hash] = answer(
    '{"type":"Book","symbol":"BTC-USD"}',
    '{"type":"Balances"}',
    '{"type":"StateHash"}',
  )
  t.deepEqual(book, {
    event: 'Book',
    symbol: 'BTC-USD',
    bids: [{ price: '100.5', qty: '1.5', orders: 1 }],
    asks: [],
  })
  const rows = balances?.['balances'] as Line[]
  t.like(
    rows.find((row) => row['account'] === 1 && row['asset'] === 'USD'),
    {
      balance: '10000',
      hold: '150.90075',
      available: '9849.09925',
    },
  )
  t.regex(String(hash?.['hash']), /^[0-9a-f]{32}$/)
})

test('DRV-5: a script that restores a snapshot goes on as if nothing had been', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'te-driver-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const path = JSON.stringify(join(folder, 'state'))
  const rest = [
    '{"type":"ReplaceOrder","account":1,"origClOrdID":"b1","clOrdID":"b2","price":"100.4","orderQty":"2"}',
    `{${ORDER},"ordType":"Limit","price":"100.4","orderQty":"0.5"}`,
    '{"type":"StateHash"}',
  ]
  const plain = answer(...rest)
  const [saved, canceled, , restored, ...again] = answer(
    `{"type":"Snapshot","path":${path}}`,
    '{"type":"CancelOrder","account":1,"origClOrdID":"b1"}',
    `{"type":"Restore","path":${path}}`,
    ...rest,
  )
  t.is(canceled?.['execType'], 'Canceled')
  t.is(restored?.['hash'], saved?.['hash'])
  t.deepEqual(again, plain)
})

test('DRV-5: the same lines give the same lines, byte for byte', (t) => {
  const run = (): string => {
    const script = new Script()
    for (const line of OPENING) script.take(line)
    script.take(`{${ORDER},"ordType":"Limit","price":"100","orderQty":"1"}`)
    return script.drain().toString()
  }
  t.is(run(), run())
})

test('DRV-6: time is what the script says and never goes back', (t) => {
  const events = answer(
    '{"type":"OpenAccount","account":3,"timestampNs":"1700000000000000000"}',
    '{"type":"OpenAccount","account":4}',
    '{"type":"Clock","timestampNs":1}',
  )
  t.deepEqual(
    events.map((e) => e['transactTimeNs'] ?? e['reason']),
    ['1700000000000000000', '1700000000000000000', 'timestampNs is before what it was'],
  )
})

test('DRV-3: every command can be said, with all its fields', (t) => {
  const events = answer(...EVERYTHING)
  const names = [...new Set(events.map((e) => String(e['event'])))].sort()
  t.deepEqual(names, [
    'AccountChanged',
    'AuctionIndication',
    'BalanceChanged',
    'Book',
    'CommandRejected',
    'DeadManFired',
    'ExecutionReport',
    'InstrumentChanged',
    'MarkChanged',
    'MassCanceled',
    'PositionChanged',
    'Positions',
    'StateHash',
    'StopElected',
    'VenueChanged',
  ])
  const told = (name: string) => events.find((e) => e['event'] === name)
  t.like(told('Book'), { asks: [{ price: '101', qty: '0.5', orders: 1 }] })
  t.like(told('PositionChanged'), { symbol: 'PERP-USD', netQty: '0.4', cost: '20' })
  t.like((told('Positions') as { positions?: Line[] }).positions?.[1], {
    account: 2,
    netQty: '-0.4',
  })
  t.like(told('MarkChanged'), { symbol: 'PERP-USD', price: '50.5' })
  t.like(told('AuctionIndication'), { indicativePrice: '101', indicativeQty: '0.7' })
  t.like(told('CommandRejected'), { command: 'Liquidate', rejectReason: 'NotLiquidatable' })
  t.like(told('DeadManFired'), { account: 2 })
  const limits = {
    maxPositions: [{ symbol: 'BTC-USD', maxPosition: '5' }],
    maxOrdersPerSecond: 100,
  }
  t.true(events.some((e) => JSON.stringify(e).includes(JSON.stringify(limits).slice(1, -1))))
  t.false(events.some((e) => e['event'] === 'Malformed'))
})

const EVERYTHING = [
  '{"type":"ListInstrument","symbol":"PERP-USD","kind":"LinearPerpetual","tickSize":"0.5","lotSize":"0.001","initialMarginPpm":100000,"maintenanceMarginPpm":50000,"timestampNs":"1700000000000000000"}',
  '{"type":"AmendInstrument","symbol":"BTC-USD","volatilityGuard":{"bandPpm":500000,"action":"Auction"}}',
  '{"type":"Credit","account":2,"asset":"USD","amount":"1000","transferId":"t3"}',
  '{"type":"Credit","account":"insurance","asset":"USD","amount":"5","transferId":"t4"}',
  '{"type":"Debit","account":2,"asset":"USD","amount":"1","transferId":"t5"}',
  `{${ORDER},"ordType":"Iceberg","timeInForce":"Day","price":"101","orderQty":"2","displayQty":"0.5"}`,
  '{"type":"Book","symbol":"BTC-USD"}',
  '{"type":"ReplaceOrder","account":1,"origClOrdID":"b1","clOrdID":"b2","price":"100"}',
  '{"type":"CancelReplace","account":1,"mode":"AllowFailure","origClOrdID":"b2","order":{"symbol":"BTC-USD","clOrdID":"b3","side":"Buy","ordType":"StopLimit","price":"102","stopPx":"101","orderQty":"0.1"}}',
  '{"type":"NewOrder","account":1,"symbol":"BTC-USD","clOrdID":"b4","side":"Buy","ordType":"Limit","timeInForce":"GoodTillDate","expireTimeNs":"1700000001000000000","price":"101","orderQty":"0.6"}',
  '{"type":"NewOrder","account":1,"symbol":"BTC-USD","clOrdID":"b5","side":"Sell","ordType":"TrailingStop","trailingOffset":1000,"trailingOffsetUnit":"Ppm","orderQty":"0.1"}',
  '{"type":"NewOrderList","account":2,"symbol":"BTC-USD","contingencyType":"OneCancelsOther","orders":[{"clOrdID":"o1","side":"Sell","ordType":"Limit","price":"105","orderQty":"1"},{"clOrdID":"o2","side":"Sell","ordType":"Stop","stopPx":"90","orderQty":"1"}]}',
  '{"type":"SetDeadMan","account":2,"timeoutMs":1500}',
  '{"type":"SetLimits","account":2,"symbol":"BTC-USD","maxPosition":"5","maxOrdersPerSecond":100,"maxOpenOrders":50}',
  '{"type":"SetFeeTier","account":2,"makerFeePpm":-10,"takerFeePpm":null}',
  '{"type":"SetMark","symbol":"PERP-USD","price":"50.5"}',
  '{"type":"NewOrder","account":2,"symbol":"PERP-USD","clOrdID":"p1","side":"Sell","ordType":"Limit","price":"50","orderQty":"1"}',
  '{"type":"NewOrder","account":1,"symbol":"PERP-USD","clOrdID":"p2","side":"Buy","ordType":"Limit","price":"50","orderQty":"0.4"}',
  '{"type":"NewOrder","account":1,"symbol":"PERP-USD","clOrdID":"p3","side":"Sell","ordType":"Limit","price":"60","orderQty":"0.4","reduceOnly":true}',
  '{"type":"Positions"}',
  '{"type":"Liquidate","account":1}',
  '{"type":"SetTradingState","symbol":"BTC-USD","tradingState":"Auction"}',
  '{"type":"NewOrder","account":1,"symbol":"BTC-USD","clOrdID":"a1","side":"Buy","ordType":"Limit","timeInForce":"GFA","price":"102","orderQty":"0.7"}',
  '{"type":"SetTradingState","symbol":"BTC-USD","tradingState":"Open"}',
  '{"type":"MassCancel","account":1,"symbol":"BTC-USD","side":"Buy"}',
  '{"type":"SetKillSwitch","engaged":true}',
  '{"type":"Clock","timestampNs":"1700000005000000000"}',
  '{"type":"HashState"}',
]

test('DRV-5: two processes write the same bytes', (t) => {
  const entry = resolve(import.meta.dirname, '../../runtime/matching/driver.ts')
  const input = [...OPENING, ...EVERYTHING, 'nonsense', '{"type":"StateHash"}'].join('\n')
  const run = (): string => execFileSync(process.execPath, [entry], { input, encoding: 'utf8' })
  const first = run()
  t.is(run(), first)
  const script = new Script()
  for (const line of input.split('\n')) script.take(line)
  t.is(script.drain().toString(), first)
})

test('DRV-2: whatever a line holds, the run goes on', (t) => {
  const script = new Script()
  const random = seededRandom(7)
  const pick = (n: number): number => Math.floor(random() * n)
  const lines = [...OPENING, ...EVERYTHING]
  const pieces = ['"', ':', '{', '}', '[', ',', '\\', '-', '9', '"price"', 'null', 'é', '\u0000']
  for (const line of OPENING) script.take(line)
  for (let round = 0; round < 8_000; round++) {
    let line = lines[pick(lines.length)] as string
    for (let change = pick(4); change > 0; change--) {
      const at = pick(line.length)
      const piece = pick(3) === 0 ? '' : (pieces[pick(pieces.length)] as string)
      line = line.slice(0, at) + piece + line.slice(at + pick(6))
    }
    if (!line.includes('Snapshot') && !line.includes('Restore')) script.take(line)
    for (const event of parse(script.drain().toString())) t.is(typeof event['event'], 'string')
  }
})

test('DRV-1, F10: a decimal is its value, however many zeros it ends in', (t) => {
  const buy = ORDER.replace('"Sell"', '"Buy"').replace('"account":2', '"account":1')
  const [report] = answer(`{${buy},"ordType":"Limit","price":"100.500","orderQty":"1.0000"}`)
  t.like(report, { execType: 'New', price: '100.5', orderQty: '1' })
  const [book] = answer(
    `{${buy},"ordType":"Limit","price":"100.50","orderQty":"1"}`,
    '{"type":"Book","symbol":"BTC-USD"}',
  ).slice(-1)
  t.deepEqual(book?.['bids'], [{ price: '100.5', qty: '2.5', orders: 2 }])
})
