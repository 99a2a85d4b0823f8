import test from 'ava'
import { decodeSnapshot, encodeSnapshot } from '../../../runtime/matching/snapshot-format.ts'

const head = {
  shard: 0,
  seq: 123_456,
  timestampNs: 1_700_000_000_000_000_123n,
  chain: new Uint8Array(32).map((_, i) => i + 1),
  stateHash: '0123456789abcdef0123456789abcdef',
}
const pieces = [new Uint8Array(100).fill(7), new Uint8Array(50).fill(9)]

test('a snapshot is read back as it was written', (t) => {
  const snapshot = decodeSnapshot(encodeSnapshot(head, pieces), 0)
  t.deepEqual(snapshot, {
    ...head,
    state: new Uint8Array([...(pieces[0] ?? []), ...(pieces[1] ?? [])]),
  })
})

test('C4: a snapshot that was cut at any place is refused', (t) => {
  const whole = encodeSnapshot(head, pieces)
  for (let length = 0; length < whole.length; length++) {
    if (decodeSnapshot(whole.subarray(0, length), 0) !== null) t.fail(`cut at ${length}`)
  }
  t.pass()
})

test('C4: a snapshot with any single bit flipped is refused', (t) => {
  const whole = encodeSnapshot(head, pieces)
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const altered = whole.slice()
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (decodeSnapshot(altered, 0) !== null) t.fail(`bit ${bit}`)
  }
  t.pass()
})

test('a snapshot of another shard is refused', (t) => {
  t.is(decodeSnapshot(encodeSnapshot(head, pieces), 1), null)
})
