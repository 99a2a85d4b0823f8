// V1: no posting of the ledger makes or loses money.

import test from 'ava'
import fc from 'fast-check'
import { postExternal, postTrade } from '#domain/ledger-entry.ts'
import { foldLedger } from '../../functions/ledger/postings.ts'
import { engineBatches, eventsOf } from '../helpers/engine-events.ts'
import { BTC_USD } from '../helpers/events.ts'

const amount = fc.bigInt({ min: 0n, max: 2n ** 62n })
const fee = fc.bigInt({ min: -(2n ** 40n), max: 2n ** 40n })
const account = fc.integer({ min: 1_000, max: 1_003 })

const sums = (legs: readonly { assetId: number; amount: bigint }[]) => {
  const total = new Map<number, bigint>()
  for (const leg of legs) total.set(leg.assetId, (total.get(leg.assetId) ?? 0n) + leg.amount)
  return [...total.values()]
}

test('C2: every transfer of a trade sums to zero in each asset, with rebates and own trades', (t) => {
  fc.assert(
    fc.property(amount, amount, fee, fee, account, account, (notional, baseAmount, a, b, x, y) => {
      const transfers = postTrade({
        buyer: { account: x, fee: a },
        seller: { account: y, fee: b },
        baseAssetId: 2,
        quoteAssetId: 1,
        baseAmount,
        notional,
      })
      return transfers.every(
        ({ legs }) => sums(legs).every((s) => s === 0n) && legs.every((l) => l.amount !== 0n),
      )
    }),
    { numRuns: 2_000 },
  )
  t.pass()
})

test('money from and to the outside sums to zero', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }), (delta) =>
      sums(postExternal(1_000, 1, delta).legs).every((s) => s === 0n),
    ),
  )
  t.pass()
})

test('V9: the journal of any flow adds up to the balances that the engine tells', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), (seed) => {
      const batches = engineBatches(seed, 40)
      const instrument = eventsOf(batches, 'InstrumentChanged').at(-1)?.instrument ?? BTC_USD
      const { postings, balances } = foldLedger(batches, new Map([[1, instrument]]))
      const journal = new Map<string, bigint>()
      for (const { account: of, assetId, amount: n } of postings.flatMap((p) => p.legs)) {
        const key = `${of}:${assetId}`
        journal.set(key, (journal.get(key) ?? 0n) + n)
      }
      return balances.every((b) => (journal.get(`${b.account}:${b.assetId}`) ?? 0n) === b.balance)
    }),
    { numRuns: 25 },
  )
  t.pass()
})
