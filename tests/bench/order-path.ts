// Order to execution report through the whole path (WebSocket, gateway, durable log, matching, events,
// gateway, WebSocket), all functions running, at 1, 64 and 256 in flight; in the same rounds a TCP
// ping-pong (the floor) and the naive venue (one message an order). Medians over interleaved rounds.

import type { BenchRow } from './bench-row.ts'
import { type BenchVenue, type Durability, startBenchVenue } from './bench-venue.ts'
import { type LoadOptions, type LoadResult, runLoad } from './load.ts'
import { startNaiveVenue } from './naive-venue.ts'
import { hdrPercentiles, median } from './statistics.ts'
import { pingPong } from './tcp-echo.ts'

export interface PathOptions {
  readonly rounds: number
  readonly seconds: number
  readonly durabilities: readonly Durability[]
}

const IN_FLIGHT = [1, 64, 256] as const
const CONNECTIONS_MAX = 16
const PING_ROUNDS = 3_000

/** Runs it for each durability. */
export async function runOrderPathBench(options: PathOptions): Promise<BenchRow[]> {
  const rows: BenchRow[] = []
  for (const durability of options.durabilities) {
    await using venue = await startBenchVenue(durability, CONNECTIONS_MAX)
    await using naive = await startNaiveVenue(venue.stack.urls.nats)
    rows.push(...(await measure(venue, naive.url, durability, options)))
  }
  return rows
}

async function measure(
  venue: BenchVenue,
  naiveUrl: string,
  durability: Durability,
  { rounds, seconds }: PathOptions,
): Promise<BenchRow[]> {
  const pings: number[] = []
  const ours = new Map<number, LoadResult[]>()
  const theirs = new Map<number, LoadResult[]>()
  for (let round = 0; round < rounds; round++) {
    pings.push((await pingPong(PING_ROUNDS)).getValueAtPercentile(50))
    for (const inFlight of IN_FLIGHT) {
      const load = loadOf(venue, inFlight, seconds, round)
      collect(ours, inFlight, await runLoad(load))
      collect(theirs, inFlight, await runLoad({ ...load, gatewayUrl: naiveUrl }))
    }
  }
  const ping = median(pings)
  const rows: BenchRow[] = [
    { bench: 'path', name: `TCP ping-pong 64 B, p50`, value: ping, unit: 'us' },
  ]
  for (const inFlight of IN_FLIGHT) {
    const mine = ours.get(inFlight) ?? []
    const other = theirs.get(inFlight) ?? []
    const name = `${durability}, ${inFlight} in flight`
    const rate = median(mine.map((r) => r.commands / r.seconds))
    const naiveRate = median(other.map((r) => r.commands / r.seconds))
    const p50 = median(mine.map((r) => r.latency.getValueAtPercentile(50)))
    const percentiles = hdrPercentiles(mine.map((r) => r.latency))
    rows.push({ bench: 'path', name, value: Math.round(rate), unit: 'commands/s', percentiles })
    rows.push(ratio(`${name}: rate / naive venue`, rate / naiveRate))
    rows.push(ratio(`${name}: p50 / TCP ping-pong p50`, p50 / ping))
    rows.push({
      bench: 'path',
      name: `${name}: naive venue`,
      value: Math.round(naiveRate),
      unit: 'commands/s',
      percentiles: hdrPercentiles(other.map((r) => r.latency)),
    })
  }
  return rows
}

function loadOf(venue: BenchVenue, inFlight: number, seconds: number, round: number): LoadOptions {
  return {
    gatewayUrl: venue.stack.urls.gateway,
    apiKeys: venue.apiKeys.slice(0, Math.min(CONNECTIONS_MAX, inFlight)),
    symbol: venue.symbol,
    inFlight,
    seconds,
    seed: round * 1000 + inFlight,
  }
}

function ratio(name: string, value: number): BenchRow {
  return { bench: 'path', name, value: Number(value.toFixed(2)), unit: 'x' }
}

function collect(into: Map<number, LoadResult[]>, key: number, result: LoadResult): void {
  const list = into.get(key) ?? []
  list.push(result)
  into.set(key, list)
}
