/**
 * The throw-away stack of `npm test`: tests of the rungs integration, security and chaos attach to
 * it, register traders of their own on it, and leave every server running that they stopped.
 */
import { randomUUID } from 'node:crypto'
import { requestJson } from '../../infra/local/http-json.ts'
import { attachStack, type Stack } from '../../infra/local/local-stack.ts'

/** Attaches to the stack that tests/run.ts started. Errors: a message that says how to get one. */
export function testStack(): Stack {
  const dataDir = process.env['TE_TEST_STACK']
  if (dataDir === undefined || dataDir === '') {
    throw new Error(
      'this test needs the throw-away stack: run it with `npm run test:integration` ' +
        '(test:security, test:chaos), or set TE_TEST_STACK to the data folder of a running venue',
    )
  }
  return attachStack(dataDir)
}

/** A user of the venue with money, as any client would become one. */
export interface Trader {
  accountId: number
  email: string
  password: string
  accessToken: string
  refreshToken: string
  apiKey: string
  /** A request with the trader's API key. Errors: HttpError with status and body. */
  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
}

/** Registers a fresh user, deposits, and makes an API key with all scopes. */
export async function registerTrader(
  stack: Stack,
  options: { deposits?: Record<string, string> } = {},
): Promise<Trader> {
  const base = stack.urls.gateway
  const email = `t-${randomUUID()}@test.example`
  const password = randomUUID()
  const post = <T>(path: string, body: unknown, authorization?: string) =>
    requestJson<T>({
      method: 'POST',
      url: `${base}${path}`,
      body,
      ...(authorization === undefined ? {} : { authorization }),
    })
  await post('/v1/auth/register', { email, password })
  const login = await post<{ accessToken: string; refreshToken: string; accountId: number }>(
    '/v1/auth/login',
    { email, password },
  )
  const authorization = `Bearer ${login.accessToken}`
  for (const [asset, amount] of Object.entries(options.deposits ?? {})) {
    await post('/v1/deposits', { asset, amount, transferId: randomUUID() }, authorization)
  }
  const { apiKey } = await post<{ apiKey: string }>(
    '/v1/api-keys',
    { name: 'test', scopes: ['read', 'trade', 'transfer'] },
    authorization,
  )
  return {
    ...login,
    email,
    password,
    apiKey,
    call: (method, path, body) =>
      requestJson({ method, url: `${base}${path}`, body, headers: { 'X-API-Key': apiKey } }),
  }
}

/** Calls until it does not throw, or the deadline has passed; then the last error. */
export async function eventually<T>(
  attempt: () => T | Promise<T>,
  { timeoutMs = 15_000, pollMs = 25 }: { timeoutMs?: number; pollMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      if (Date.now() > deadline) throw error
    }
    await new Promise((done) => setTimeout(done, pollMs))
  }
}
