// JSON as it may enter: what JSON.parse takes, minus what two readers could read differently (a key
// twice) and what no request needs (deep nesting).

import { InputError } from '../errors.ts'

const DEPTH_MAX = 16
const QUOTE = 34
const BACKSLASH = 92

/** Parses a text. Errors: TE_INPUT_JSON. */
export function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new InputError('TE_INPUT_JSON', 'not valid JSON')
  }
  if (typeof value === 'object' && value !== null) assertPlain(text)
  return value
}

/** The text is valid JSON: only strings and brackets are looked at. */
function assertPlain(text: string): void {
  const keys: (string[] | null)[] = []
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at + 1)
        const own = keys[keys.length - 1]
        if (own && isKey(text, end + 1)) addKey(own, text.slice(at + 1, end))
        at = end
        break
      }
      case 123: // {
        keys.push([])
        break
      case 91: // [
        keys.push(null)
        break
      case 125: // }
      case 93: // ]
        keys.pop()
        break
    }
    if (keys.length > DEPTH_MAX) throw new InputError('TE_INPUT_JSON', 'nested too deep')
  }
}

function endOfString(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1
  return at
}

/** A string is a key when a colon follows it. */
function isKey(text: string, from: number): boolean {
  let at = from
  while (text.charCodeAt(at) <= 32) at++
  return text.charCodeAt(at) === 58
}

function addKey(own: string[], raw: string): void {
  const key = raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw
  if (own.includes(key))
    throw new InputError('TE_INPUT_JSON', 'a key stands twice', key.slice(0, 80))
  own.push(key)
  // Beyond this the search above would be quadratic in what a stranger sends.
  if (own.length > 200) throw new InputError('TE_INPUT_JSON', 'too many keys')
}
