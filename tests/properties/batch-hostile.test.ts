// Whatever bytes a log could hold: batches with bytes turned over, cut, sewn together, or of noise
// alone. The applier answers each with a batch, the same in every process, and the state stays whole.

import test from 'ava'
import {
  BATCH_COMMANDS_MAX,
  HEADER,
  KIND_COMMANDS,
  LAYOUT_VERSION,
  MAGIC,
  RECORD,
  TYPE_JSON,
} from '#contracts/batch-layout.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import { createBatchApplier } from '../../runtime/matching/journal/batch-applier.ts'
import { Random, START_NS } from '../helpers/workload-random.ts'
import { WORKLOADS, type Workload } from '../helpers/workloads.ts'

const SEEDS = [1, 2, 3]
const BATCHES = 1_000
const COMMANDS_MAX = 6
const EDGES = [0, 1, 7, 8, 127, 128, 254, 255]

/** A batch of sense, as a gateway makes it. */
function sane(workload: Workload, random: Random): Uint8Array {
  const commands = Array.from({ length: 1 + random.below(COMMANDS_MAX) }, () => workload.next())
  return encodeCommandBatch({ source: 1, sourceSeq: 1 }, commands)
}

/** Turns over some bytes, most of them behind the header. */
function scratch(data: Uint8Array, random: Random): Uint8Array {
  for (let left = 1 + random.below(4); left > 0; left--) {
    const from = random.chance(90) ? HEADER.size : 0
    const at = from + random.below(Math.max(1, data.length - from))
    const bit = 1 << random.below(8)
    data[at] = random.chance(50) ? (data[at] ?? 0) ^ bit : random.pick(EDGES)
  }
  return data
}

/** One field of eight bytes becomes another number: an infinity, a denormal, a NaN of any pattern. */
function overwrite(data: Uint8Array, random: Random): Uint8Array {
  const words = Math.max(1, (data.length - HEADER.size) >> 3)
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const at = HEADER.size + random.below(words) * 8
  if (at + 8 > data.length) return data
  view.setUint32(at, random.next(), true)
  view.setUint32(at + 4, random.pick([0, 0x7ff00000, 0x7ff80001, 0xfff00000, random.next()]), true)
  return data
}

/** The records of one batch behind those of another; the count is that of the first, or any. */
function sew(one: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  const data = Uint8Array.from([...one, ...other.subarray(HEADER.size + random.below(2) * 8)])
  const count = random.pick([0, 1, 2 + random.below(10), BATCH_COMMANDS_MAX, 0xffffffff])
  new DataView(data.buffer).setUint32(HEADER.count, count, true)
  return data
}

/** Noise, behind a header that is right more often than not. */
function noise(random: Random): Uint8Array {
  const data = Uint8Array.from({ length: random.below(400) }, () => random.next() & 255)
  if (data.length < HEADER.size || random.chance(20)) return data
  const view = new DataView(data.buffer)
  view.setUint16(HEADER.magic, MAGIC, true)
  view.setUint8(HEADER.version, LAYOUT_VERSION)
  view.setUint8(HEADER.kind, KIND_COMMANDS)
  view.setUint32(HEADER.count, random.below(5), true)
  if (data.length > HEADER.size + RECORD.account && random.chance(50)) {
    view.setUint8(HEADER.size + RECORD.type, random.pick([1, 2, 3, TYPE_JSON]))
    view.setUint16(HEADER.size + RECORD.size, random.pick([0, 104, 120, 8, 65_535]), true)
  }
  return data
}

function hostile(workload: Workload, random: Random): Uint8Array {
  const data = sane(workload, random)
  switch (random.below(6)) {
    case 0:
      return noise(random)
    case 1:
      return data.subarray(0, random.below(data.length + 1)).slice()
    case 2:
      return sew(data, sane(workload, random), random)
    case 3:
      return overwrite(data, random)
    default:
      return scratch(data, random)
  }
}

test('no bytes make the applier throw, part two appliers, or break a law of the state', (t) => {
  let malformed = 0
  const told = new Set<string>()
  for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
    for (const seed of SEEDS) {
      const random = new Random(seed)
      const workload = workloadOf(seed)
      const [one, other] = [
        createBatchApplier(undefined, { capacity: 1 }),
        createBatchApplier(undefined, { capacity: 5_000 }),
      ]
      for (let i = 0; i <= BATCHES; i++) {
        const isSane = random.chance(50)
        const data =
          i === 0
            ? encodeCommandBatch({ source: 1, sourceSeq: 1 }, workload.opening())
            : isSane
              ? sane(workload, random)
              : hostile(workload, random)
        const what = () => `${name}, seed ${seed}, batch ${i}: ${Buffer.from(data).toString('hex')}`
        try {
          const timestampNs = START_NS + BigInt(i) * 10_000_000n
          const applied = one.apply(i + 1, timestampNs, data)
          const same = other.apply(i + 1, timestampNs, data)
          t.is(applied.parts.length, 1, 'a batch of these workloads is never cut')
          const { bytes } = applied.parts[0]
          if (Buffer.compare(bytes, same.parts[0].bytes) !== 0) return t.fail(`parted: ${what()}`)
          const { events } = decodeEventBatch(bytes)
          if (i === 0 || isSane) workload.observe(events)
          for (const event of events) told.add(event.type)
          malformed += applied.malformed
          if (i % 100 === 0) one.engine.checkInvariants()
        } catch (cause) {
          return t.fail(`${what()}\n${(cause as Error).stack}`)
        }
      }
      one.engine.checkInvariants()
      t.is(one.engine.stateHash(), other.engine.stateHash(), `${name}, seed ${seed}`)
      t.deepEqual(one.chain(), other.chain())
    }
  }
  t.true(malformed > 600, `${malformed} malformed`)
  t.true(['PositionChanged', 'MarkChanged', 'Liquidated'].every((type) => told.has(type)))
})
