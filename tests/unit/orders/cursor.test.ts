import test from 'ava'
import { decodeCursor, encodeCursor } from '#contracts/cursor.ts'

test('a cursor gives back the key that was put in', (t) => {
  const keys = [[0], [1, 2], [Number.MAX_SAFE_INTEGER, 0, 32_767]]
  for (const key of keys) t.deepEqual(decodeCursor(encodeCursor(key), key.length), key)
})

test('anything else is refused with the field', (t) => {
  const texts = ['', ' ', 'x', '-1', '1.5e3', '1..2', '9'.repeat(17), `${2 ** 53}`, '1.2.3.4.5']
  const made = texts.map((text) => Buffer.from(text).toString('base64url'))
  for (const cursor of [...made, '%', "'", '=', 'a'.repeat(200), encodeCursor([1, 2])]) {
    t.throws(() => decodeCursor(cursor, 1), { code: 'TE_INPUT_FIELD' }, cursor)
  }
})
