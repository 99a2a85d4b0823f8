// The bytes of a snapshot: position, proof and the engine's own bytes, closed by a SHA-256 over all
// of it. A torn, altered or newer-version snapshot decodes to null: the one before it is used.

import { createHash } from 'node:crypto'

/** A snapshot: the state at exactly `seq`. */
export interface Snapshot {
  readonly shard: number
  readonly seq: number
  readonly timestampNs: bigint
  /** Running hash over all event batches up to seq, 32 bytes. */
  readonly chain: Uint8Array
  /** The engine's state hash, 32 hex digits. */
  readonly stateHash: string
  readonly state: Uint8Array
}

const MAGIC = 0x4e535445
const VERSION = 1
const AT = { magic: 0, version: 4, shard: 8, seq: 16, timestampNs: 24, chain: 32, stateHash: 64 }
const HEAD_BYTES = 96
const DIGEST_BYTES = 32

/** Bytes of a snapshot around its state. */
export const SNAPSHOT_FRAME_BYTES = HEAD_BYTES + DIGEST_BYTES

/** The place of the state in memory that is to become a snapshot. */
export function statePlace(memory: Uint8Array, stateBytes: number): Uint8Array {
  return memory.subarray(HEAD_BYTES, HEAD_BYTES + stateBytes)
}

/** Makes a snapshot of memory in which the state stands already; answers the part that it takes. */
export function sealSnapshot(
  memory: Uint8Array,
  stateBytes: number,
  head: Omit<Snapshot, 'state'>,
): Uint8Array {
  const end = HEAD_BYTES + stateBytes
  memory.fill(0, 0, HEAD_BYTES)
  const view = new DataView(memory.buffer, memory.byteOffset)
  view.setUint32(AT.magic, MAGIC, true)
  view.setUint32(AT.version, VERSION, true)
  view.setUint32(AT.shard, head.shard, true)
  view.setFloat64(AT.seq, head.seq, true)
  view.setBigInt64(AT.timestampNs, head.timestampNs, true)
  memory.set(head.chain, AT.chain)
  memory.set(Buffer.from(head.stateHash.padEnd(32), 'latin1').subarray(0, 32), AT.stateHash)
  memory.set(createHash('sha256').update(memory.subarray(0, end)).digest(), end)
  return memory.subarray(0, end + DIGEST_BYTES)
}

/** Decodes; null unless it is whole, unaltered, of this version and of this shard. */
export function decodeSnapshot(bytes: Uint8Array, shard: number): Snapshot | null {
  const end = bytes.length - DIGEST_BYTES
  if (end < HEAD_BYTES) return null
  const digest = createHash('sha256').update(bytes.subarray(0, end)).digest()
  if (!digest.equals(bytes.subarray(end))) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(AT.magic, true) !== MAGIC) return null
  if (view.getUint32(AT.version, true) !== VERSION) return null
  if (view.getUint32(AT.shard, true) !== shard) return null
  const text = Buffer.from(bytes.subarray(AT.stateHash, HEAD_BYTES)).toString('latin1')
  return {
    shard,
    seq: view.getFloat64(AT.seq, true),
    timestampNs: view.getBigInt64(AT.timestampNs, true),
    chain: bytes.slice(AT.chain, AT.stateHash),
    stateHash: text.trimEnd(),
    state: bytes.subarray(HEAD_BYTES, end),
  }
}
