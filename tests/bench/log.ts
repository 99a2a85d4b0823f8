// The log client: acknowledged messages a second by the raw publisher of the adapter and by the
// client's own js.publish, in interleaved rounds on one private server, 64 bytes a message.

import { createJsPublisher, createLogPublisher } from '#adapters/nats/index.ts'
import { commandStream, commandSubject } from '#contracts/subjects.ts'
import { startLog } from '../helpers/log-fixture.ts'
import type { BenchRow } from './bench-row.ts'
import { median } from './statistics.ts'

type Publish = (data: Uint8Array, msgId: string) => Promise<unknown>

const DEPTHS = [1, 64, 256]
const MESSAGES = 10_000
/** With one in flight a message costs a round trip. */
const MESSAGES_ALONE = 1_000
const BYTES = 64

/** Runs the rounds; goal G5 is the ratio at 256 in flight. */
export async function runLogBench({ rounds }: { readonly rounds: number }): Promise<BenchRow[]> {
  await using log = await startLog()
  const target = { stream: commandStream(0), subject: commandSubject(0) }
  await using publisher = createLogPublisher(log.link, { ...target, inFlightMax: 256 })
  const js = createJsPublisher(log.link, target.subject)
  const ways: Record<string, Publish> = {
    raw: (data, msgId) => publisher.publish(data, { msgId }),
    'js.publish': js,
  }
  const rows: BenchRow[] = []
  for (const depth of DEPTHS) {
    const rates: Record<string, number[]> = { raw: [], 'js.publish': [] }
    for (let round = 0; round < rounds; round++) {
      for (const [name, publish] of Object.entries(ways)) {
        rates[name]?.push(await rateOf(publish, depth, `${name}-${depth}-${round}`))
      }
    }
    for (const [name, values] of Object.entries(rates)) {
      rows.push(row(`${name}, ${depth} in flight`, median(values), 'messages/s'))
    }
    const ratios = (rates['raw'] ?? []).map((rate, i) => rate / (rates['js.publish']?.[i] ?? 1))
    const ratio = row(`raw / js.publish, ${depth} in flight`, median(ratios), 'x')
    rows.push(depth === 256 ? { ...ratio, goal: '>= 4' } : ratio)
  }
  return rows
}

const row = (name: string, value: number, unit: string): BenchRow => ({
  bench: 'log',
  name,
  value,
  unit,
})

/** Acknowledged messages a second with `depth` unacknowledged at any time. */
async function rateOf(publish: Publish, depth: number, id: string): Promise<number> {
  const data = new Uint8Array(BYTES)
  const total = depth === 1 ? MESSAGES_ALONE : MESSAGES
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < total) await publish(data, `${id}:${next++}`)
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: depth }, lane))
  return (total / (performance.now() - startedAt)) * 1_000
}
