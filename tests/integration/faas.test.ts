// The local function host with real child processes: what survives, what drains, what is refused.

import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import test from 'ava'
import { signCall } from '#adapters/signature/index.ts'
import {
  BASIC,
  callRpc,
  deploy,
  http,
  isRunning,
  makeFolder,
  startFaas,
  system,
  TOKEN,
  untilAvailable,
} from '../helpers/function-processes.ts'
import { until } from '../helpers/until.ts'

const PONG = { envProcess: 'node tests/helpers/literal/pong.mjs', secrets: [] }

test.serial('A10: functions and secrets come back with the host, and end with it', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'echo')
  const { result: pid } = await callRpc(faas, 'echo', 'pid', {})
  t.is(await faas.end('SIGTERM'), 0)
  t.false(isRunning(Number(pid)))
  await faas.start()
  await untilAvailable(faas, 'echo', 1)
  const echoed = await callRpc(faas, 'echo', 'echo', { a: 1 })
  t.deepEqual(echoed.result, { params: { a: 1 }, traceId: '' })
  const secrets = await system(faas, 'GET', '/system/secrets')
  t.deepEqual(JSON.parse(secrets.text), [{ name: 'function-token', namespace: 'openfaas-fn' }])
})

test.serial('A10: a host that is killed leaves no process behind', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'echo')
  await deploy(faas, 'pong', PONG)
  const { result: echoPid } = await callRpc(faas, 'echo', 'pid', {})
  const pong = await http('POST', `${faas.url}/function/pong?pid`)
  const pids = [Number(echoPid), Number(pong.text.replace('pong:', ''))]
  t.true(pids.every(isRunning))
  await faas.end('SIGKILL')
  await until('no child runs', () => !pids.some(isRunning))
})

test.serial(
  'F22: a replica that crashes is started again, and the caller gets a 502',
  async (t) => {
    await using folder = await makeFolder()
    await using faas = await startFaas(folder.dir)
    await deploy(faas, 'echo')
    const { result: first } = await callRpc(faas, 'echo', 'pid', {})
    t.is((await callRpc(faas, 'echo', 'crash', {})).status, 502)
    await until('another process answers', async () => {
      const { status, result } = await callRpc(faas, 'echo', 'pid', {})
      return status === 200 && result !== first
    })
  },
)

test.serial('F22: a call that hangs is cut at its deadline with 504', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'echo')
  const late = await callRpc(faas, 'echo', 'sleep', 60_000, { 'x-deadline-ms': '200' })
  t.is(late.status, 504)
  t.regex(late.text, /TE_RPC_TIMEOUT/)
})

test.serial(
  'an update keeps answering: new replicas are ready before old ones drain',
  async (t) => {
    await using folder = await makeFolder()
    await using faas = await startFaas(folder.dir)
    await deploy(faas, 'echo')
    const { result: before } = await callRpc(faas, 'echo', 'pid', {})
    const open = callRpc(faas, 'echo', 'sleep', 1500)
    const body = { service: 'echo', image: 'test/echo:2', secrets: ['function-token'] }
    t.is((await system(faas, 'PUT', '/system/functions', body)).status, 202)
    const statuses = new Set<number>()
    await until('the new process answers', async () => {
      const { status, result } = await callRpc(faas, 'echo', 'pid', {})
      statuses.add(status)
      return result !== before
    })
    t.deepEqual([...statuses], [200])
    t.is((await open).result, before)
    await until('the old process is gone', () => !isRunning(Number(before)))
  },
)

test.serial('the same deployment again starts no new process', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'echo')
  const { result: before } = await callRpc(faas, 'echo', 'pid', {})
  const body = { service: 'echo', image: 'test/echo:1', secrets: ['function-token'] }
  t.is((await system(faas, 'PUT', '/system/functions', body)).status, 202)
  const starts = () => faas.output().split('"msg":"ready"').length
  const count = starts()
  t.is((await callRpc(faas, 'echo', 'pid', {})).result, before)
  t.is(starts(), count)
})

test.serial('scale adds and removes replicas, never below one', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'echo')
  const scale = (replicas: number) =>
    system(faas, 'POST', '/system/scale-function/echo', { serviceName: 'echo', replicas })
  t.is((await scale(2)).status, 202)
  await untilAvailable(faas, 'echo', 2)
  const pids = new Set<unknown>()
  for (let i = 0; i < 4; i++) pids.add((await callRpc(faas, 'echo', 'pid', {})).result)
  t.is(pids.size, 2)
  t.is((await scale(1)).status, 202)
  await untilAvailable(faas, 'echo', 1)
  t.is((await scale(0)).status, 400)
  t.is((await system(faas, 'POST', '/system/scale-function/none', { replicas: 1 })).status, 404)
})

test.serial('a call that is not signed, stale or changed is refused with 401', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'echo')
  const url = `${faas.url}/function/echo.openfaas-fn`
  const body = Buffer.from('{}')
  const now = Math.floor(Date.now() / 1000)
  const topic = 'rpc.echo.pid'
  const ask = (signature: string, withTopic = topic, withBody: Uint8Array = body) =>
    http('POST', url, {
      headers: { 'x-topic': withTopic, 'x-te-signature': signature },
      body: withBody,
    })
  t.is((await ask(signCall(TOKEN, topic, body, now))).status, 200)
  t.is((await ask(signCall(TOKEN, topic, body, now - 400))).status, 401)
  t.is((await ask(signCall(TOKEN, topic, body, now + 400))).status, 401)
  t.is((await ask(signCall('another', topic, body, now))).status, 401)
  t.is((await ask(signCall(TOKEN, topic, body, now), 'rpc.echo.env')).status, 401)
  t.is((await ask(signCall(TOKEN, topic, body, now), topic, Buffer.from('[]'))).status, 401)
  t.is((await http('POST', url, { body })).status, 401)
  const about = await http('POST', url)
  t.is(about.status, 200)
  t.regex(about.text, /"function":"echo"/)
})

test.serial(
  'a function sees its own secrets and the venue environment, not the host',
  async (t) => {
    await using folder = await makeFolder()
    await using faas = await startFaas(folder.dir, { TE_NATS_URL: 'nats://x', OTHER: 'hidden' })
    await system(faas, 'POST', '/system/secrets', { name: 'foreign', value: 'not-mine' })
    await deploy(faas, 'echo', { envVars: { MINE: '1' } })
    const { result } = await callRpc(faas, 'echo', 'env', {})
    const env = result as Record<string, string>
    t.is(env['TE_NATS_URL'], 'nats://x')
    t.is(env['MINE'], '1')
    t.is(env['OTHER'], undefined)
    t.is(env['TE_DATA_DIR'], undefined)
    t.false(readFileSync(`/proc/${faas.pid()}/environ`, 'utf8').includes('devpass'))
    t.is((await callRpc(faas, 'echo', 'secret', 'function-token')).result, TOKEN)
    t.is((await callRpc(faas, 'echo', 'secret', 'foreign')).status, 500)
  },
)

test.serial('invocations keep path, query, method, headers and status', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  await deploy(faas, 'pong', PONG)
  const answer = await http('PUT', `${faas.url}/function/pong.openfaas-fn/a/b?c=d`, {
    headers: { 'x-call-id': 'my-id' },
    body: 'hi',
  })
  t.is(answer.text, 'pong:hi')
  t.is(answer.headers['x-saw-call-id'], 'my-id')
  t.truthy(answer.headers['x-duration-seconds'])
  t.is((await http('POST', `${faas.url}/function/none`)).status, 404)
  t.is((await http('POST', `${faas.url}/function/pong.other`)).status, 404)
  const logs = await system(faas, 'GET', '/system/logs?name=pong&follow=false&tail=-1')
  t.regex(logs.text, /"text":"call PUT \/a\/b\?c=d"/)
  const listed = JSON.parse((await system(faas, 'GET', '/system/functions')).text) as object[]
  t.like(listed[0] ?? {}, { name: 'pong', invocationCount: 1, availableReplicas: 1 })
})

test.serial(
  'an asynchronous call is answered 202 and its result goes to the callback',
  async (t) => {
    await using folder = await makeFolder()
    await using faas = await startFaas(folder.dir)
    await deploy(faas, 'pong', PONG)
    const got: { headers: IncomingMessage['headers']; body: string }[] = []
    const receiver = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += String(chunk)
      })
      request.on('end', () => {
        got.push({ headers: request.headers, body })
        response.end()
      })
    })
    await new Promise<void>((done) => receiver.listen(0, '127.0.0.1', done))
    const { port } = receiver.address() as { port: number }
    const headers = { 'x-callback-url': `http://127.0.0.1:${port}/done`, 'x-call-id': 'c1' }
    const url = `${faas.url}/async-function/pong`
    t.is((await http('POST', url, { headers, body: 'later' })).status, 202)
    const [call] = await until('the callback came', () => (got.length > 0 ? got : undefined))
    receiver.close()
    t.is(call?.body, 'pong:later')
    t.is(call?.headers['x-function-status'], '200')
    t.is(call?.headers['x-call-id'], 'c1')
    t.is((await http('GET', url)).status, 405)
    t.is((await http('POST', url, { body: Buffer.alloc(300_000) })).status, 413)
  },
)

test.serial('/system asks for credentials, functions and health do not', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  for (const authorization of ['', 'Bearer ', 'Basic YWRtaW46d3Jvbmc=', `${BASIC}x`]) {
    const answer = await http('GET', `${faas.url}/system/functions`, { headers: { authorization } })
    t.is(answer.status, 401)
    t.is(answer.headers['www-authenticate'], 'Basic realm="Restricted"')
    t.is(answer.text, 'invalid credentials')
  }
  t.is((await http('GET', `${faas.url}/healthz`)).status, 200)
  t.is((await http('GET', `${faas.url}/health/ready`)).status, 200)
})

test.serial('what OpenFaaS CE refuses is refused with 400, and nothing is deployed', async (t) => {
  await using folder = await makeFolder()
  await using faas = await startFaas(folder.dir)
  const good = { service: 'echo', image: 'x/echo:1' }
  const bad: object[] = [
    { ...good, annotations: { topic: 'a,b' } },
    { ...good, labels: { 'com.openfaas.scale.zero': 'true' } },
    { ...good, labels: { 'com.openfaas.scale.target': '10' } },
    { ...good, labels: { 'com.openfaas.scale.max': '6' } },
    { ...good, labels: { topic: 'a b' } },
    { ...good, namespace: 'staging' },
    { ...good, service: 'Bad_Name' },
    { ...good, service: '../echo' },
    { ...good, envVars: { FN: '../../etc' } },
    { ...good, envVars: { FN: 'nothing-there' } },
    { ...good, envVars: { A: 1 } },
    { ...good, secrets: ['missing'] },
    { ...good, secrets: ['../functions.json'] },
    { service: 'echo' },
    { service: 'no-code', image: 'x/y:1' },
    [],
  ]
  for (const body of bad) {
    const answer = await system(faas, 'POST', '/system/functions', body)
    t.is(answer.status, 400, JSON.stringify(body))
  }
  const broken = await http('POST', `${faas.url}/system/functions`, {
    headers: { authorization: BASIC },
    body: '{',
  })
  t.is(broken.status, 400)
  t.is((await system(faas, 'GET', '/system/functions')).text, '[]')
})
