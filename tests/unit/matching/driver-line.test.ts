// The fast way into the driver says what JSON.parse says, or nothing.

import test from 'ava'
import { parseLine } from '../../../runtime/matching/driver-fields.ts'
import { PlainLine } from '../../../runtime/matching/driver-line.ts'
import { seededRandom } from '../../helpers/tiny-venue.ts'

const plain = new PlainLine()
const read = (line: string): Record<string, unknown> | null => {
  const bytes = Buffer.from(`##${line}##`)
  if (!plain.read(bytes, 2, bytes.length - 2)) return null
  return Object.fromEntries(plain.names.map((name, i) => [name, plain.values[i]]))
}

const LINES = [
  '{"type":"NewOrder","account":2,"symbol":"BTC-USD","clOrdID":"s1","side":"Sell","price":"1.5"}',
  ' { "type" : "Clock" , "account" : 0 , "traceId":"00" }\r',
  '{"type":"SetFeeTier","makerFeePpm":-25,"postOnly":true,"reduceOnly":false,"account":123456789012345}',
]

test('plain lines are read as JSON.parse reads them', (t) => {
  for (const line of LINES) t.deepEqual(read(line), parseLine(line), line)
})

test('whatever is not plain is left to JSON.parse', (t) => {
  const lines = [
    '{}',
    '[]',
    '{"type":null}',
    '{"type":1.5}',
    '{"type":1e3}',
    '{"type":01}',
    '{"type":-}',
    '{"type":9007199254740993}',
    '{"type":"a\\u0062"}',
    '{"type":"é"}',
    '{"type":"x","type":"y"}',
    '{"nobody":"knows"}',
    '{"order":{}}',
    '{"type":"x"',
    '{"type":"x"}}',
    '{"type":"x"},',
    '{"type":truex}',
  ]
  for (const line of lines) t.is(read(line), null, line)
})

test('F3: what it reads of any line is what JSON.parse reads', (t) => {
  const random = seededRandom(11)
  const pick = (n: number): number => Math.floor(random() * n)
  const pieces = ['"', ',', ':', '{', '}', '-', '0', '9', ' ', '.', '\\', 'true', '"price":', 'é']
  let plainLines = 0
  for (let round = 0; round < 30_000; round++) {
    let line = LINES[round % LINES.length] as string
    for (let change = pick(4); change > 0; change--) {
      const at = pick(line.length)
      line = line.slice(0, at) + pieces[pick(pieces.length)] + line.slice(at + pick(4))
    }
    const found = read(line)
    if (found === null) continue
    plainLines++
    t.deepEqual(found, parseLine(line), line)
  }
  t.true(plainLines > 3_000, `${plainLines}`)
})
