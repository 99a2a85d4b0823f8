// Most lines are flat objects of plain texts and integers: these are read here, byte by byte, into
// names and values, at a third of JSON.parse's cost. Anything else is left to it, errors included.

import { ALL_WORDS } from './driver-words.ts'

const SLOTS = 4_096
const QUOTE = 34
const COMMA = 44
const MINUS = 45
const ZERO = 48
const NINE = 57
const COLON = 58
const OPEN = 123
const CLOSE = 125
/** More digits than this may be no safe integer. */
const DIGITS_MAX = 15
const FIELDS_MAX = 32

/** What stands in a plain line. */
export class PlainLine {
  readonly names: string[] = []
  readonly values: unknown[] = []
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #end = 0
  readonly #words: (string | undefined)[] = Array.from({ length: SLOTS })

  constructor() {
    // Names as keys are unique strings to V8: comparing them is comparing addresses.
    for (const word of Object.keys(Object.fromEntries(ALL_WORDS.map((name) => [name, 1])))) {
      this.#words[hashOf(word)] ??= word
    }
  }

  /** False: not plain, nothing is said about it. Shapes: reads [from, end) of `bytes`. */
  read(bytes: Buffer, from: number, end: number): boolean {
    this.names.length = 0
    this.values.length = 0
    this.#bytes = bytes
    this.#at = from
    this.#end = end
    if (this.#next() !== OPEN) return false
    for (;;) {
      if (this.#next() !== QUOTE) return false
      const name = this.#text(true)
      if (name === undefined || this.names.includes(name)) return false
      if (this.names.length >= FIELDS_MAX || this.#next() !== COLON) return false
      const value = this.#value()
      if (value === undefined) return false
      this.names.push(name)
      this.values.push(value)
      const mark = this.#next()
      if (mark === CLOSE) return this.#next() === -1
      if (mark !== COMMA) return false
    }
  }

  /** The next byte that is no blank; -1 at the end. */
  #next(): number {
    const bytes = this.#bytes
    while (this.#at < this.#end) {
      const byte = bytes[this.#at++] as number
      if (byte !== 32 && byte !== 13 && byte !== 9) return byte
    }
    return -1
  }

  /** The rest of a text whose quote has been read; undefined: not plain, or no word. */
  #text(isWord: boolean): string | undefined {
    const bytes = this.#bytes
    const from = this.#at
    let hash = 0
    let at = from
    for (; ; at++) {
      if (at >= this.#end) return undefined
      const byte = bytes[at] as number
      if (byte === QUOTE) break
      if (byte < 32 || byte > 126 || byte === 92) return undefined
      hash = (Math.imul(hash, 31) + byte) | 0
    }
    this.#at = at + 1
    const word = this.#words[hash & (SLOTS - 1)]
    if (word !== undefined && isAt(word, bytes, from, at)) return word
    return isWord ? undefined : bytes.toString('latin1', from, at)
  }

  #value(): unknown {
    const byte = this.#next()
    if (byte === QUOTE) return this.#text(false)
    if (byte === MINUS) return this.#integer(-1)
    if (byte >= ZERO && byte <= NINE) {
      this.#at--
      return this.#integer(1)
    }
    if (byte === 116 && this.#skip('rue')) return true
    return byte === 102 && this.#skip('alse') ? false : undefined
  }

  #integer(sign: 1 | -1): number | undefined {
    const from = this.#at
    let value = 0
    let byte = 0
    for (; this.#at < this.#end; this.#at++) {
      byte = this.#bytes[this.#at] as number
      if (byte < ZERO || byte > NINE) break
      value = value * 10 + byte - ZERO
    }
    const digits = this.#at - from
    const isPlain = byte === COMMA || byte === CLOSE || byte === 32
    const hasZeros = digits > 1 && this.#bytes[from] === ZERO
    return digits === 0 || digits > DIGITS_MAX || hasZeros || !isPlain ? undefined : sign * value
  }

  #skip(rest: string): boolean {
    const end = this.#at + rest.length
    if (end > this.#end || !isAt(rest, this.#bytes, this.#at, end)) return false
    this.#at = end
    return true
  }
}

function hashOf(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash & (SLOTS - 1)
}

function isAt(text: string, bytes: Uint8Array, from: number, end: number): boolean {
  if (end - from !== text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false
  return true
}
