// The state as bytes. Pools are copied as they are, so that taking a snapshot is a copy and not a
// walk; what can be derived (price index, id tables) is built anew on loading.
//
//   "TESNAP" + version (8 bytes), header length (8 bytes), header (JSON, padded to 8), sections

import type { Asset, Instrument } from '#domain/instrument.ts'
import { type IdRing, REMEMBERED } from '../accounts/id-ring.ts'
import { POSITION } from '../accounts/positions.ts'
import { addInstrument } from '../admin/listing.ts'
import { restoreIndication } from '../auction/indication.ts'
import type { EngineState } from '../engine-state.ts'
import { restoreSwitches } from '../lifetime/dead-man.ts'
import { restoreEnds } from '../lifetime/expiry.ts'
import type { SlotPool } from '../memory/slot-pool.ts'
import { restoreTriggers } from '../triggers/waiting-state.ts'

const SNAPSHOT_VERSION = 4
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

/** All memory that makes up the state, in the order of its sections. */
function sectionsOf(s: EngineState): Uint8Array[] {
  return [
    ...poolsOf(s).map((pool) => pool.memory),
    s.details.memory(s.memory.orders.used),
    ...ringsOf(s).map((ring) => ring.records.memory(ring.used)),
  ]
}

function headerOf(s: EngineState): Header {
  return {
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
    pools: poolsOf(s).map(({ memory, freeHead, live }) => ({
      bytes: memory.length,
      freeHead,
      live,
    })),
    detailBytes: s.details.memory(s.memory.orders.used).length,
    rings: ringsOf(s).map(({ oldest, count, used }) => ({ oldest, count, used })),
  }
}

/** A snapshot as it would be now: its size, and how to write it into memory of at least that size. */
export interface PreparedSnapshot {
  readonly bytes: number
  /** Copies the state. Shapes: before the engine's next command. */
  readonly writeTo: (target: Uint8Array) => void
}

/** The engine stands still only while this is written: a header and copies of whole pools. */
export function prepareSnapshot(s: EngineState): PreparedSnapshot {
  const pieces = [...encodeHeader(headerOf(s)), ...sectionsOf(s)]
  return {
    bytes: pieces.reduce((sum, piece) => sum + piece.length, 0),
    writeTo: (target) => {
      let at = 0
      for (const piece of pieces) {
        target.set(piece, at)
        at += piece.length
      }
    },
  }
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
  for (const saved of header.instruments) {
    const instrument = addInstrument(s, saved.definition)
    instrument.lastPrice = saved.lastPrice
    instrument.markPrice = saved.markPrice
    instrument.lastTradeID = saved.lastTradeID
    instrument.book.bids.restore(saved.bestBid)
    instrument.book.asks.restore(saved.bestAsk)
    restoreIndication(instrument)
  }
  for (let slot = 1; slot < s.positions.pool.used; slot++) {
    s.instrumentAt(s.positions.get(slot, POSITION.instrumentId)).addPosition()
  }
  restoreTriggers(s)
  s.margins.reindex((id) => s.instrumentAt(id))
  restoreIds(s)
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

/** Every record of an order that is not free is an open order's; they are read as they lie. */
function restoreIds(s: EngineState): void {
  const { orders } = s.memory
  s.orderIds.reserve(orders.live)
  s.clientIds.reindex(orders.live)
  s.transferIds.reindex(0)
  const free = orders.freeSlots()
  for (let order = 1; order < orders.used; order++) {
    if (free[order] !== 0) continue
    s.orderIds.insert(order)
    s.clientIds.open(order)
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
