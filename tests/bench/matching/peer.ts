// npm's nodejs-order-book on the same commands, in the same rounds. Its amend always goes to the end
// of the queue, so it gets W1L, on which all agree; its trades are counted once to prove that it does
// the same work. Its ids are strings: they are made before the time is taken.

import { OrderBook } from 'nodejs-order-book'
import { W1_ADD, W1_CANCEL, W1_MARKET, W1_MOVE, W1_REDUCE, type W1Load } from '../workload-w1.ts'
import { type Contestant, timed } from './contestant.ts'

export const PEER = 'npm nodejs-order-book'
type Answer = ReturnType<OrderBook['limit']>
type Side = Parameters<OrderBook['limit']>[0]['side']
type TimeInForce = NonNullable<Parameters<OrderBook['limit']>[0]['timeInForce']>
// The package exports these two as types only.
const SIDES = ['buy', 'sell'] as Side[]
const IOC = 'IOC' as TimeInForce

/** The peer on the commands from `from` on, a fresh book in every round. */
export function peerOn(load: W1Load, from: number): Contestant {
  const ids = Array.from(load.id, String)
  return {
    name: `${PEER}, start of W1L`,
    commands: load.count - from,
    run: () => {
      const book = new OrderBook()
      for (let i = 0; i < from; i++) playOne(book, load, ids, i)
      return timed(() => {
        for (let i = from; i < load.count; i++) playOne(book, load, ids, i)
      })
    },
  }
}

/** Trades of the whole load, as the peer makes them. */
export function peerTradesOf(load: W1Load): number {
  const ids = Array.from(load.id, String)
  const book = new OrderBook()
  let trades = 0
  for (let i = 0; i < load.count; i++) {
    const answer = playOne(book, load, ids, i)
    if (answer === undefined) continue
    const { done, partial } = answer
    trades += done.filter((order) => order.id !== ids[i]).length
    if (partial !== null && partial.id !== ids[i]) trades += 1
  }
  return trades
}

function playOne(
  book: OrderBook,
  load: W1Load,
  ids: readonly string[],
  i: number,
): Answer | undefined {
  const id = ids[i] as string
  const side = SIDES[load.side[i] as number] as Side
  const size = load.qty[i] as number
  const price = load.price[i] as number
  switch (load.type[i]) {
    case W1_ADD:
      return book.limit({ id, side, size, price })
    case W1_CANCEL:
      book.cancel(id)
      return undefined
    case W1_REDUCE:
    case W1_MOVE:
      return book.modify(id, { size, price })
    case W1_MARKET:
      return book.market({ side, size })
    default:
      return book.limit({ id, side, size, price, timeInForce: IOC })
  }
}
