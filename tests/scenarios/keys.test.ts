// Keys: what may be one, and which order the answer to a repeated one is about.

import test from 'ava'
import { Script } from '../../runtime/matching/driver-script.ts'
import { venues } from '../helpers/both-engines.ts'

test('CHK-4, CHK-6: the answer to a repeated clOrdID names the first order, or none if it was refused', (t) => {
  const table = `
    a1 buy 1 @ 100 b1
    a1 buy 1 @ 99 b2
    a1 buy 0 @ 100 b3
    a1 replace b1 to 2 @ 100 as b4
    a1 replace b9 to 2 @ 100 as b5
    a1 cancelreplace b2 StopOnFailure buy 1 @ 98 b6
    a1 cancel b4
    a1 buy 1 @ 97 b1
    a1 buy 1 @ 97 b3
    a1 replace b6 to 5 @ 98 as b4
    a1 buy 1 @ 97 b5
    a1 cancelreplace b6 AllowFailure buy 1 @ 97 b6
    a2 buy 1 @ 97 b1
  `
  for (const play of venues()) {
    const told = play(table).flat()
    const reports = told.filter((event) => event.type === 'ExecutionReport')
    t.deepEqual(
      reports.map((r) => `${r.clOrdID} ${r.execType} ${r.rejectReason} ${r.orderID}`),
      [
        'b1 New None 1',
        'b2 New None 2',
        'b3 Rejected InvalidQty 0',
        'b4 Replaced None 1',
        'b5 Rejected UnknownOrder 0',
        'b2 Canceled None 2',
        'b6 New None 3',
        'b4 Canceled None 1',
        'b1 Rejected DuplicateClOrdID 1',
        'b3 Rejected DuplicateClOrdID 0',
        'b4 Rejected DuplicateClOrdID 1',
        'b5 Rejected DuplicateClOrdID 0',
        'b6 Rejected DuplicateClOrdID 3',
        'b1 New None 4',
      ],
    )
  }
})

const LONGEST = 'abcdefghijklmnopqrstuvwxyz.0123456-_'

test('CHK-4: a key has 1 to 36 characters of A-Z a-z 0-9 . _ : -', (t) => {
  const script = new Script()
  const answer = (command: object): unknown => {
    script.take(JSON.stringify(command))
    const [line = ''] = script.drain().toString().split('\n')
    return (JSON.parse(line) as { event?: unknown }).event
  }
  answer({ type: 'ListInstrument', symbol: 'BTC-USD', tickSize: '1', lotSize: '1' })
  answer({ type: 'OpenAccount', account: 1 })
  const credit = { type: 'Credit', account: 1, asset: 'USD', amount: '100' }
  const order = { type: 'NewOrder', account: 1, symbol: 'BTC-USD', side: 'Buy', ordType: 'Limit' }
  const terms = { ...order, price: '1', orderQty: '1' }
  for (const key of ['a', 'Z:9', LONGEST]) {
    t.is(answer({ ...credit, transferId: key }), 'BalanceChanged', key)
    t.is(answer({ ...terms, clOrdID: key }), 'ExecutionReport', key)
  }
  for (const key of ['', `${LONGEST}x`, 'a b', 'é', 'a\n', 'a/b', 'a"', '\0']) {
    t.is(answer({ ...credit, transferId: key }), 'Malformed', key)
    t.is(answer({ ...terms, clOrdID: key }), 'Malformed', key)
  }
})
