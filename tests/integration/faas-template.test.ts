// The template's process by itself: the workload contract of OpenFaaS without a watchdog.

import { spawn } from 'node:child_process'
import { cpSync, existsSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import test from 'ava'
import { signCall } from '#adapters/signature/index.ts'
import { freePort } from '../helpers/free-port.ts'
import { http, makeFolder, TOKEN } from '../helpers/function-processes.ts'
import { until } from '../helpers/until.ts'

const ROOT = resolve(import.meta.dirname, '../..')

interface Started extends AsyncDisposable {
  readonly url: string
  readonly gate: string
  readonly exit: Promise<number | null>
  readonly kill: (signal: NodeJS.Signals) => void
  readonly closeStdin: () => void
  readonly output: () => string
}

async function start(
  secretsDir: string,
  dir: string,
  env: Record<string, string | undefined> = {},
  entry = join(ROOT, 'template/openfaas-ts-template/index.ts'),
) {
  const port = await freePort()
  const gate = join(dir, 'gate')
  const child = spawn(process.execPath, [entry], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: {
      FN: 'waiting',
      PORT: String(port),
      TE_HOST: '127.0.0.1',
      TE_SECRETS_DIR: secretsDir,
      TE_FUNCTION_ROOT: ROOT,
      TE_FUNCTION_HANDLER: join(ROOT, 'tests/helpers/functions/waiting/handler.ts'),
      TE_WATCH_PARENT: 'stdin',
      WAIT_FOR: gate,
      ...env,
    },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
  })
  const exit = new Promise<number | null>((done) => child.once('exit', done))
  const started: Started = {
    url: `http://127.0.0.1:${port}`,
    gate,
    exit,
    kill: (signal) => child.kill(signal),
    closeStdin: () => child.stdin.end(),
    output: () => output,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await exit
    },
  }
  return started
}

async function ready(started: Started): Promise<void> {
  writeFileSync(started.gate, '')
  await until('ready', async () => (await status(started, '/_/ready')) === 200)
}

const status = async ({ url }: Started, path: string): Promise<number> =>
  (await http('GET', `${url}${path}`).catch(() => ({ status: 0 }))).status

function call({ url }: Started, method: string, params: unknown, headers = {}) {
  const topic = `rpc.waiting.${method}`
  const body = Buffer.from(JSON.stringify(params))
  const signature = signCall(TOKEN, topic, body, Math.floor(Date.now() / 1000))
  const signed = { 'x-topic': topic, 'x-te-signature': signature, ...headers }
  return http('POST', url, { headers: signed, body })
}

test.serial('health is no before init is done, and calls are told to come again', async (t) => {
  await using folder = await makeFolder()
  await using started = await start(join(folder.dir, 'secrets'), folder.dir)
  await until('it listens', async () => (await status(started, '/health/live')) === 200)
  t.is(await status(started, '/_/health'), 503)
  t.is(await status(started, '/_/ready'), 503)
  t.is((await call(started, 'sleep', 0)).status, 503)
  await ready(started)
  t.is(await status(started, '/_/health'), 200)
  t.is((await call(started, 'sleep', 0)).status, 200)
})

test.serial(
  'A10: SIGTERM answers what is open, closes what init opened, and ends with 0',
  async (t) => {
    await using folder = await makeFolder()
    await using started = await start(join(folder.dir, 'secrets'), folder.dir)
    await ready(started)
    const open = call(started, 'sleep', 700)
    await until('the call is open', async () =>
      /te_function_calls_inflight\{[^}]*\} 1/.test(
        (await http('GET', `${started.url}/metrics`)).text,
      ),
    )
    started.kill('SIGTERM')
    t.is((await open).status, 200)
    t.is(await started.exit, 0)
    t.true(existsSync(`${started.gate}.closed`))
  },
)

test.serial('a function ends with its parent', async (t) => {
  await using folder = await makeFolder()
  await using started = await start(join(folder.dir, 'secrets'), folder.dir)
  await ready(started)
  started.closeStdin()
  t.is(await started.exit, 0)
})

test.serial(
  'a function without its signing secret, or with a broken handler, ends with 1',
  async (t) => {
    await using folder = await makeFolder()
    await using keyless = await start(folder.dir, folder.dir)
    t.is(await keyless.exit, 1)
    t.regex(keyless.output(), /function-token is not mounted/)
    const missing = { TE_FUNCTION_HANDLER: '/nothing/handler.ts' }
    await using broken = await start(join(folder.dir, 'secrets'), folder.dir, missing)
    t.is(await broken.exit, 1)
  },
)

test.serial(
  'limits: 413 for a large body, chunked too, 429 above max_inflight, 405, 504',
  async (t) => {
    await using folder = await makeFolder()
    const env = { MAX_RAW_SIZE: '1000', max_inflight: '1', exec_timeout: '300ms' }
    await using started = await start(join(folder.dir, 'secrets'), folder.dir, env)
    await ready(started)
    t.is((await http('POST', started.url, { body: Buffer.alloc(1001) })).status, 413)
    t.is(await postChunked(started.url, 5000), 413)
    t.is((await http('DELETE', started.url)).status, 405)
    const [late, refused] = await Promise.all([
      call(started, 'sleep', 2000),
      until('the first call is open', async () => (await status(started, '/_/ready')) === 429).then(
        () => call(started, 'sleep', 0),
      ),
    ])
    t.is(refused.status, 429)
    t.is(late.status, 504)
    t.is(await status(started, '/_/health'), 200)
  },
)

function postChunked(url: string, bytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST' }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.once('error', reject)
    Readable.from([Buffer.alloc(bytes / 2), Buffer.alloc(bytes / 2)]).pipe(sent)
  })
}

test.serial('a bug in a handler is a 500 that says nothing, and the process goes on', async (t) => {
  await using folder = await makeFolder()
  await using started = await start(join(folder.dir, 'secrets'), folder.dir)
  await ready(started)
  const answer = await call(started, 'throws', {})
  t.is(answer.status, 500)
  t.false(answer.text.includes('secret inside'))
  t.true(started.output().includes('secret inside'))
  t.is((await call(started, 'sleep', 0)).status, 200)
})

test.serial('A8: a caller that goes away aborts the work of its call', async (t) => {
  await using folder = await makeFolder()
  await using started = await start(join(folder.dir, 'secrets'), folder.dir)
  await ready(started)
  const topic = 'rpc.waiting.untilAborted'
  const signature = signCall(TOKEN, topic, Buffer.from('{}'), Math.floor(Date.now() / 1000))
  const headers = { 'x-topic': topic, 'x-te-signature': signature }
  const leaving = request(started.url, { method: 'POST', headers })
  leaving.on('error', () => {})
  leaving.end('{}')
  const inflight = async () => (await http('GET', `${started.url}/metrics`)).text
  await until('the call is open', async () => /calls_inflight\{[^}]*\} 1/.test(await inflight()))
  leaving.destroy()
  await until('the call is over', async () => /calls_inflight\{[^}]*\} 0/.test(await inflight()))
  t.pass()
})

test.serial(
  'L4: the layout that faas-cli builds runs: template, handler and copied layers',
  async (t) => {
    await using folder = await makeFolder()
    const image = join(folder.dir, 'build/waiting')
    cpSync(realpathSync(join(ROOT, 'template/openfaas-ts-template')), image, { recursive: true })
    const handler = join(ROOT, 'tests/helpers/functions/waiting')
    cpSync(handler, join(image, 'function'), { recursive: true })
    for (const layer of ['domain', 'contracts', 'adapters']) {
      const to = join(image, 'function/runtime', layer)
      cpSync(join(ROOT, 'runtime', layer), to, { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(image, 'node_modules'))
    const inImage = { TE_FUNCTION_ROOT: undefined, TE_FUNCTION_HANDLER: undefined }
    const entry = join(image, 'index.ts')
    await using started = await start(join(folder.dir, 'secrets'), folder.dir, inImage, entry)
    await ready(started)
    t.is((await call(started, 'sleep', 0)).status, 200)
  },
)
