// The local function host and the connector as real processes on free ports, for their tests.

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { Agent, request } from 'undici'
import { signCall } from '#adapters/signature/index.ts'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

/** Key of the signatures in tests. */
export const TOKEN = 'token-of-the-tests'
const ROOT = resolve(import.meta.dirname, '../..')
const FUNCTIONS = join(import.meta.dirname, 'functions')

/** A process of ours. */
export interface TestProcess extends AsyncDisposable {
  readonly url: string
  readonly pid: () => number
  readonly output: () => string
  readonly start: () => Promise<void>
  /** Sends a signal and waits for the end; gives the exit code, null after a kill. */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
}

/** A temporary folder with the secrets of both processes. */
export async function makeFolder(): Promise<{ dir: string } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'te-fn-'))
  await mkdir(join(dir, 'secrets'), { recursive: true })
  const secrets = {
    'faas-basic-auth-user': 'admin',
    'faas-basic-auth-password': 'devpass',
    'function-token': TOKEN,
  }
  for (const [name, value] of Object.entries(secrets)) {
    await writeFile(join(dir, 'secrets', name), value)
  }
  return { dir, [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }) }
}

/** Starts the host with the test functions. */
export function startFaas(dir: string, env: Record<string, string> = {}): Promise<TestProcess> {
  return startProcess('faas', '/healthz', (port) => ({
    TE_FAAS_PORT: String(port),
    TE_DATA_DIR: join(dir, 'faas'),
    TE_SECRETS_DIR: join(dir, 'secrets'),
    TE_FAAS_FUNCTIONS_DIR: FUNCTIONS,
    TE_FAAS_WORK_DIR: ROOT,
    TE_FAAS_FUNCTION_PORT_BASE: '0',
    ...env,
  }))
}

/** Starts the connector between a NATS server and a host. */
export function startConnector(
  dir: string,
  urls: { readonly nats: string; readonly faas: string },
  env: Record<string, string> = {},
): Promise<TestProcess> {
  return startProcess('connector', '/health/ready', (port) => ({
    TE_CONNECTOR_PORT: String(port),
    TE_NATS_URL: urls.nats,
    TE_FAAS_URL: urls.faas,
    TE_SECRETS_DIR: join(dir, 'secrets'),
    TE_CONNECTOR_DISCOVERY_MS: '200',
    ...env,
  }))
}

async function startProcess(
  name: string,
  readyPath: string,
  envFor: (port: number) => Record<string, string>,
): Promise<TestProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let output = ''
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const running = child
    child = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) {
      return running?.exitCode ?? null
    }
    const exit = new Promise<number | null>((done) => running.once('exit', done))
    running.kill(signal)
    return exit
  }
  const start = async () => {
    child = spawn(process.execPath, [join(ROOT, 'runtime', name, 'main.ts')], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...envFor(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    await until(`${name} is ready: ${output}`, async () => {
      const answer = await http('GET', `${url}${readyPath}`).catch(() => undefined)
      return answer?.status === 200
    })
  }
  const killWithUs = (): void => void child?.kill('SIGKILL')
  process.once('exit', killWithUs)
  await start()
  return {
    url,
    pid: () => child?.pid ?? 0,
    output: () => output,
    start,
    end,
    [Symbol.asyncDispose]: async () => {
      process.off('exit', killWithUs)
      await end('SIGTERM')
    },
  }
}

/** An answer with its body as text. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

const agent = new Agent({ connections: 64, headersTimeout: 40_000 })

/** One HTTP request. */
export async function http(
  method: string,
  url: string,
  options: { body?: string | Uint8Array; headers?: Record<string, string> } = {},
): Promise<HttpAnswer> {
  const answer = await request(url, {
    dispatcher: agent,
    method: method as 'GET',
    headers: options.headers ?? {},
    body: options.body ?? null,
  })
  return {
    status: answer.statusCode,
    headers: answer.headers,
    text: await answer.body.text(),
  }
}

/** What faas-cli sends after login. */
export const BASIC = `Basic ${Buffer.from('admin:devpass').toString('base64')}`

/** A request to /system with JSON. */
export function system(
  host: TestProcess,
  method: string,
  path: string,
  body?: unknown,
): Promise<HttpAnswer> {
  return http(method, `${host.url}${path}`, {
    headers: { authorization: BASIC, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
}

/** Deploys a test function with the signing secret and waits until it has a replica. */
export async function deploy(
  host: TestProcess,
  service: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  await system(host, 'POST', '/system/secrets', { name: 'function-token', value: TOKEN })
  const body = { service, image: `test/${service}:1`, secrets: ['function-token'], ...more }
  const answer = await system(host, 'POST', '/system/functions', body)
  if (answer.status !== 202) throw new Error(`deploy: ${answer.status} ${answer.text}`)
  await untilAvailable(host, service, 1)
}

/** Waits until a function has that many ready replicas. */
export function untilAvailable(
  host: TestProcess,
  service: string,
  count: number,
): Promise<boolean> {
  return until(`${service} has ${count} replicas`, async () => {
    const answer = await system(host, 'GET', `/system/function/${service}`).catch(() => undefined)
    if (answer?.status !== 200) return false
    return (JSON.parse(answer.text) as { availableReplicas: number }).availableReplicas === count
  })
}

/** A signed request to a method of a function, straight over HTTP. */
export async function callRpc(
  host: TestProcess,
  service: string,
  method: string,
  params: unknown,
  headers: Record<string, string> = {},
): Promise<HttpAnswer & { result: unknown }> {
  const topic = `rpc.${service}.${method}`
  const body = Buffer.from(JSON.stringify(params))
  const signature = signCall(TOKEN, topic, body, Math.floor(Date.now() / 1000))
  const answer = await http('POST', `${host.url}/function/${service}`, {
    headers: { 'x-topic': topic, 'x-te-signature': signature, ...headers },
    body,
  })
  let result: unknown
  try {
    result = (JSON.parse(answer.text) as { result?: unknown }).result
  } catch {
    result = undefined
  }
  return { ...answer, result }
}

/** Whether a process exists. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
