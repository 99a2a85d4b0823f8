// npm run te -- <command>: the command line of traders. An ordinary API client: reads address and key
// from --url/--api-key, TE_URL/TE_API_KEY, or the demo user that npm start made in the data folder.
// Exit codes: 0 done, 2 usage, 3 not authorised, 4 refused by the venue, 5 not reachable.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process, { env } from 'node:process'
import { Command } from 'commander'
import { ApiError, createRest, type RestClient } from './client/rest.ts'
import { openSocket } from './client/socket.ts'
import { orderBody, type PlaceOptions } from './order-body.ts'
import { printRecord, printRows } from './output.ts'
import { venueHome } from './venue-home.ts'

interface Global {
  readonly url?: string
  readonly apiKey?: string
  readonly output: string
}

const program = new Command('te')
  .description('Trade on a TradeEngine venue from the command line.')
  .option('--url <url>', 'address of the venue (TE_URL)')
  .option('--api-key <key>', 'API key (TE_API_KEY)')
  .option('-o, --output <format>', 'table or json', 'table')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))

program
  .command('markets')
  .description('instruments and their rules')
  .action(() => list('/v1/instruments', 'rows'))
program
  .command('tickers')
  .description('24 hours of every market')
  .action(() => list('/v1/tickers', 'rows'))
program
  .command('book <symbol>')
  .description('order book')
  .option('-d, --depth <n>', 'levels a side', '10')
  .action((symbol: string, o: { depth: string }) => showBook(symbol, o.depth))
program
  .command('trades <symbol>')
  .description('latest trades')
  .option('-n, --limit <n>', 'how many', '20')
  .option('-w, --watch', 'go on as they come', false)
  .action((symbol: string, o: { limit: string; watch: boolean }) =>
    o.watch ? watch(`trades:${symbol}`) : list(`/v1/trades/${symbol}?limit=${o.limit}`, 'trades'),
  )
program
  .command('candles <symbol>')
  .description('candles')
  .option('-i, --interval <width>', '1s 1m 5m 1h 1d', '1m')
  .option('-n, --limit <n>', 'how many', '20')
  .action((symbol: string, o: { interval: string; limit: string }) =>
    list(`/v1/candles/${symbol}?interval=${o.interval}&limit=${o.limit}`, 'candles'),
  )
program
  .command('balances')
  .description('balances of the account')
  .action(() => list('/v1/balances', 'balances'))
program
  .command('positions')
  .description('positions and P&L')
  .action(() => list('/v1/positions', 'positions'))
program
  .command('portfolio')
  .description('equity')
  .action(() => show('GET', '/v1/portfolio'))
program
  .command('entries')
  .description('ledger entries')
  .option('-n, --limit <n>', 'how many', '20')
  .action((o: { limit: string }) => list(`/v1/ledger/entries?limit=${o.limit}`, 'entries'))

const order = program.command('order').description('place, cancel and list orders')
order
  .command('place <side> <symbol> <qty>')
  .description('limit order with --price, else a market order; both may wait for a trigger')
  .option('-p, --price <price>', 'limit price')
  .option('-t, --time-in-force <tif>', 'GTC, IOC, FOK, DAY, GTD, GFA')
  .option('--stop <price>', 'waits until the last price is here or worse')
  .option('--take-profit <price>', 'waits until the last price is here or better')
  .option('--trailing <ticks>', 'waits for a turn by so many ticks')
  .option('--display <qty>', 'iceberg: what is shown of it')
  .option('--expire <time>', 'GTD: gone at this time, ISO 8601 in UTC')
  .option('--post-only', 'never take', false)
  .option('--reduce-only', 'never increase a position', false)
  .action((side: string, symbol: string, qty: string, o: PlaceOptions) =>
    send('POST', '/v1/orders', orderBody(side, symbol, qty, o)),
  )
order
  .command('cancel <orderID>')
  .description('cancel one order')
  .action((orderID: string) => show('DELETE', `/v1/orders/${orderID}`))
order
  .command('list')
  .description('orders of the account')
  .option('-s, --status <status>', 'open, closed or all', 'open')
  .action((o: { status: string }) => list(`/v1/orders?status=${o.status}&limit=100`, 'orders'))
program
  .command('dead-man <ms>')
  .description('cancels all orders unless this is sent again in time; 0 disarms')
  .action((ms: string) => send('PUT', '/v1/dead-man', { timeoutMs: Number(ms) }))

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = explain(error)
}

/** Address and key of the demo user of a venue that npm start runs here; nothing when none does. */
function demo(): { gatewayUrl?: string; apiKey?: string } {
  const home = venueHome()
  const read = <T>(name: string): T => JSON.parse(readFileSync(join(home, name), 'utf8')) as T
  try {
    return {
      gatewayUrl: read<{ urls: { gateway: string } }>('stack.json').urls.gateway,
      ...read<{ demo: { apiKey: string } }>('demo.json').demo,
    }
  } catch {
    return {}
  }
}

function connection(): { url: string; apiKey: string | undefined } {
  const o = program.opts<Global>()
  const known = demo()
  return {
    url: o.url ?? env['TE_URL'] ?? known.gatewayUrl ?? 'http://127.0.0.1:8000',
    apiKey: o.apiKey ?? env['TE_API_KEY'] ?? known.apiKey,
  }
}

async function withRest<T>(work: (rest: RestClient) => Promise<T>): Promise<T> {
  const { url, apiKey } = connection()
  await using rest = createRest(url, apiKey === undefined ? { none: true } : { apiKey })
  return await work(rest)
}

function asJson(): boolean {
  return program.opts<Global>().output === 'json'
}

async function list(path: string, field: string): Promise<void> {
  const answer = await withRest((rest) => rest.get<unknown>(path))
  if (asJson()) return printRecord(answer, true)
  const rows = Array.isArray(answer) ? answer : (answer as Record<string, unknown>)[field]
  printRows(rows as Record<string, unknown>[])
}

async function show(method: 'GET' | 'DELETE', path: string): Promise<void> {
  const answer = await withRest((rest) => (method === 'GET' ? rest.get(path) : rest.delete(path)))
  printRecord(answer, asJson())
}

async function showBook(symbol: string, depth: string): Promise<void> {
  type Levels = readonly (readonly [string, string])[]
  const book = await withRest((rest) =>
    rest.get<{ bids: Levels; asks: Levels }>(`/v1/book/${symbol}?depth=${depth}`),
  )
  if (asJson()) return printRecord(book, true)
  const rows = (side: string, levels: Levels) =>
    levels.map(([price, qty]) => ({ side, price, qty }))
  printRows([...rows('ask', book.asks).reverse(), ...rows('bid', book.bids)])
}

async function send(method: 'POST' | 'PUT', path: string, body: object): Promise<void> {
  const answer = await withRest((rest) =>
    method === 'POST' ? rest.post(path, body) : rest.put(path, body),
  )
  printRecord(answer, asJson())
}

async function watch(channel: string): Promise<void> {
  await using socket = await openSocket(connection().url)
  socket.onMessage((message) => process.stdout.write(`${JSON.stringify(message)}\n`))
  const closed = new Promise<void>((resolve) => socket.onClose(resolve))
  await socket.request('subscribe', { channels: [channel] })
  await closed
}

function explain(error: unknown): number {
  if (error instanceof ApiError) {
    process.stderr.write(`${error.message}\n`)
    if (error.status === 401 || error.status === 403) return 3
    return error.status >= 500 ? 5 : 4
  }
  const { url } = connection()
  process.stderr.write(
    `the venue at ${url} is not reachable: ${error instanceof Error ? error.message : String(error)}\n`,
  )
  return 5
}
