// Laws of the market, each told by what the engine reports and by nothing else of it.

import test from 'ava'
import type { ExecutionReport } from '#domain/event.ts'
import { FastEngine } from '../helpers/engine-under-test.ts'
import { HoldLedger } from '../helpers/hold-ledger.ts'
import { playWorkload, WORKLOADS } from '../helpers/workloads.ts'

const SEEDS = [1, 2, 3, 4, 5, 6]
const COMMANDS = 1_500

test('no book is crossed at rest: in Open the best bid is below the best ask after every command', (t) => {
  let quoted = 0
  for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
    for (const seed of SEEDS) {
      const { engine, ...fast } = run()
      playWorkload(workloadOf(seed), COMMANDS, (command, at) => {
        const events = fast.apply(command)
        for (const { instrumentId, tradingState } of engine.instruments()) {
          const [bid] = engine.levels(instrumentId, 'Buy', 1)
          const [ask] = engine.levels(instrumentId, 'Sell', 1)
          if (bid === undefined || ask === undefined || tradingState !== 'Open') continue
          quoted += 1
          if (bid.price >= ask.price) t.fail(`${name}, seed ${seed}, command ${at}: crossed`)
        }
        return events
      })
    }
  }
  t.true(quoted > 10_000, `${quoted} quotes`)
})

/** Stands in a book, as far as reports tell. */
interface Resting {
  readonly instrumentId: number
  readonly side: string
  readonly isIceberg: boolean
  price: number
  orderQty: number
  rank: number
}

/** Who stands before whom. An iceberg's tranches come and go unseen: its age is not judged. */
class Queue {
  readonly #resting = new Map<number, Resting>()
  #lastRank = 0
  judged = 0

  /** Answers what is wrong with a report; empty: nothing. */
  take(r: ExecutionReport): string {
    if (r.execType === 'Rejected' || r.ordStatus === 'PendingTrigger') return ''
    const known = this.#resting.get(r.orderID)
    const wrong = r.execType === 'Trade' && !r.aggressor ? this.#judge(r, known) : ''
    if (known === undefined) {
      const { instrumentId, side, price, orderQty } = r
      const isIceberg = r.displayQty !== 0
      const rank = ++this.#lastRank
      this.#resting.set(r.orderID, { instrumentId, side, isIceberg, price, orderQty, rank })
    } else if (r.execType === 'Replaced') {
      const isMoved = r.price !== known.price || r.orderQty > known.orderQty
      Object.assign(known, { price: r.price, orderQty: r.orderQty })
      if (isMoved) known.rank = ++this.#lastRank
    }
    if (r.leavesQty === 0) this.#resting.delete(r.orderID)
    return wrong
  }

  #judge(r: ExecutionReport, maker: Resting | undefined): string {
    if (maker === undefined) return 'the maker does not rest'
    this.judged += 1
    for (const [orderID, other] of this.#resting) {
      if (other === maker || other.instrumentId !== r.instrumentId || other.side !== r.side)
        continue
      const edge = r.side === 'Buy' ? other.price - maker.price : maker.price - other.price
      if (edge > 0) return `${orderID} has a better price than ${r.orderID}`
      const isAged = !other.isIceberg && !maker.isIceberg
      if (edge === 0 && isAged && other.rank < maker.rank) return `${orderID} is older`
    }
    return ''
  }
}

test('price-time priority: nobody trades while a better or an older order stands on his side', (t) => {
  let judged = 0
  for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
    for (const seed of SEEDS) {
      const fast = run()
      const queue = new Queue()
      playWorkload(workloadOf(seed), COMMANDS, (command, at) => {
        const events = fast.apply(command)
        for (const event of events) {
          const wrong = event.type === 'ExecutionReport' ? queue.take(event) : ''
          if (wrong !== '') t.fail(`${name}, seed ${seed}, command ${at}: ${wrong}`)
        }
        return events
      })
      judged += queue.judged
    }
  }
  t.true(judged > 2_000, `${judged} trades`)
})

test('holds are the worst case of the open orders, of every account and asset after every command', (t) => {
  let waited = 0
  for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
    for (const seed of SEEDS) {
      const fast = run()
      const ledger = new HoldLedger()
      playWorkload(workloadOf(seed), COMMANDS, (command, at) => {
        const events = fast.apply(command)
        ledger.apply(command, events)
        const wanted = ledger.holds()
        for (const { account, assetId, hold } of fast.engine.balances()) {
          const key = `${account}:${assetId}`
          const want = wanted.get(key) ?? 0n
          if (hold !== want) t.is(hold, want, `${name}, seed ${seed}, command ${at}: ${key}`)
          wanted.delete(key)
        }
        if (wanted.size > 0) t.deepEqual([...wanted], [], `${name}, seed ${seed}, command ${at}`)
        return events
      })
      waited += ledger.waiting
    }
  }
  t.true(waited > 50, `${waited} orders wait in the end`)
})

function run(): Pick<FastEngine, 'engine' | 'apply'> {
  const fast = new FastEngine({ capacity: 1 })
  return { engine: fast.engine, apply: (command) => fast.apply(command) }
}
