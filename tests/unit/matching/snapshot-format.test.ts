import test from 'ava'
import {
  decodeSnapshot,
  SNAPSHOT_FRAME_BYTES,
  sealSnapshot,
  statePlace,
} from '../../../runtime/matching/snapshot-format.ts'

const head = {
  shard: 0,
  seq: 123_456,
  timestampNs: 1_700_000_000_000_000_123n,
  chain: new Uint8Array(32).map((_, i) => i + 1),
  stateHash: '0123456789abcdef0123456789abcdef',
}
const state = new Uint8Array(150).map((_, i) => i * 7)

/** A snapshot made in memory that is larger, and full of something else. */
function sealed(): Uint8Array {
  const memory = new Uint8Array(state.length + SNAPSHOT_FRAME_BYTES + 100).fill(255)
  statePlace(memory, state.length).set(state)
  return sealSnapshot(memory, state.length, head)
}

test('a snapshot is read back as it was written', (t) => {
  t.deepEqual(decodeSnapshot(sealed(), 0), { ...head, state })
})

test('C4: a snapshot that was cut at any place is refused', (t) => {
  const whole = sealed()
  for (let length = 0; length < whole.length; length++) {
    if (decodeSnapshot(whole.subarray(0, length), 0) !== null) t.fail(`cut at ${length}`)
  }
  t.pass()
})

test('C4: a snapshot with any single bit flipped is refused', (t) => {
  const whole = sealed()
  for (let bit = 0; bit < whole.length * 8; bit++) {
    const altered = whole.slice()
    altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    if (decodeSnapshot(altered, 0) !== null) t.fail(`bit ${bit}`)
  }
  t.pass()
})

test('a snapshot of another shard is refused', (t) => {
  t.is(decodeSnapshot(sealed(), 1), null)
})
