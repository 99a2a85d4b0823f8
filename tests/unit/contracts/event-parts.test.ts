import test from 'ava'
import {
  BALANCE_CHANGED,
  EVENT_PART_BYTES_MAX,
  EVENT_PARTS_MAX,
  HEADER,
} from '#contracts/batch-layout.ts'
import {
  decodeEventBatch,
  encodeEventBatch,
  eventPlace,
  placeAfter,
  readEventHeader,
} from '#contracts/event-codec.ts'
import { balance, batch, report } from '../../helpers/events.ts'

const whole = batch(7, [report(), balance()])

test('a batch that was not cut has the bytes that it always had', (t) => {
  const bytes = encodeEventBatch(whole)
  const view = new DataView(bytes.buffer)
  t.is(view.getUint8(HEADER.kind), 2)
  t.is(view.getUint32(HEADER.count, true), 2)
  t.like(readEventHeader(bytes), { seq: 7, part: 0, isLast: true })
})

test('each part says which one it is and whether more follows', (t) => {
  for (const place of [
    { part: 0, isLast: false },
    { part: 1, isLast: false },
    { part: EVENT_PARTS_MAX - 1, isLast: true },
  ]) {
    const bytes = encodeEventBatch(whole, place)
    t.like(readEventHeader(bytes), { ...place, seq: 7, timestampNs: whole.timestampNs })
    t.like(decodeEventBatch(bytes), { ...place, events: whole.events })
  }
})

test('the place of a message is that behind the one before it', (t) => {
  const header = { source: 1, sourceSeq: 1, timestampNs: 0n }
  const first = { ...header, seq: 3, part: 0, isLast: false }
  const second = { ...header, seq: 3, part: 1, isLast: true }
  const next = { ...header, seq: 4, part: 0, isLast: true }
  t.is(placeAfter(first), eventPlace(second))
  t.is(placeAfter(second), eventPlace(next))
  t.true(eventPlace(first) < eventPlace(second) && eventPlace(second) < eventPlace(next))
})

test('as many of the smallest events as fit a part can be counted', (t) => {
  t.true((EVENT_PART_BYTES_MAX - HEADER.size) / BALANCE_CHANGED.size < 2 ** 16)
})
