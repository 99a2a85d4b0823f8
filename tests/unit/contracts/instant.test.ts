import test from 'ava'
import { formatInstant, parseInstant } from '#contracts/instant.ts'

test('a time is read to the nanosecond and written back the same', (t) => {
  const ns = parseInstant('2026-11-23T14:00:00.123456789Z', 'expireTime')
  t.is(ns, 1_795_442_400_123_456_789n)
  t.is(formatInstant(ns), '2026-11-23T14:00:00.123456789Z')
  t.is(formatInstant(parseInstant('2026-02-28T23:59:59Z', 'x')), '2026-02-28T23:59:59.000Z')
})

test('what is no time in UTC, or no real one, is refused', (t) => {
  const wrong = [
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-01-01T24:30:00Z',
    '2026-01-01T00:00:00+01:00',
    '2026-01-01 00:00:00Z',
    '2026-01-01T00:00:00.1234567890Z',
    '1767225600',
    '',
  ]
  for (const text of wrong) {
    t.throws(() => parseInstant(text, 'expireTime'), { message: /expireTime must be/ }, text)
  }
})
