// npm run record -- SYMBOL FILE: writes one instrument's order flow of a running venue, from the
// beginning of its event log, as a recording for `npm run replay`. An operator's tool: it reads the log.

import { createWriteStream } from 'node:fs'
import process from 'node:process'
import { Command } from 'commander'
import { connectNats, readLog, streamExtent } from '#adapters/nats/index.ts'
import { createLogger } from '#adapters/service/index.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import { eventStream } from '#contracts/subjects.ts'
import type { EngineEvent } from '#domain/event.ts'
import { findVenue } from '../venue-home.ts'
import { createRecorder } from './recorder.ts'

interface Options {
  readonly home?: string
  readonly orders: string
  readonly bookEvery: string
}

await new Command('record')
  .argument('<symbol>', 'instrument, e.g. BTC-USD')
  .argument('<file>', 'where to write')
  .option('--home <folder>', 'data folder of the venue')
  .option('--orders <n>', 'stop after so many orders', '1000')
  .option('--book-every <n>', 'a book snapshot after so many lines', '25')
  .action(run)
  .parseAsync()

async function run(symbol: string, file: string, options: Options): Promise<void> {
  const log = createLogger({ name: 'record', level: 'error' })
  await using link = await connectNats({
    url: findVenue(options.home).natsUrl,
    name: 'record',
    log,
  })
  const recorder = createRecorder(symbol, Number(options.bookEvery))
  const out = createWriteStream(file)
  const { lastSeq } = await streamExtent(link, eventStream(0))
  // A batch that was cut is told whole: a command may go on in the next part.
  let events: readonly EngineEvent[] = []
  await new Promise<void>((resolve) => {
    const reader = readLog(link, {
      stream: eventStream(0),
      startSeq: 1,
      onMessage(message, _timeNs, data) {
        if (out.writableEnded) return
        const batch = decodeEventBatch(data)
        events = events.concat(batch.events)
        if (!batch.isLast && message < lastSeq) return
        for (const line of recorder.take(batch.timestampNs, events)) out.write(`${line}\n`)
        events = []
        if (message < lastSeq && recorder.orders < Number(options.orders)) return
        out.end(resolve)
      },
    })
    out.on('close', () => void reader[Symbol.asyncDispose]())
  })
  process.stdout.write(`${file}: ${recorder.orders} orders of ${symbol}\n`)
}
