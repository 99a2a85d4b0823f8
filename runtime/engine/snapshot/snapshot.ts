// The state as bytes. Pools are copied as they are, so that taking a snapshot is a copy and not a
// walk; what can be derived (price index, id tables) is built anew on loading.
//
//   "TESNAP" + version (8 bytes), header length (8 bytes), header (JSON, padded to 8), sections

import type { Asset, Instrument } from '#domain/instrument.ts'
import { type IdRing, REMEMBERED } from '../accounts/id-ring.ts'
import { POSITION } from '../accounts/positions.ts'
import { addInstrument } from '../admin/listing.ts'
import { restoreIndication } from '../auction/indication.ts'
import type { BookSide } from '../book/book-side.ts'
import { LEVEL, ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { restoreSwitches } from '../lifetime/dead-man.ts'
import { restoreEnds } from '../lifetime/expiry.ts'
import { NONE, type SlotPool } from '../memory/slot-pool.ts'
import { restoreTriggers } from '../triggers/waiting-state.ts'

const SNAPSHOT_VERSION = 3
const MAGIC = 'TESNAP'
const PREFIX_BYTES = 16

interface PoolHeader {
  readonly bytes: number
  readonly freeHead: number
  readonly live: number
}

interface RingHeader {
  readonly oldest: number
  readonly count: number
  readonly used: number
}

interface InstrumentHeader {
  readonly definition: Instrument
  readonly lastPrice: number
  readonly markPrice: number
  readonly lastTradeID: number
  readonly bestBid: number
  readonly bestAsk: number
}

interface Header {
  readonly version: number
  readonly lastSeq: number
  readonly now: bigint
  readonly lastOrderID: number
  readonly lastExecID: number
  readonly recentIdsMax: number
  readonly isVenueHalted: boolean
  readonly assets: readonly Asset[]
  readonly instruments: readonly InstrumentHeader[]
  readonly pools: readonly PoolHeader[]
  readonly detailBytes: number
  readonly rings: readonly RingHeader[]
}

/** In the order of their sections. */
function poolsOf(s: EngineState): SlotPool[] {
  return [
    s.accounts.pool,
    s.balances.pool,
    s.positions.pool,
    s.margins.pool,
    s.memory.orders,
    s.memory.levels,
    s.memory.reserves.pool,
    s.extras,
    s.accountExtras,
    s.lists,
  ]
}

function ringsOf(s: EngineState): IdRing[] {
  return [s.clientIds.ring, s.transferIds.ring]
}

/** The state as chunks; all copies, so the engine may go on while they are written. */
export function takeSnapshot(s: EngineState): Uint8Array[] {
  const saved = poolsOf(s).map((pool) => pool.save())
  const details = s.details.save(s.memory.orders.used)
  const header: Header = {
    version: SNAPSHOT_VERSION,
    lastSeq: s.lastSeq,
    now: s.now,
    lastOrderID: s.lastOrderID,
    lastExecID: s.lastExecID,
    recentIdsMax: s.recentIdsMax,
    isVenueHalted: s.isVenueHalted,
    assets: s.assets,
    instruments: s.instruments.flatMap((known) =>
      known === undefined
        ? []
        : {
            definition: known.definition,
            lastPrice: known.lastPrice,
            markPrice: known.markPrice,
            lastTradeID: known.lastTradeID,
            bestBid: known.book.bids.best,
            bestAsk: known.book.asks.best,
          },
    ),
    pools: saved.map(({ bytes, freeHead, live }) => ({ bytes: bytes.length, freeHead, live })),
    detailBytes: details.length,
    rings: ringsOf(s).map(({ oldest, count, used }) => ({ oldest, count, used })),
  }
  const rings = ringsOf(s).map((ring) => ring.records.save(ring.used))
  return [...encodeHeader(header), ...saved.map((pool) => pool.bytes), details, ...rings]
}

/**
 * Takes a snapshot over into an engine that has seen no command.
 * Errors: throws when the bytes are no whole snapshot of this version and configuration; the engine
 * is then unusable. Whether the content is right is for the state hash to say.
 */
export function loadSnapshot(s: EngineState, bytes: Uint8Array): void {
  if (s.lastSeq !== 0 || s.instruments.length > 1) throw new Error('snapshot: engine is in use')
  const { header, offset } = decodeHeader(bytes)
  if (header.recentIdsMax !== s.recentIdsMax) throw new Error('snapshot: another recentIdsMax')
  const sections = header.pools.map((pool) => pool.bytes)
  const rings = header.rings.map(({ used }) => used * REMEMBERED.words * 4)
  const total = [...sections, ...rings].reduce(
    (sum, size) => sum + size,
    offset + header.detailBytes,
  )
  if (total !== bytes.length || sections.length !== poolsOf(s).length) {
    throw new Error('snapshot: wrong length')
  }
  let at = offset
  poolsOf(s).forEach((pool, i) => {
    const saved = header.pools[i] as PoolHeader
    pool.restore(bytes.subarray(at, at + saved.bytes), saved.freeHead, saved.live)
    at += saved.bytes
  })
  s.details.restore(bytes.subarray(at, at + header.detailBytes))
  at += header.detailBytes
  ringsOf(s).forEach((ring, i) => {
    const { oldest, count, used } = header.rings[i] as RingHeader
    const end = at + (rings[i] as number)
    ring.records.restore(bytes.subarray(at, end))
    ring.restore(oldest, count, used)
    at = end
  })
  restoreScalars(s, header)
  s.memory.reserves.rebuild()
  s.accounts.reindex()
  s.balances.reindex()
  s.positions.reindex()
  const open: number[] = []
  s.orderIds.reserve(s.memory.orders.live)
  for (const saved of header.instruments) {
    const instrument = addInstrument(s, saved.definition)
    instrument.lastPrice = saved.lastPrice
    instrument.markPrice = saved.markPrice
    instrument.lastTradeID = saved.lastTradeID
    restoreSide(s, instrument.book.bids, saved.bestBid, open)
    restoreSide(s, instrument.book.asks, saved.bestAsk, open)
    restoreIndication(instrument)
  }
  for (let slot = 1; slot < s.positions.pool.used; slot++) {
    s.instrumentAt(s.positions.get(slot, POSITION.instrumentId)).addPosition()
  }
  open.push(...restoreTriggers(s))
  s.margins.reindex((id) => s.instrumentAt(id))
  s.clientIds.reindex(open)
  s.transferIds.reindex([])
  restoreEnds(s)
  restoreSwitches(s)
}

function restoreScalars(s: EngineState, header: Header): void {
  s.lastSeq = header.lastSeq
  s.now = header.now
  s.lastOrderID = header.lastOrderID
  s.lastExecID = header.lastExecID
  s.isVenueHalted = header.isVenueHalted
  s.assets.push(...header.assets)
}

function restoreSide(s: EngineState, side: BookSide, best: number, open: number[]): void {
  side.restore(best)
  const { orders, levels } = s.memory
  let level = best
  while (level !== NONE) {
    let order = levels.i32[level * LEVEL.words + LEVEL.head] as number
    while (order !== NONE) {
      s.orderIds.insert(order)
      open.push(order)
      order = orders.i32[order * ORDER.words + ORDER.next] as number
    }
    level = levels.i32[level * LEVEL.words + LEVEL.worse] as number
  }
}

function encodeHeader(header: Header): Uint8Array[] {
  const text = new TextEncoder().encode(
    JSON.stringify(header, (_key, value: unknown) =>
      typeof value === 'bigint' ? { $n: value.toString() } : value,
    ),
  )
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(32)
  padded.set(text)
  const prefix = new Uint8Array(PREFIX_BYTES)
  prefix.set(new TextEncoder().encode(MAGIC))
  prefix[MAGIC.length] = SNAPSHOT_VERSION
  new DataView(prefix.buffer).setUint32(8, padded.length, true)
  return [prefix, padded]
}

function decodeHeader(bytes: Uint8Array): { header: Header; offset: number } {
  if (bytes.length < PREFIX_BYTES) throw new Error('snapshot: too short')
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length))
  if (magic !== MAGIC || bytes[MAGIC.length] !== SNAPSHOT_VERSION) {
    throw new Error('snapshot: not of this version')
  }
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(8, true)
  const offset = PREFIX_BYTES + length
  if (offset > bytes.length) throw new Error('snapshot: too short')
  const text = new TextDecoder().decode(bytes.subarray(PREFIX_BYTES, offset))
  const header = JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    const digits = (value as { $n?: unknown }).$n
    return typeof digits === 'string' ? BigInt(digits) : value
  }) as Header
  return { header, offset }
}
