// The scripted driver: lines in, lines out.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { Script } from '../../runtime/matching/driver-script.ts'

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

test('an order is answered in decimal strings, in the words of the order semantics', (t) => {
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

test('a line that is no valid command gets one Malformed with its number, and the run goes on', (t) => {
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

test('what the engine can say no to is a reject, not malformed', (t) => {
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

test('questions are answered in line', (t) => {
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

test('a script that restores a snapshot goes on as if nothing had been', (t) => {
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

test('the same lines give the same lines, byte for byte', (t) => {
  const run = (): string => {
    const script = new Script()
    for (const line of OPENING) script.take(line)
    script.take(`{${ORDER},"ordType":"Limit","price":"100","orderQty":"1"}`)
    return script.drain().toString()
  }
  t.is(run(), run())
})
