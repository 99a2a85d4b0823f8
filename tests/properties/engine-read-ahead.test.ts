// Reading ahead is a hint: it changes no event and no state, whatever a batch holds.

import test from 'ava'
import { Engine } from '#engine/engine.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import { createCommandReader } from '../../runtime/matching/journal/command-reader.ts'
import { createEventWriter } from '../../runtime/matching/journal/event-writer.ts'
import { createCommandFlow } from '../helpers/command-flow.ts'
import { Random } from '../helpers/workload-random.ts'

test('a batch gives the same events and the same state with and without reading ahead', (t) => {
  const flow = createCommandFlow(71)
  const random = new Random(71)
  const applier = createBatchApplier()
  const writer = createEventWriter()
  const engine = new Engine(writer)
  const reader = createCommandReader()
  for (let seq = 1; seq <= 300; seq++) {
    const batch = flow.next(100)
    // Some records become noise: what is read ahead may be anything.
    const at = random.below(batch.length)
    if (random.chance(30)) batch.fill(random.below(256), at, at + random.below(64))
    const { bytes } = applier.apply(seq, BigInt(seq), batch)
    writer.begin()
    engine.begin(seq, BigInt(seq))
    const count = reader.open(batch)
    reader.readAll({
      newOrder: (i, command) => engine.newOrder(i, command),
      cancelOrder: (i, command) => engine.cancelOrder(i, command),
      replaceOrder: (i, command) => engine.replaceOrder(i, command),
      admin: (i, command) => engine.admin(i, command),
      malformed: () => undefined,
    })
    if (count < 0) continue
    t.is(applier.engine.stateHash(), engine.stateHash(), `batch ${seq}`)
    t.true(bytes.length > 0)
  }
})
