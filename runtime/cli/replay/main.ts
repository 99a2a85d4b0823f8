// npm run replay -- FILE: recorded order flow through the gateway's WebSocket, as several accounts, in
// order; then the venue's books and trades against the recorded ones. Exit codes: 0 all the venue's own
// books agree, 1 they differ, 2 usage.

import process from 'node:process'
import { SingleBar } from 'cli-progress'
import { Command, InvalidArgumentError } from 'commander'
import { findVenue } from '../venue-home.ts'
import { audit } from './audit.ts'
import { bitstampFormat } from './bitstamp-format.ts'
import { compareTrades } from './comparison.ts'
import type { FlowFormat } from './flow.ts'
import { lobsterFormat } from './lobster-format.ts'
import { readFlow } from './read-flow.ts'
import { Replayer } from './replayer.ts'
import { renderSummary } from './report.ts'
import { openReplaySession, type ReplaySession } from './session.ts'

interface Options {
  readonly format: string
  readonly speed: number
  readonly accounts: number
  readonly inFlight: number
  readonly limit: number
  readonly home?: string
  readonly keep: boolean
}

const FORMATS: Readonly<Record<string, FlowFormat>> = {
  bitstamp: bitstampFormat,
  lobster: lobsterFormat,
}

function speed(text: string): number {
  if (text === 'max') return 0
  const value = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1])
  if (!(value > 0)) throw new InvalidArgumentError('a factor such as 10x, or max')
  return value
}

function count(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= 1 && value <= 1_000_000_000)) throw new InvalidArgumentError('a whole number >= 1')
  return value
}

const program = new Command('replay')
  .argument('<file>', 'recording, plain or .xz')
  .option('--format <name>', 'bitstamp or lobster', 'bitstamp')
  .option(
    '--speed <factor>',
    'recorded time divided by it, e.g. 60x; max = as fast as answered',
    speed,
    0,
  )
  .option('--accounts <n>', 'trading accounts', count, 4)
  .option('--in-flight <n>', 'commands that may wait for their answer', count, 256)
  .option('--limit <n>', 'stop after so many events', count, Number.MAX_SAFE_INTEGER)
  .option('--home <folder>', 'data folder of the venue')
  .option('--keep', 'leave the orders in the book and the money in the accounts', false)
  .action(run)

await program.parseAsync()

async function run(file: string, options: Options): Promise<void> {
  const format =
    FORMATS[options.format] ?? program.error(`unknown format ${options.format}`, { exitCode: 2 })
  const venue = findVenue(options.home)
  await using session = await openReplaySession(venue, format, {
    accounts: Math.max(2, options.accounts),
    inFlightMax: options.inFlight,
  })
  const replayer = new Replayer(session, options.speed)
  const startedMs = performance.now()
  await pump(file, format, replayer, options.limit)
  const seconds = (performance.now() - startedMs) / 1000
  const trades = compareTrades(replayer.figures.trades, session.reports)
  const rows = await audit(session, venue)
  process.stdout.write(
    `${renderSummary({ figures: replayer.figures, trades, audit: rows, session, seconds })}\n`,
  )
  if (!options.keep) await leave(session)
  process.exitCode = rows.every((row) => row.ok) ? 0 : 1
}

async function pump(
  file: string,
  format: FlowFormat,
  replayer: Replayer,
  limit: number,
): Promise<void> {
  const bar = new SingleBar({
    format: 'replay {bar} {value} events, {commands} commands, {rate}/s',
    stream: process.stderr,
    noTTYOutput: false,
    clearOnComplete: false,
  })
  const startedMs = performance.now()
  bar.start(Math.min(limit, 56_000), 0, { commands: 0, rate: 0 })
  for await (const event of readFlow(file, format)) {
    await replayer.take(event)
    const { events, commands } = replayer.figures
    if (events % 500 === 0) {
      const rate = Math.round(commands / ((performance.now() - startedMs) / 1000))
      bar.setTotal(Math.max(bar.getTotal(), events))
      bar.update(events, { commands, rate })
    }
    if (events >= limit) break
  }
  await replayer.finish()
  bar.setTotal(replayer.figures.events)
  bar.update(replayer.figures.events)
  bar.stop()
}

/** Cancels what rests and takes the money out again, so that replays can go on for ever. */
async function leave(session: ReplaySession): Promise<void> {
  for (const { rest, accountId } of session.traders) {
    await rest.delete(`/v1/orders?symbol=${session.symbol}`)
    const { balances } = await rest.get<{ balances: { asset: string; available: string }[] }>(
      '/v1/balances',
    )
    for (const { asset, available } of balances) {
      if (Number(available) === 0) continue
      const transferId = `${session.symbol}-${accountId}-${asset}-out`
      await rest.post('/v1/withdrawals', { asset, amount: available, transferId })
    }
  }
}
