/**
 * Opens the market as an operator would, through the public REST API: lists the demo instruments,
 * registers the demo user and the bots' users, gives them money. Repeats harmlessly: what it made
 * it remembers in `<dataDir>/demo.json`, and deposits carry ids of their own.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DEMO_BOTS, DEMO_INSTRUMENTS, DEMO_TRADER, type DemoUser } from './demo-market.ts'
import { HttpError, requestJson } from './http-json.ts'

/** A user that we registered, with everything needed to trade as it. */
export interface DemoCredentials {
  email: string
  password: string
  accountId?: number
  apiKey?: string
}

/** `<dataDir>/demo.json`; 0600, because it holds passwords. */
export type DemoFile = Record<string, DemoCredentials>

/** The venue to open. */
export interface MarketTarget {
  dataDir: string
  gatewayUrl: string
  adminToken: string
  /** Registers the bots' users too. */
  bots: boolean
  note?: (text: string) => void
  signal?: AbortSignal | undefined
}

/** A gateway that has just started may still wait for matching or a function. */
const RETRY_FIRST_MS = 100
const RETRY_MAX_MS = 2000
const RETRY_TIMEOUT_MS = 60_000
/** Registering hashes a password, slow on purpose: more at once than cores only adds waiting. */
const USERS_AT_ONCE = 2

/** Opens the market; gives the demo user. */
export async function openMarket(target: MarketTarget): Promise<DemoCredentials> {
  const demo = readDemoFile(target.dataDir)
  await listInstruments(target)
  const users = [DEMO_TRADER]
  if (target.bots) users.push(...DEMO_BOTS.flatMap(({ maker, takers }) => [maker, ...takers]))
  const waiting = [...users]
  let done = 0
  const worker = async (): Promise<void> => {
    for (let user = waiting.shift(); user !== undefined; user = waiting.shift()) {
      await openUser(target, demo, user)
      done += 1
      target.note?.(`${DEMO_INSTRUMENTS.length} instruments, ${done} of ${users.length} users`)
    }
  }
  await Promise.all(Array.from({ length: USERS_AT_ONCE }, worker))
  if (target.bots) writeBotsConfig(target, demo)
  return demo[DEMO_TRADER.name] as DemoCredentials
}

/** Reads what an earlier start remembered. */
export function readDemoFile(dataDir: string): DemoFile {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as DemoFile
  } catch {
    return {}
  }
}

async function listInstruments(target: MarketTarget): Promise<void> {
  const { gatewayUrl, adminToken } = target
  const authorization = `Bearer ${adminToken}`
  const listed = await patiently(target, () =>
    requestJson<{ symbol: string; tradingState: string }[]>({
      url: `${gatewayUrl}/v1/instruments`,
    }),
  )
  const known = new Map(listed.map((i) => [i.symbol, i.tradingState]))
  for (const instrument of DEMO_INSTRUMENTS) {
    if (!known.has(instrument.symbol)) {
      await patiently(target, () =>
        requestJson({
          method: 'POST',
          url: `${gatewayUrl}/v1/admin/instruments`,
          authorization,
          body: { ...instrument, tradingState: 'PreOpen' },
        }).catch(ignoreStatus(409)),
      )
    }
    // An operator's halt outlives a restart: only what was never opened is opened.
    if ((known.get(instrument.symbol) ?? 'PreOpen') !== 'PreOpen') continue
    await patiently(target, () =>
      requestJson({
        method: 'PUT',
        url: `${gatewayUrl}/v1/admin/instruments/${instrument.symbol}/state`,
        authorization,
        body: { tradingState: 'Open' },
      }),
    )
  }
}

async function openUser(target: MarketTarget, demo: DemoFile, user: DemoUser): Promise<void> {
  const { gatewayUrl, dataDir } = target
  const made = (demo[user.name] ??= {
    email: `${user.name}@tradeengine.example`,
    password: randomBytes(9).toString('base64url'),
  })
  if (made.apiKey !== undefined) return
  // Remembered before it is used: a start that is cut off here can go on with it.
  saveDemoFile(dataDir, demo)
  const { email, password } = made
  await patiently(target, () =>
    requestJson({
      method: 'POST',
      url: `${gatewayUrl}/v1/auth/register`,
      body: { email, password },
    }).catch(ignoreStatus(409)),
  )
  const login = await patiently(target, () =>
    requestJson<{ accessToken: string; accountId: number }>({
      method: 'POST',
      url: `${gatewayUrl}/v1/auth/login`,
      body: { email, password },
    }),
  )
  const authorization = `Bearer ${login.accessToken}`
  made.accountId = login.accountId
  for (const [asset, amount] of Object.entries(user.deposits)) {
    await patiently(target, () =>
      requestJson({
        method: 'POST',
        url: `${gatewayUrl}/v1/deposits`,
        authorization,
        body: { asset, amount, transferId: `demo-${login.accountId}-${asset}` },
      }),
    )
  }
  const key = await patiently(target, () =>
    requestJson<{ apiKey: string }>({
      method: 'POST',
      url: `${gatewayUrl}/v1/api-keys`,
      authorization,
      body: { name: user.name, scopes: ['read', 'trade', 'transfer'] },
    }),
  )
  made.apiKey = key.apiKey
  saveDemoFile(dataDir, demo)
}

function writeBotsConfig({ dataDir, gatewayUrl }: MarketTarget, demo: DemoFile): void {
  const keyOf = ({ name }: DemoUser): string => demo[name]?.apiKey ?? ''
  const markets = DEMO_BOTS.map(({ maker, takers, ...market }) => ({
    ...market,
    makerKeys: [keyOf(maker)],
    takerKeys: takers.map(keyOf),
  }))
  writePrivate(join(dataDir, 'bots.json'), { gatewayUrl, seed: 1, markets })
}

function saveDemoFile(dataDir: string, demo: DemoFile): void {
  writePrivate(join(dataDir, 'demo.json'), demo)
}

function writePrivate(file: string, content: unknown): void {
  writeFileSync(`${file}.partial`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.partial`, file)
}

/** Repeats while the venue says "not now" (503, 504, 429) or nothing listens yet. */
async function patiently<T>({ signal }: MarketTarget, call: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + RETRY_TIMEOUT_MS
  for (let waitMs = RETRY_FIRST_MS; ; waitMs = Math.min(waitMs * 2, RETRY_MAX_MS)) {
    try {
      return await call()
    } catch (error) {
      const isLater =
        error instanceof HttpError ? [429, 502, 503, 504].includes(error.status) : true
      if (!isLater || Date.now() > deadline) throw error
    }
    await sleep(waitMs, undefined, { signal })
  }
}

function ignoreStatus(status: number): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof HttpError && error.status === status) return undefined
    throw error
  }
}
