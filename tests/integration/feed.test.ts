// The feed on real servers: what clients glue together, restarts, history, and servers that are down.

import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { createInflux, encodePoint, type Influx, quoteText } from '#adapters/influx/index.ts'
import { connectNats, ensureStreams, type NatsLink, streamState } from '#adapters/nats/index.ts'
import { createMarketCache, createRedis, type RedisLink } from '#adapters/redis/index.ts'
import { formatSteps } from '#contracts/decimal.ts'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import type {
  BookDiff,
  BookSnapshot,
  CandleMessage,
  CandlesAnswer,
  OrdersSnapshot,
  TickerMessage,
  TradeMessage,
  TradesAnswer,
} from '#contracts/market-data.ts'
import { eventStream, eventSubject } from '#contracts/subjects.ts'
import { bucketStart } from '#domain/candle.ts'
import { type OwnedStack, startStack } from '../../infra/local/local-stack.ts'
import { CANDLES_KEPT_MAX } from '../../runtime/feed/instrument-market.ts'
import { glueBook } from '../helpers/book-glue.ts'
import { BTC_USD, batch, listed, trade } from '../helpers/events.ts'
import {
  askFeed,
  type FeedProcess,
  freshFolder,
  startFeedProcess,
  startVenueLog,
  type VenueLog,
} from '../helpers/feed-fixture.ts'
import { levelsOf } from '../helpers/tiny-venue.ts'
import { until } from '../helpers/until.ts'

const SYMBOL = BTC_USD.symbol
const SHARD = 0
const log = { info: () => undefined, warn: () => undefined }

let stack: OwnedStack
let link: NatsLink
let influx: Influx
let redis: RedisLink
let venueLog: VenueLog
let feed: FeedProcess
let dataDir: string
const books: BookDiff[] = []
const trades: TradeMessage[] = []
const candles: CandleMessage[] = []
const tickers: TickerMessage[] = []

test.before(async () => {
  stack = await startStack({ dataDir: await freshFolder(), ports: 'free', processes: [] })
  const { TE_NATS_URL: url = '', TE_INFLUX_URL = '', TE_INFLUX_DB: db = '' } = stack.env
  link = await connectNats({ url, name: 'test', log })
  influx = createInflux({ url: TE_INFLUX_URL, db })
  redis = createRedis({ url: stack.env['TE_REDIS_URL'] ?? '', name: 'test', log })
  collect('md.book.*', books)
  collect('md.trades.*', trades)
  collect('md.candles-1s.*', candles)
  collect('md.ticker.*', tickers)
  venueLog = await startVenueLog(link, SHARD, 1)
  dataDir = await freshFolder()
  feed = await startFeed()
})

test.after.always(async () => {
  if (feed?.child.exitCode === null) await feed.end('SIGKILL')
  await influx?.[Symbol.asyncDispose]()
  await redis?.[Symbol.asyncDispose]()
  await link?.close()
  await stack?.stop()
})

test.serial('a snapshot and the diffs behind it are the book of the venue', async (t) => {
  const empty = await askFeed<BookSnapshot>(link, 'book', { symbol: SYMBOL, depth: 1_000 })
  t.is(empty.seq, 0)
  await venueLog.append(150)
  await caughtUp()
  const middle = await askFeed<BookSnapshot>(link, 'book', { symbol: SYMBOL, depth: 1_000 })
  await venueLog.append(150)
  await caughtUp()
  const now = await askFeed<BookSnapshot>(link, 'book', { symbol: SYMBOL, depth: 1_000 })
  t.deepEqual(sidesOf(now), venueSides())
  t.deepEqual(glueBook(empty, books), now)
  t.deepEqual(glueBook(middle, books), now)
  const orders = await askFeed<OrdersSnapshot>(link, 'book', {
    symbol: SYMBOL,
    level: 3,
    depth: 1_000,
  })
  t.deepEqual(
    orders.bids.map(([, , orderID]) => orderID),
    venueLog.venue.orders('Buy').map(([orderID]) => orderID),
  )
})

test.serial('trades, tickers and candles say what was traded', async (t) => {
  const { trades: made } = venueLog.venue
  const last = made.at(-1)
  const answer = await askFeed<TradesAnswer>(link, 'trades', { symbol: SYMBOL, limit: 5 })
  t.deepEqual(
    answer.trades.map(({ tradeID }) => tradeID),
    [4, 3, 2, 1, 0].map((n) => made.length - n),
  )
  const lastText = formatSteps(last?.price ?? 0, BTC_USD.tickSize)
  await until('a ticker with the last price', () => tickers.at(-1)?.last === lastText)
  t.is(tickers.at(-1)?.trades24h, made.length)
  const lots = made.reduce((sum, { qty }) => sum + qty, 0)
  for (const interval of ['1s', '1m', '1d']) {
    const { candles: list } = await askFeed<CandlesAnswer>(link, 'candles', {
      symbol: SYMBOL,
      interval,
    })
    const volume = list.reduce((sum, c) => sum + Math.round(Number(c.volume) * 1e8), 0)
    t.is(volume, lots, interval)
  }
})

test.serial('a bucket that the clock ended is sent as closed without a later trade', async (t) => {
  const bucket = candles.at(-1)?.openTimeMs ?? 0
  const isClosed = () => candles.some((c) => c.openTimeMs === bucket && c.closed)
  t.truthy(await until('the last second to be closed', isClosed))
})

test.serial('bad questions are refused by their code', async (t) => {
  const refused = (method: string, params: object, code: string) =>
    t.throwsAsync(askFeed(link, method, params), { message: code })
  await refused('book', { symbol: 'NO-SUCH' }, 'TE_NOT_FOUND_INSTRUMENT')
  await refused('book', { symbol: SYMBOL, depth: 0 }, 'TE_INPUT_FIELD')
  await refused('trades', { symbol: SYMBOL, limit: 1.5 }, 'TE_INPUT_FIELD')
  await refused('candles', { symbol: SYMBOL, interval: '2m' }, 'TE_INPUT_FIELD')
  await refused('candles', { symbol: 7 }, 'TE_INPUT_FIELD')
})

test.serial('after kill -9 the sequence goes on and no trade is missing or doubled', async (t) => {
  await feed.end('SIGKILL')
  await venueLog.append(100)
  feed = await startFeed()
  await venueLog.append(100)
  await caughtUp()
  await proveWhole(t)
})

test.serial('after SIGTERM a start reads on from its snapshot', async (t) => {
  t.is(await feed.end('SIGTERM'), 0)
  feed = await startFeed()
  t.is(await feed.metric('te_feed_snapshot_seq'), venueLog.seq())
  await venueLog.append(100)
  await caughtUp()
  t.is(await feed.metric('te_feed_batches_total'), 100)
  await proveWhole(t)
})

test.serial('an altered snapshot is passed over and the log read instead', async (t) => {
  await feed.end('SIGTERM')
  for (const name of await readdir(dataDir)) {
    const text = await readFile(join(dataDir, name), 'utf8')
    await writeFile(join(dataDir, name), text.replace('"bookSeq":', '"bookSeq":1'))
  }
  feed = await startFeed()
  t.is(await feed.metric('te_feed_batches_total'), venueLog.seq())
  await venueLog.append(50)
  await caughtUp()
  await proveWhole(t)
})

test.serial(
  'F26: with InfluxDB down market data goes on, and history is whole after',
  async (t) => {
    await stack.takeDown('influx')
    await venueLog.append(200)
    await caughtUp()
    const { status, body } = await feed.health()
    t.is(status, 200)
    t.deepEqual(body['degraded'], ['influx'])
    const now = await askFeed<BookSnapshot>(link, 'book', { symbol: SYMBOL, depth: 1_000 })
    t.deepEqual(sidesOf(now), venueSides())
    await stack.bringBack('influx')
    await stack.waitReady('influx')
    await proveWhole(t)
  },
)

test.serial(
  'H4: the cache holds the ticker with a time to live, and heals from a flush',
  async (t) => {
    const cache = createMarketCache(redis)
    await until('the ticker in Redis', () => cache.read(SYMBOL))
    await redis.client.flushall()
    await venueLog.append(20)
    const latest = await until('the ticker again', () => cache.read(SYMBOL))
    t.is((JSON.parse(latest.ticker) as TickerMessage).symbol, SYMBOL)
    for (const key of await redis.client.keys('*')) t.true((await redis.client.pttl(key)) > 0, key)
  },
)

test.serial('with Redis down market data goes on', async (t) => {
  await stack.takeDown('redis')
  await venueLog.append(50)
  await caughtUp()
  const { status, body } = await feed.health()
  t.is(status, 200)
  t.deepEqual(body['degraded'], ['redis'])
  await stack.bringBack('redis')
  await stack.waitReady('redis')
  await proveWhole(t)
})

test.serial('after NATS was killed the feed follows again and clients can resync', async (t) => {
  stack.kill('nats', 'SIGKILL')
  await stack.waitReady('nats')
  await until('the test to be connected', () => link.isConnected())
  await venueLog.append(50)
  await caughtUp()
  const now = await askFeed<BookSnapshot>(link, 'book', { symbol: SYMBOL, depth: 1_000 })
  t.deepEqual(sidesOf(now), venueSides())
  t.is(await tradesInInflux(), venueLog.venue.trades.length)
})

test.serial(
  'candles older than memory come from InfluxDB, and without it the answer says so',
  async (t) => {
    await feed.end('SIGTERM')
    const seconds = 2 * CANDLES_KEPT_MAX + 300
    const startMs = await appendSeconds(seconds)
    feed = await startFeed({ TE_SHARD: '1', TE_DATA_DIR: await freshFolder() })
    const ask = (params: object) =>
      askFeed<CandlesAnswer>(link, 'candles', { symbol: SYMBOL, interval: '1s', ...params })
    await until(
      'all candles in InfluxDB',
      async () => (await feed.metric('te_feed_influx_spool_points')) === 0,
    )
    const first = await ask({ from: startMs, limit: 1_000 })
    t.is(first.degraded, undefined)
    const expected = Array.from({ length: 1_000 }, (_, i) => startMs + i * 1_000)
    t.deepEqual(
      first.candles.map(({ openTimeMs }) => openTimeMs),
      expected,
    )
    t.deepEqual(
      first.candles.map(({ close }) => close),
      expected.map((_, i) => formatSteps(i + 1, BTC_USD.tickSize)),
    )
    t.true(
      first.candles.every(
        ({ closed, trades: n, volume }) => closed && n === 1 && volume === '0.00000005',
      ),
    )
    const middle = { from: startMs + 1_200_000, to: startMs + 2_100_000 }
    const across = await ask(middle)
    t.is(across.candles.length, 500)
    const last = await ask({ to: startMs + 1_900_000, limit: 900 })
    t.deepEqual(
      last.candles.map(({ openTimeMs }) => openTimeMs),
      Array.from({ length: 900 }, (_, i) => startMs + (1_000 + i) * 1_000),
    )
    await stack.takeDown('influx')
    t.true((await ask({ from: startMs })).degraded)
    const newest = await ask({ limit: 1_500 })
    t.is(newest.degraded, undefined)
    t.is(newest.candles.length, 1_500)
    await stack.bringBack('influx')
    await stack.waitReady('influx')
  },
)

test.serial(
  'hostile tags and texts are stored and found as they are on a real server',
  async (t) => {
    const hostile = ['a,b=c d', "x' OR '1'='1", 'a"b', 'a\\,b', 'ünïcødé €', '\u202e']
    const lines = hostile.map((value, i) =>
      encodePoint({
        measurement: 'hostile',
        tags: { t: value },
        fields: { text: `${value}\n"\\`, i: BigInt(i) },
        timeNs: String(1_700_000_000_000_000_000n + BigInt(i)),
      }),
    )
    t.is(await influx.write(lines.join('\n')), 'Written')
    for (const [i, value] of hostile.entries()) {
      const q = `SELECT "text", "i" FROM "hostile" WHERE "t" = ${quoteText(value)}`
      const [series, ...more] = await influx.query(q)
      t.deepEqual(
        series?.values.map((row) => row.slice(1)),
        [[`${value}\n"\\`, i]],
        value,
      )
      t.is(more.length, 0)
    }
    t.deepEqual(await influx.write('no line protocol'), await influx.write('no line protocol'))
    t.not(await influx.write('no line protocol'), 'Written')
  },
)

function startFeed(env: Record<string, string> = {}): Promise<FeedProcess> {
  const own = { TE_DATA_DIR: dataDir, TE_FEED_SNAPSHOT_EVERY: '100' }
  return startFeedProcess({ ...stack.env, ...own, ...env })
}

/** A log of its own (shard 1) with one trade in each of so many seconds; answers the first. */
async function appendSeconds(seconds: number): Promise<number> {
  await ensureStreams(link, { shard: 1 })
  const startMs = bucketStart(Date.now() - (seconds + 60) * 1_000, 1_000)
  for (let seq = 1; seq <= seconds + 1; seq++) {
    const timestampNs = BigInt(startMs + (seq - 2) * 1_000) * 1_000_000n
    const n = seq - 1
    const orders = { buyer: 1_000, seller: 1_001, buyOrderID: n * 2, sellOrderID: n * 2 + 1 }
    const events = n === 0 ? [listed()] : trade({ tradeID: n, price: n, qty: 5, ...orders })
    link.publish(eventSubject(1), encodeEventBatch({ ...batch(seq, events), timestampNs }))
  }
  const stored = async () => (await streamState(link, eventStream(1))).lastSeq
  await until('the log to hold the seconds', async () => (await stored()) === seconds + 1)
  return startMs
}

function collect<T>(subject: string, into: T[]): void {
  link.subscribe(subject, (data) => {
    into.push(JSON.parse(Buffer.from(data).toString('utf8')) as T)
  })
}

async function caughtUp(): Promise<void> {
  const isThere = async () => (await feed.health()).body['seq'] === venueLog.seq()
  await until('the feed to have applied the log', isThere)
  await link.rtt()
}

function venueSides(): object {
  const side = (orders: readonly (readonly number[])[]) =>
    levelsOf(orders).map(([price, qty]) => [
      formatSteps(price, BTC_USD.tickSize),
      formatSteps(qty, BTC_USD.lotSize),
    ])
  return { bids: side(venueLog.venue.orders('Buy')), asks: side(venueLog.venue.orders('Sell')) }
}

const sidesOf = ({ bids, asks }: BookSnapshot): object => ({ bids, asks })

async function tradesInInflux(): Promise<number> {
  const wanted = venueLog.venue.trades.length
  const count = async (): Promise<number> => {
    const [series] = await influx.query('SELECT count("tradeID") FROM "trades"')
    return Number(series?.values[0]?.[1] ?? 0)
  }
  await until('all trades in InfluxDB', async () => (await count()) >= wanted)
  return count()
}

/** Glues everything ever sent to one book, and counts the trades there are. */
async function proveWhole(t: {
  is: (a: unknown, b: unknown) => unknown
  deepEqual: (a: unknown, b: unknown) => unknown
}) {
  const now = await askFeed<BookSnapshot>(link, 'book', { symbol: SYMBOL, depth: 1_000 })
  t.deepEqual(sidesOf(now), venueSides())
  const empty = { ...now, seq: 0, timestampMs: 0, bids: [], asks: [] }
  t.deepEqual(glueBook(empty, books), now)
  const made = venueLog.venue.trades
  const seen = new Map(trades.map((trade) => [trade.tradeID, trade.seq]))
  t.is(seen.size, made.length)
  t.is(new Set(trades.map(({ seq }) => seq)).size, made.length)
  t.is(await tradesInInflux(), made.length)
  const [series] = await influx.query('SELECT sum("lots") FROM "trades"')
  t.is(
    series?.values[0]?.[1],
    made.reduce((sum, { qty }) => sum + qty, 0),
  )
}
