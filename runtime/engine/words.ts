// Ids and traces between their text and their words: for the commands that travel seldom.

import { CLIENT_ID_PATTERN } from '#domain/client-id.ts'
import { ID_WORDS, TRACE_WORDS } from './hot-command.ts'

const CLIENT_ID = new RegExp(CLIENT_ID_PATTERN)
const TRACE_ID = /^[0-9a-fA-F]{32}$/
/** What stands for no trace. */
export const NO_TRACE = '0'.repeat(32)

/** Writes an id as words; false, and nothing written, when it is none. */
export function idToWords(id: unknown, words: Int32Array): id is string {
  if (typeof id !== 'string' || !CLIENT_ID.test(id)) return false
  for (let word = 0; word < ID_WORDS; word++) {
    let value = 0
    for (let byte = 0; byte < 4; byte++) {
      const at = word * 4 + byte
      if (at < id.length) value |= id.charCodeAt(at) << (byte * 8)
    }
    words[word] = value
  }
  return true
}

/** The text of an id. */
export function idToText(words: Int32Array): string {
  let text = ''
  for (let at = 0; at < ID_WORDS * 4; at++) {
    const code = ((words[at >> 2] as number) >>> ((at & 3) * 8)) & 255
    if (code === 0) break
    text += String.fromCharCode(code)
  }
  return text
}

/** Writes 32 hex digits as words; anything else is no trace: zeros. */
export function traceToWords(traceId: unknown, words: Int32Array): void {
  if (traceId === NO_TRACE) {
    words.fill(0)
    return
  }
  const isTrace = typeof traceId === 'string' && TRACE_ID.test(traceId)
  for (let word = 0; word < TRACE_WORDS; word++) {
    let value = 0
    for (let byte = 0; isTrace && byte < 4; byte++) {
      const at = (word * 4 + byte) * 2
      value |= Number.parseInt(traceId.slice(at, at + 2), 16) << (byte * 8)
    }
    words[word] = value
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** 32 hex digits of a trace. */
export function traceToText(words: Int32Array): string {
  if (
    ((words[0] as number) | (words[1] as number) | (words[2] as number)) === 0 &&
    words[3] === 0
  ) {
    return NO_TRACE
  }
  let text = ''
  for (let at = 0; at < TRACE_WORDS * 4; at++) {
    text += HEX[((words[at >> 2] as number) >>> ((at & 3) * 8)) & 255]
  }
  return text
}
