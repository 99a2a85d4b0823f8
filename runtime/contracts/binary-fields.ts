// Reading and writing the field kinds of batch-layout.ts, and the JSON records with their bigints.

import { CLIENT_ID_BYTES } from '#domain/client-id.ts'
import { InputError } from './errors.ts'

/** DataView and bytes over one buffer: what the codecs pass around. */
export interface Cursor {
  readonly view: DataView
  readonly bytes: Uint8Array
}

export function cursorOver(bytes: Uint8Array): Cursor {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength) }
}

export function writeId(bytes: Uint8Array, at: number, id: string): void {
  for (let i = 0; i < CLIENT_ID_BYTES; i++) bytes[at + i] = i < id.length ? id.charCodeAt(i) : 0
}

export function readId(bytes: Uint8Array, at: number): string {
  let text = ''
  for (let i = 0; i < CLIENT_ID_BYTES; i++) {
    const code = bytes[at + i] ?? 0
    if (code === 0) break
    text += String.fromCharCode(code)
  }
  return text
}

/** 32 hex digits <-> 16 bytes. */
export function writeTraceId(bytes: Uint8Array, at: number, traceId: string): void {
  for (let i = 0; i < 16; i++) {
    bytes[at + i] = Number.parseInt(traceId.slice(i * 2, i * 2 + 2), 16) || 0
  }
}

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))

export function readTraceId(bytes: Uint8Array, at: number): string {
  let text = ''
  for (let i = 0; i < 16; i++) text += HEX[bytes[at + i] ?? 0]
  return text
}

/** The member of a closed set at a wire code. Errors: TE_INPUT_BODY for a code out of range. */
export function fromCode<T>(set: readonly T[], code: number, what: string): T {
  const value = set[code]
  if (value === undefined) throw new InputError('TE_INPUT_BODY', `unknown ${what} code ${code}`)
  return value
}

/** JSON with bigints as {"$n":"123"}: exact, and unmistakable for a string. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    typeof v === 'bigint' ? { $n: v.toString() } : v,
  )
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, v: unknown) => {
    if (typeof v !== 'object' || v === null) return v
    const n = (v as { $n?: unknown }).$n
    return typeof n === 'string' ? BigInt(n) : v
  })
}
