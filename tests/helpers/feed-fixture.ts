// A feed as a process of its own on real servers, and a stand-in for matching that appends a tiny
// venue's event batches to the log: what the feed's integration tests stand on.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { ensureStreams, type NatsLink, streamState } from '#adapters/nats/index.ts'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import { eventStream, eventSubject, feedRequestSubject } from '#contracts/subjects.ts'
import { BTC_USD, listed } from './events.ts'
import { createTinyVenue, seededRandom, type TinyVenue } from './tiny-venue.ts'
import { until } from './until.ts'

/** A running feed process. */
export interface FeedProcess {
  readonly url: string
  readonly child: ChildProcess
  /** Ends it with a signal; answers the exit code. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
  readonly health: () => Promise<{ status: number; body: Record<string, unknown> }>
  /** Value of a metric without labels. */
  readonly metric: (name: string) => Promise<number>
}

/** Starts a feed and waits until it is ready. */
export async function startFeedProcess(env: Record<string, string>): Promise<FeedProcess> {
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, '../../runtime/feed/main.ts')],
    {
      env: { ...process.env, ...env, TE_FEED_PORT: '0', TE_LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let port = 0
  createInterface({ input: child.stdout }).on('line', (line) => {
    const entry = JSON.parse(line) as { msg?: string; port?: number }
    if (entry.msg === 'listening') port = entry.port ?? 0
  })
  await until('the feed to listen', () => port > 0 || child.exitCode !== null)
  const url = `http://127.0.0.1:${port}`
  const health = async () => {
    const answer = await fetch(`${url}/health/ready`)
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  await until('the feed to be ready', async () => (await health()).status === 200)
  return {
    url,
    child,
    health,
    end: async (signal) => {
      const gone = once(child, 'exit')
      child.kill(signal)
      await gone
      return child.exitCode
    },
    metric: async (name) => {
      const page = await (await fetch(`${url}/metrics`)).text()
      return Number(new RegExp(`^${name}(?:{[^}]*})? (\\S+)$`, 'm').exec(page)?.[1])
    },
  }
}

/** Matching's stand-in. */
export interface VenueLog {
  readonly venue: TinyVenue
  readonly seq: () => number
  /** Appends so many batches and waits until the log holds them. */
  readonly append: (batches: number) => Promise<void>
}

/** Makes the streams of a shard and lists the instrument as their first event. */
export async function startVenueLog(
  link: NatsLink,
  shard: number,
  seed: number,
): Promise<VenueLog> {
  await ensureStreams(link, { shard })
  const random = seededRandom(seed)
  const venue = createTinyVenue(random)
  let seq = 0
  const publish = (events: Parameters<typeof encodeEventBatch>[0]['events']): void => {
    seq++
    const timestampNs = BigInt(Date.now()) * 1_000_000n + BigInt(seq % 1_000_000)
    const bytes = encodeEventBatch({ source: 1, sourceSeq: seq, seq, timestampNs, events })
    if (!link.publish(eventSubject(shard), bytes)) throw new Error('NATS is down')
  }
  const append = async (batches: number): Promise<void> => {
    for (let i = 0; i < batches; i++) {
      const commands = 1 + Math.floor(random() * 3)
      publish(Array.from({ length: commands }, (_, index) => venue.step(index)).flat())
    }
    const stored = async () => (await streamState(link, eventStream(shard))).lastSeq
    await until('the log to hold the batches', async () => (await stored()) === seq)
  }
  publish([listed(BTC_USD)])
  await append(0)
  return { venue, seq: () => seq, append }
}

/** Asks the feed. */
export async function askFeed<T>(link: NatsLink, method: string, params: object): Promise<T> {
  const subject = feedRequestSubject(method)
  const message = await link.request(subject, JSON.stringify(params), { timeoutMs: 5_000 })
  const answer = JSON.parse(Buffer.from(message.data).toString('utf8')) as {
    ok: boolean
    result: T
    error?: { code: string }
  }
  if (!answer.ok) throw new Error(answer.error?.code)
  return answer.result
}

/** A fresh folder. */
export const freshFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'te-feed-'))
