// Numbers at the driver's edge: what is no plain decimal never becomes an order, what is equal is
// equal however it is written, and no digit is lost on the way in or out.

import test from 'ava'
import { Script } from '../../runtime/matching/driver-script.ts'

type Line = Record<string, unknown>

const OPENING = [
  '{"type":"ListInstrument","symbol":"BTC-USD","tickSize":"0.01","lotSize":"0.0001"}',
  '{"type":"OpenAccount","account":1}',
  '{"type":"OpenAccount","account":2}',
  '{"type":"Credit","account":1,"asset":"USD","amount":"100000","transferId":"t1"}',
  '{"type":"Credit","account":2,"asset":"BTC","amount":"100","transferId":"t2"}',
]

/** Answers of a fresh script to the lines, after the opening. */
function answers(...lines: string[]): Line[] {
  const script = new Script()
  for (const line of OPENING) script.take(line)
  script.drain()
  for (const line of lines) script.take(line)
  const text = script.drain().toString()
  const told = text.split('\n').filter((line) => line !== '')
  return told.map((line) => JSON.parse(line) as Line)
}

function order(account: number, side: string, id: string, price: string, qty: string): string {
  const terms = { clOrdID: id, side, ordType: 'Limit', price, orderQty: qty }
  return JSON.stringify({ type: 'NewOrder', account, symbol: 'BTC-USD', ...terms })
}

const NO_DECIMALS = [
  '1e3',
  '1E3',
  '0x10',
  ' 1',
  '1 ',
  '',
  '+1',
  '-1',
  '.5',
  '5.',
  '01',
  '1_000',
  '1,5',
  'NaN',
  'Infinity',
  '１',
  '99999999999999999999',
]

test('DRV-2, F3: what is no plain decimal within the bounds is Malformed as price, quantity and amount', (t) => {
  for (const text of NO_DECIMALS) {
    const got = answers(
      order(1, 'Buy', 'a', text, '1'),
      order(1, 'Buy', 'b', '1', text),
      JSON.stringify({ type: 'Debit', account: 1, asset: 'USD', amount: text, transferId: 't' }),
    )
    const isLarge = text.length > 15
    const want = isLarge ? ['Malformed', 'Malformed'] : ['Malformed', 'Malformed', 'Malformed']
    t.deepEqual(got.map((e) => e['event']).slice(0, want.length), want, JSON.stringify(text))
  }
})

test('DRV-2, F1: 2^53 + 1 is refused as a price or quantity, never rounded; as an amount it is exact', (t) => {
  const big = '9007199254740993'
  const [price, qty, money] = answers(
    order(1, 'Buy', 'a', big, '1'),
    order(1, 'Buy', 'b', '1', big),
    JSON.stringify({
      type: 'Credit',
      account: 1,
      asset: 'BTC',
      amount: '900719925474.0993',
      transferId: 't',
    }),
  )
  t.is(price?.['event'], 'Malformed')
  t.is(qty?.['event'], 'Malformed')
  t.is(money?.['balance'], '900719925474.0993')
})

test('DRV-1, F10: 1.0 and 1.00 are one price and one quantity', (t) => {
  const got = answers(
    order(1, 'Buy', 'a', '1.0', '1.00'),
    order(1, 'Buy', 'b', '1.00', '1'),
    order(2, 'Sell', 'c', '1', '2.0'),
  )
  const reports = got.filter((e) => e['event'] === 'ExecutionReport')
  t.deepEqual(
    reports.map((e) => [e['clOrdID'], e['execType'], e['price'], e['lastQty']]),
    [
      ['a', 'New', '1', '0'],
      ['b', 'New', '1', '0'],
      ['c', 'New', '1', '0'],
      ['c', 'Trade', '1', '1'],
      ['a', 'Trade', '1', '1'],
      ['c', 'Trade', '1', '1'],
      ['b', 'Trade', '1', '1'],
    ],
  )
})

test('RPT-1, F6: ten fills of 0.1 end an order of 1 in the event of the tenth', (t) => {
  const sells = Array.from({ length: 10 }, (_, i) => order(2, 'Sell', `s${i}`, '1', '0.1'))
  const got = answers(order(1, 'Buy', 'b', '1', '1'), ...sells)
  const fills = got.filter((e) => e['clOrdID'] === 'b' && e['execType'] === 'Trade')
  t.deepEqual(
    fills.map((e) => [e['cumQty'], e['leavesQty'], e['ordStatus']]),
    Array.from({ length: 10 }, (_, i) => {
      const cum = i === 9 ? '1' : `0.${i + 1}`
      const leaves = i === 9 ? '0' : `0.${9 - i}`
      return [cum, leaves, i === 9 ? 'Filled' : 'PartiallyFilled']
    }),
  )
})
