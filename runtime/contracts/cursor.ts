// Keyset cursors: where the next page goes on, as opaque text. A cursor is input like any other:
// nothing but the integers that were put in comes out of it.

import { InputError } from './errors.ts'

const TEXT = /^[A-Za-z0-9_-]{1,128}$/
const INTEGERS = /^\d{1,16}(?:\.\d{1,16}){0,3}$/

/** Packs the key of the last row of a page. */
export function encodeCursor(key: readonly number[]): string {
  return Buffer.from(key.join('.'), 'latin1').toString('base64url')
}

/** Unpacks a cursor of `count` integers. Errors: TE_INPUT_FIELD. */
export function decodeCursor(cursor: string, count: number): number[] {
  const text = TEXT.test(cursor) ? Buffer.from(cursor, 'base64url').toString('latin1') : ''
  const key = INTEGERS.test(text) ? text.split('.').map(Number) : []
  if (key.length !== count || !key.every((n) => Number.isSafeInteger(n))) {
    throw new InputError('TE_INPUT_FIELD', 'cursor is none that this venue has given', 'cursor')
  }
  return key
}
