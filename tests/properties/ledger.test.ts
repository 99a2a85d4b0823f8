// V1: no posting of the ledger makes or loses money.

import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import type { ProjectedBatch } from '#adapters/postgres/index.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import type { Command } from '#domain/command.ts'
import { postExternal, postTrade } from '#domain/ledger-entry.ts'
import type { CarriedCommand } from '../../functions/ledger/open-command.ts'
import { foldLedger, type LedgerFold } from '../../functions/ledger/postings.ts'
import { foldPositions } from '../../functions/positions/projection.ts'
import {
  type BatchApplier,
  createBatchApplier,
} from '../../runtime/matching/journal/batch-applier.ts'
import { engineBatches, eventsOf } from '../helpers/engine-events.ts'
import { BTC_USD } from '../helpers/events.ts'
import { RandomCommands, START_NS } from '../helpers/workload-random.ts'

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

test('V9: journal and positions are the engine through perpetuals, liquidations and auctions', (t) => {
  let settlements = 0
  for (let seed = 1; seed <= 12; seed++) {
    const commands = new RandomCommands(seed)
    const applier = createBatchApplier()
    const batches: ProjectedBatch[] = []
    const take = (command: Command): void => {
      const seq = applier.seq() + 1
      const data = encodeCommandBatch({ source: 1, sourceSeq: seq }, [command])
      const { parts } = applier.apply(seq, START_NS + BigInt(seq) * 1_000_000n, data)
      const batch = { ...decodeEventBatch(parts[0].bytes), message: seq }
      commands.observe(batch.events)
      batches.push(batch)
    }
    for (const command of commands.opening()) take(command)
    for (let i = 0; i < 1_500; i++) take(commands.next())
    const { engine } = applier
    const instruments = new Map(engine.instruments().map((i) => [i.instrumentId, i]))
    const { postings } = foldLedger(batches, instruments)
    settlements += postings.filter(({ kind }) => kind === 'Settlement').length
    const journal = new Map<string, bigint>()
    for (const { account: of, assetId, amount: n } of postings.flatMap((p) => p.legs)) {
      const key = `${of}:${assetId}`
      journal.set(key, (journal.get(key) ?? 0n) + n)
    }
    for (const { account: of, assetId, balance } of engine.balances()) {
      t.is(journal.get(`${of}:${assetId}`) ?? 0n, balance, `seed ${seed}, ${of} ${assetId}`)
      journal.delete(`${of}:${assetId}`)
    }
    t.true([...journal.values()].every((rest) => rest === 0n))
    assertPositions(t, applier, batches)
  }
  t.true(settlements > 50, `only ${settlements} settlements: the streams prove little`)
})

test('V9: the journal is the same engine when every batch comes in small parts, each by itself', (t) => {
  const [commands, partBytesMax] = [new RandomCommands(7), 700]
  const applier = createBatchApplier(undefined, { partBytesMax })
  const journal = new Map<string, bigint>()
  const legs = new Set<string>()
  let carried: CarriedCommand | null = null
  let message = 0
  let carriedBatches = 0
  const take = (group: readonly Command[]): void => {
    const seq = applier.seq() + 1
    const data = encodeCommandBatch({ source: 1, sourceSeq: seq }, group)
    const { parts } = applier.apply(seq, START_NS + BigInt(seq) * 1_000_000n, data)
    for (const { bytes } of parts) {
      const part: ProjectedBatch = { ...decodeEventBatch(bytes), message: ++message }
      commands.observe(part.events)
      const instruments = new Map(applier.engine.instruments().map((i) => [i.instrumentId, i]))
      const fold: LedgerFold = foldLedger([part], instruments, carried)
      carried = fold.carried
      if (carried !== null) carriedBatches++
      for (const posting of fold.postings) {
        for (const [i, { account: of, assetId, amount: n }] of posting.legs.entries()) {
          const key = `${of}:${assetId}`
          journal.set(key, (journal.get(key) ?? 0n) + n)
          legs.add(`${seq}:${posting.firstLeg + i}`)
        }
      }
      count += fold.postings.reduce((sum, posting) => sum + posting.legs.length, 0)
    }
  }
  let count = 0
  for (const command of commands.opening()) take([command])
  for (let i = 0; i < 500; i++) take([commands.next(), commands.next(), commands.next()])
  for (const { account: of, assetId, balance } of applier.engine.balances()) {
    t.is(journal.get(`${of}:${assetId}`) ?? 0n, balance, `${of} ${assetId}`)
  }
  t.is(legs.size, count, 'every leg has a number of its own')
  t.true(carriedBatches > 100, 'many commands go on in another part')
})

function assertPositions(
  t: ExecutionContext,
  { engine }: BatchApplier,
  batches: readonly ProjectedBatch[],
): void {
  const instruments = new Map(engine.instruments().map((i) => [i.instrumentId, i]))
  const told = foldPositions(batches, instruments).positions.flatMap((position) => {
    const { kind } = instruments.get(position.instrumentId) ?? BTC_USD
    const last = position.steps.findLast((step) => 'moved' in step)
    if (kind === 'Spot' || last === undefined) return []
    const { netQty, cost } = last.moved
    const { account: of, instrumentId } = position
    return netQty === 0n ? [] : [`${of} ${instrumentId} ${netQty} ${cost}`]
  })
  const held = engine
    .positions()
    .filter(({ netQty }) => netQty !== 0)
    .map((p) => `${p.account} ${p.instrumentId} ${p.netQty} ${p.cost}`)
  t.deepEqual(told.sort(), held.sort())
}
