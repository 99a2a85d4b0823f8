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

/** Encodes; the state may come in pieces. */
export function encodeSnapshot(
  head: Omit<Snapshot, 'state'>,
  pieces: readonly Uint8Array[],
): Uint8Array {
  const stateBytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
  const bytes = new Uint8Array(HEAD_BYTES + stateBytes + DIGEST_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(AT.magic, MAGIC, true)
  view.setUint32(AT.version, VERSION, true)
  view.setUint32(AT.shard, head.shard, true)
  view.setFloat64(AT.seq, head.seq, true)
  view.setBigInt64(AT.timestampNs, head.timestampNs, true)
  bytes.set(head.chain, AT.chain)
  bytes.set(Buffer.from(head.stateHash.padEnd(32), 'latin1').subarray(0, 32), AT.stateHash)
  let offset = HEAD_BYTES
  for (const piece of pieces) {
    bytes.set(piece, offset)
    offset += piece.length
  }
  bytes.set(createHash('sha256').update(bytes.subarray(0, offset)).digest(), offset)
  return bytes
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
    state: bytes.slice(HEAD_BYTES, end),
  }
}
