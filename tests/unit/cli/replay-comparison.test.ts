import test from 'ava'
import {
  type BookFigures,
  compareBook,
  compareTrades,
  determinedRange,
} from '../../../runtime/cli/replay/comparison.ts'
import type { FlowEvent } from '../../../runtime/cli/replay/flow.ts'
import type { Report } from '../../../runtime/cli/replay/session.ts'
import { createShadowBook } from '../../../runtime/cli/replay/shadow-book.ts'

function report(fields: Partial<Report>): Report {
  return {
    execType: 'New',
    ordStatus: 'New',
    orderID: 1,
    clOrdID: 'o1',
    side: 'Buy',
    timeInForce: 'GTC',
    price: '100',
    leavesQty: '1',
    cumQty: '0',
    lastQty: '0',
    lastPx: '0',
    tradeID: 0,
    aggressor: false,
    seq: 1,
    traceId: '0'.repeat(32),
    ...fields,
  }
}

function bookEvent(bids: [string, string][], asks: [string, string][] = []) {
  return { line: 9, timeMs: 0, kind: 'book', bids, asks } as Extract<FlowEvent, { kind: 'book' }>
}

function noFigures(): BookFigures {
  const zero = { snapshots: 0, snapshotsEqual: 0, levels: 0, levelsEqual: 0, levelsUndetermined: 0 }
  return { ...zero, examples: [] }
}

test('the shadow book follows new, trade, replace and cancel', (t) => {
  const book = createShadowBook()
  book.apply(report({}))
  book.apply(report({ orderID: 2, leavesQty: '2' }))
  t.is(book.level('Buy', 1_000_000n), 300_000_000n)
  book.apply(report({ execType: 'Trade', leavesQty: '0.4', cumQty: '0.6' }))
  t.deepEqual(book.order(1)?.leaves, 40_000_000n)
  book.apply(report({ execType: 'Replaced', price: '101', leavesQty: '0.4', cumQty: '0.6' }))
  t.is(book.level('Buy', 1_010_000n), 40_000_000n)
  book.apply(report({ execType: 'Canceled', leavesQty: '0', price: '101', cumQty: '0.6' }))
  t.is(book.order(1), undefined)
  t.deepEqual(book.best('Buy', 5), [[1_000_000n, 200_000_000n]])
})

test('an order that never rests leaves no level behind', (t) => {
  const book = createShadowBook()
  book.apply(report({ timeInForce: 'IOC' }))
  t.deepEqual(book.best('Buy', 5), [])
})

test('only levels inside of the first snapshot count; the others are undetermined', (t) => {
  const book = createShadowBook()
  book.apply(report({}))
  const figures = noFigures()
  const worst = determinedRange(bookEvent([['99', '5']], [['110', '5']]))
  compareBook(
    book,
    bookEvent([
      ['100', '1.00000000'],
      ['98', '7'],
    ]),
    worst,
    figures,
  )
  t.like(figures, {
    snapshots: 1,
    snapshotsEqual: 1,
    levels: 1,
    levelsEqual: 1,
    levelsUndetermined: 1,
  })
  compareBook(book, bookEvent([['100', '2']]), worst, figures)
  t.like(figures, { snapshots: 2, snapshotsEqual: 1, levels: 2, levelsEqual: 1 })
  t.regex(figures.examples[0] ?? '', /line 9: Buy 100 recorded 2, here 1/)
})

test('trades match one to one by price and quantity; the rest is told by reason', (t) => {
  const trade = (price: string, qty: string) =>
    ({ line: 1, timeMs: 0, kind: 'trade', price, qty }) as Extract<FlowEvent, { kind: 'trade' }>
  const here = [
    report({ execType: 'Trade', aggressor: true, lastPx: '100', lastQty: '1' }),
    report({ execType: 'Trade', aggressor: false, lastPx: '100', lastQty: '1' }),
    report({ execType: 'Trade', aggressor: true, lastPx: '103', lastQty: '1' }),
  ]
  const recorded = [
    { event: trade('100.00', '1.00000000'), nearUnknownOrder: false },
    { event: trade('100.00', '1.00000000'), nearUnknownOrder: false },
    { event: trade('101', '1'), nearUnknownOrder: true },
  ]
  t.deepEqual(compareTrades(recorded, here), {
    recorded: 3,
    here: 2,
    matched: 1,
    missing: {
      'the recorded exchange matched in another order': 1,
      'an order of it is older than the recording': 1,
    },
    extra: 1,
  })
})
