// Orders a second that the whole venue sustains with every function caught up. A run counts when, over
// its whole length, the slowest projection is at most one second behind; the closed loop gets fewer
// orders in flight until that holds. Load generator, servers and all processes share the machine.

import process from 'node:process'
import pino from 'pino'
import { connectNats, streamState } from '#adapters/nats/index.ts'
import { createPostgres } from '#adapters/postgres/index.ts'
import { eventStream } from '#contracts/subjects.ts'
import type { BenchRow } from './bench-row.ts'
import { type BenchVenue, type Durability, startBenchVenue } from './bench-venue.ts'
import { type LoadResult, runLoad } from './load.ts'
import { hdrPercentiles } from './statistics.ts'

export interface SustainedOptions {
  readonly seconds: number
  readonly durability: Durability
}

/** Orders in flight to try, most first. */
const IN_FLIGHT = [256, 192, 128, 96, 64, 48, 32, 16] as const
const CONNECTIONS = 16
const PROBE_SECONDS = 10
const LAG_SECONDS_MAX = 1

interface Run {
  readonly load: LoadResult
  readonly lagSecondsMax: number
}

/** Finds the rate and proves it over `seconds`. */
export async function runSustainedBench(options: SustainedOptions): Promise<BenchRow[]> {
  await using venue = await startBenchVenue(options.durability, CONNECTIONS)
  await using gauge = await openGauge(venue)
  for (const inFlight of IN_FLIGHT) {
    for (const seconds of [PROBE_SECONDS, options.seconds]) {
      const run = await runOnce(venue, gauge, inFlight, seconds)
      tell(inFlight, run)
      if (run.lagSecondsMax > LAG_SECONDS_MAX) break
      if (seconds === options.seconds) return rowsOf(run, inFlight, options)
    }
  }
  return [
    {
      bench: 'sustained',
      name: `no rate held (${options.durability})`,
      value: 0,
      unit: 'orders/s',
    },
  ]
}

function tell(inFlight: number, { load, lagSecondsMax }: Run): void {
  const rate = Math.round(load.commands / load.seconds)
  process.stderr.write(
    `sustained: ${inFlight} in flight, ${Math.round(load.seconds)} s: ${rate} orders/s, ` +
      `largest lag ${lagSecondsMax.toFixed(2)} s\n`,
  )
}

function rowsOf(
  { load, lagSecondsMax }: Run,
  inFlight: number,
  { seconds, durability }: SustainedOptions,
): BenchRow[] {
  return [
    {
      bench: 'sustained',
      name: `all functions caught up, ${seconds} s, ${durability}, ${inFlight} in flight`,
      value: Math.round(load.commands / load.seconds),
      unit: 'orders/s',
      percentiles: hdrPercentiles([load.latency]),
      goal: '>= 5000',
    },
    {
      bench: 'sustained',
      name: 'largest lag of any function',
      value: Number(lagSecondsMax.toFixed(2)),
      unit: 's',
      goal: '<= 1',
    },
  ]
}

async function runOnce(
  venue: BenchVenue,
  gauge: Gauge,
  inFlight: number,
  seconds: number,
): Promise<Run> {
  let isRunning = true
  const watched = watchLag(gauge, () => isRunning)
  const load = await runLoad({
    gatewayUrl: venue.stack.urls.gateway,
    apiKeys: venue.apiKeys,
    symbol: venue.symbol,
    inFlight,
    seconds,
    seed: inFlight,
  })
  isRunning = false
  const lagSecondsMax = await watched
  await drained(gauge)
  return { load, lagSecondsMax }
}

interface Sample {
  readonly atMs: number
  readonly last: number
}

/**
 * The largest lag in seconds while it runs: how long ago the log stood where the slowest function
 * stands now. Sampled ten times a second.
 */
async function watchLag(gauge: Gauge, isRunning: () => boolean): Promise<number> {
  const history: Sample[] = []
  let worst = 0
  while (isRunning()) {
    const { last, slowest } = await gauge.read()
    const atMs = performance.now()
    history.push({ atMs, last })
    const passed = history.find((sample) => sample.last > slowest)
    if (passed !== undefined && slowest < last) worst = Math.max(worst, (atMs - passed.atMs) / 1000)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return worst
}

async function drained(gauge: Gauge): Promise<void> {
  for (;;) {
    const { last, slowest } = await gauge.read()
    if (slowest >= last) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Where the event log ends and where the slowest projection stands, read from the servers. */
interface Gauge extends AsyncDisposable {
  read(): Promise<{ last: number; slowest: number }>
}

async function openGauge({ stack }: BenchVenue): Promise<Gauge> {
  const log = pino({ level: 'silent' })
  const link = await connectNats({ url: stack.urls.nats, name: 'bench', log })
  const pool = createPostgres({ url: stack.urls.pg, max: 1, log, applicationName: 'bench' })
  return {
    async read() {
      const { lastSeq } = await streamState(link, eventStream(0))
      const { rows } = await pool.query<{ slowest: number }>(
        'SELECT min(seq + extra_messages) AS slowest FROM projection_offset',
        [],
      )
      return { last: lastSeq, slowest: rows[0]?.slowest ?? 0 }
    },
    async [Symbol.asyncDispose]() {
      await pool.end()
      await link[Symbol.asyncDispose]()
    },
  }
}
