// What the connector and a function say to each other over HTTP: header names, topics and the
// framing of event batches. Nothing here knows who makes the call (local host, OpenFaaS, faasd).

import { assert } from '#domain/assert.ts'
import { InputError } from './errors.ts'

/** Content type of a bulk of event batches. */
export const EVENTS_CONTENT_TYPE = 'application/vnd.tradeengine.events'

/** Header names, as Node hands them over (lower case). */
export const CALL_HEADERS = {
  topic: 'x-topic',
  shard: 'x-shard',
  stream: 'x-nats-stream',
  firstSeq: 'x-first-seq',
  lastSeq: 'x-last-seq',
  callId: 'x-call-id',
  deadlineMs: 'x-deadline-ms',
  traceparent: 'traceparent',
  signature: 'x-te-signature',
} as const

/** Header of a NATS request: the milliseconds that its caller is going to wait. */
export const RPC_DEADLINE_HEADER = 'Te-Deadline-Ms'

/** Name of the secret that signs calls; the connector and every function hold it. */
export const FUNCTION_TOKEN_SECRET = 'function-token'

/** Annotations of a function that the connector reads. */
export const ANNOTATIONS = {
  stream: 'com.tradeengine.stream',
  topic: 'topic',
  rpc: 'com.tradeengine.rpc',
} as const

/** One stored message of an event stream, as a function gets it. */
export interface EventFrame {
  /** Sequence of the message in its stream: consecutive frames differ by one. */
  readonly seq: number
  /** The event batch as matching stored it; empty when skipped. */
  readonly data: Uint8Array
  /** Went to the dead-letter stream: the projection moves its offset past it and writes nothing. */
  readonly skipped: boolean
  /** W3C trace context of the stored message, '' when it has none. */
  readonly traceparent: string
}

/** Frame header: u32 data length, u8 flags, u8 traceparent length, u16 zero, u64 sequence. */
const FRAME_HEADER_BYTES = 16
const FLAG_SKIPPED = 1

/** Bytes that a frame takes in a body, for the bound of a bulk. */
export function frameBytes(dataBytes: number, traceparent: string): number {
  return FRAME_HEADER_BYTES + traceparent.length + dataBytes
}

/** Packs frames one after the other: no count, no trailer. */
export function encodeFrames(frames: readonly EventFrame[]): Uint8Array {
  let total = 0
  for (const frame of frames) total += frameBytes(frame.data.length, frame.traceparent)
  const body = Buffer.allocUnsafe(total)
  let at = 0
  for (const { seq, data, skipped, traceparent } of frames) {
    assert(traceparent.length <= 255, 'a traceparent fits one length byte')
    assert(Number.isSafeInteger(seq) && seq > 0, 'a stream sequence is a positive integer')
    body.writeUInt32LE(data.length, at)
    body[at + 4] = skipped ? FLAG_SKIPPED : 0
    body[at + 5] = traceparent.length
    body.writeUInt16LE(0, at + 6)
    body.writeBigUInt64LE(BigInt(seq), at + 8)
    body.write(traceparent, at + FRAME_HEADER_BYTES, 'latin1')
    body.set(data, at + FRAME_HEADER_BYTES + traceparent.length)
    at += frameBytes(data.length, traceparent)
  }
  return body
}

/**
 * Unpacks a body; the data are views into it, not copies.
 * Errors: InputError TE_INPUT_BODY when the body is cut short or its sequences have a gap.
 */
export function decodeFrames(body: Uint8Array): EventFrame[] {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const frames: EventFrame[] = []
  let at = 0
  let expected = 0
  while (at < bytes.length) {
    if (bytes.length - at < FRAME_HEADER_BYTES) throw broken('a frame header is cut short')
    const dataLength = bytes.readUInt32LE(at)
    const flags = bytes.readUInt8(at + 4)
    const traceLength = bytes.readUInt8(at + 5)
    const seq = Number(bytes.readBigUInt64LE(at + 8))
    const dataAt = at + FRAME_HEADER_BYTES + traceLength
    if (dataAt + dataLength > bytes.length) throw broken('a frame is cut short')
    if (!Number.isSafeInteger(seq) || seq < 1) throw broken('a sequence is out of range')
    if (expected !== 0 && seq !== expected) throw broken('the sequences have a gap')
    frames.push({
      seq,
      data: bytes.subarray(dataAt, dataAt + dataLength),
      skipped: (flags & FLAG_SKIPPED) !== 0,
      traceparent: bytes.toString('latin1', at + FRAME_HEADER_BYTES, dataAt),
    })
    expected = seq + 1
    at = dataAt + dataLength
  }
  return frames
}

function broken(what: string): InputError {
  return new InputError('TE_INPUT_BODY', `not a body of event frames: ${what}`)
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/

/** The trace id of a W3C traceparent, '' when it is missing or malformed. */
export function traceIdOf(traceparent: string | undefined): string {
  return TRACEPARENT.exec(traceparent ?? '')?.[1] ?? ''
}
