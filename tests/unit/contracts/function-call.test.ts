import test from 'ava'
import fc from 'fast-check'
import { InputError } from '#contracts/errors.ts'
import { decodeFrames, type EventFrame, encodeFrames, traceIdOf } from '#contracts/function-call.ts'

const TRACEPARENT = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`

const frameList = fc
  .tuple(
    fc.integer({ min: 1, max: 2 ** 52 }),
    fc.array(
      fc.record({
        data: fc.uint8Array({ maxLength: 300 }),
        skipped: fc.boolean(),
        traceparent: fc.constantFrom('', TRACEPARENT),
      }),
      { maxLength: 20 },
    ),
  )
  .map(([first, list]): EventFrame[] => list.map((one, i) => ({ ...one, seq: first + i })))

test('frames come out of a body as they went in', (t) => {
  fc.assert(
    fc.property(frameList, (frames) => {
      const back = decodeFrames(encodeFrames(frames))
      const plain = (list: readonly EventFrame[]) =>
        list.map((frame) => ({ ...frame, data: [...frame.data] }))
      t.deepEqual(plain(back), plain(frames))
    }),
  )
})

test('a body that is cut short anywhere inside a frame is refused', (t) => {
  const frames = [1, 2].map((seq) => ({
    seq,
    data: Buffer.from('data'),
    skipped: false,
    traceparent: TRACEPARENT,
  }))
  const body = encodeFrames(frames)
  for (let length = 1; length < body.length; length++) {
    if (length === body.length / 2) continue
    const error = t.throws(() => decodeFrames(body.subarray(0, length)))
    t.true(error instanceof InputError && error.code === 'TE_INPUT_BODY')
  }
})

test('C1: a body whose sequences have a gap is refused', (t) => {
  const frame = { data: new Uint8Array(1), skipped: false, traceparent: '' }
  const body = encodeFrames([
    { ...frame, seq: 4 },
    { ...frame, seq: 6 },
  ])
  t.throws(() => decodeFrames(body), { instanceOf: InputError })
})

test('random bytes are refused or decoded, never anything else', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        decodeFrames(bytes)
      } catch (error) {
        t.true(error instanceof InputError)
      }
    }),
  )
  t.pass()
})

test('a trace id is taken from a well-formed traceparent only', (t) => {
  t.is(traceIdOf(TRACEPARENT), 'a1'.repeat(16))
  for (const bad of [undefined, '', 'x', TRACEPARENT.toUpperCase(), `${TRACEPARENT}0`]) {
    t.is(traceIdOf(bad), '')
  }
})
