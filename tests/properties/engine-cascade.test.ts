// Many stops in one command: all are elected, each once, nearest first, then oldest, whatever the
// capacity and whether or not the engine has been restored from a snapshot meanwhile.

import test from 'ava'
import type { NewOrder } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import { commandsOfTable } from '../helpers/book-table.ts'
import { FastEngine, TRACE } from '../helpers/engine-under-test.ts'
import { PLAIN } from '../helpers/plain-order.ts'
import { Random } from '../helpers/workload-random.ts'

const STOPS = 20_000
const LAST = 100_000
const OPENING = commandsOfTable(`
  list
  a1 gets 10000000000 USD
  a1 gets 1000000 BTC
  a2 gets 10000000000 USD
  a2 gets 1000000 BTC
  a2 sell 1 @ ${LAST} q1
  a1 buy 1 @ ${LAST} q2
`)

function order(terms: Partial<NewOrder>): NewOrder {
  return {
    type: 'NewOrder',
    ...PLAIN,
    account: 1001,
    traceId: TRACE,
    instrumentId: 1,
    clOrdID: '',
    side: 'Sell',
    ordType: 'Stop',
    timeInForce: 'GTC',
    stpMode: 'None',
    price: 0,
    orderQty: 1,
    ...terms,
  }
}

/** Sell stops below the market, some of which trail or have been canceled; then one trade. */
function cascade(engine: FastEngine, isRestored: boolean): EngineEvent[] {
  const random = new Random(4)
  for (const command of OPENING) engine.apply(command)
  for (let i = 0; i < STOPS; i++) {
    const distance = 1 + random.below(3000)
    const stop = random.chance(30)
      ? order({ clOrdID: `s${i}`, ordType: 'TrailingStop', trailingOffset: distance })
      : order({ clOrdID: `s${i}`, stopPx: LAST - distance })
    engine.apply(stop)
    if (!random.chance(10)) continue
    const origClOrdID = `s${random.below(i + 1)}`
    const cancel = { account: 1001, traceId: TRACE, orderID: 0, origClOrdID, clOrdID: '' }
    engine.apply({ type: 'CancelOrder', ...cancel })
  }
  if (isRestored) engine.restart()
  const price = LAST - 3000
  const bid = { account: 1002, ordType: 'Limit', side: 'Buy', price } as const
  engine.apply(order({ ...bid, clOrdID: 'bid', orderQty: STOPS + 1 }))
  return engine.apply(order({ account: 1002, ordType: 'Limit', clOrdID: 'go', price }))
}

test('B7: twenty thousand stops in one command are elected nearest first, then oldest', (t) => {
  const small = new FastEngine({ capacity: 1 })
  const events = cascade(small, false)
  const elected = events.filter((event) => event.type === 'StopElected')
  t.true(elected.length > STOPS / 2)
  t.is(new Set(elected.map((event) => event.orderID)).size, elected.length)
  for (const [i, event] of elected.entries()) {
    const before = elected[i - 1] ?? { stopPx: LAST, orderID: 0 }
    t.true(
      event.stopPx < before.stopPx ||
        (event.stopPx === before.stopPx && event.orderID > before.orderID),
    )
  }
  const large = new FastEngine({ capacity: 1_000_000 })
  const again = cascade(large, true)
  t.is(again.length, events.length)
  t.deepEqual(again.at(-1), events.at(-1))
  t.is(large.engine.stateHash(), small.engine.stateHash())
  small.engine.checkInvariants()
})
