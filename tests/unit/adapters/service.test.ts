import test from 'ava'
import { createLogger, createServiceServer } from '#adapters/service/index.ts'

const quiet = () => createLogger({ name: 'test', level: 'silent', write: () => undefined })
const serve = async (options: Partial<Parameters<typeof createServiceServer>[0]>) => {
  const server = createServiceServer({
    name: 'test',
    host: '127.0.0.1',
    port: 0,
    log: quiet(),
    probes: {},
    ...options,
  })
  const port = await server.listen()
  const get = async (path: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    return { status: answer.status, text: await answer.text() }
  }
  return { server, get }
}

test('the log names its process and time, keeps the trace id and cuts out secrets', (t) => {
  const lines: string[] = []
  const log = createLogger({ name: 'test', level: 'info', write: (line) => void lines.push(line) })
  const secret = 'canary-17'
  log.info(
    {
      traceId: 'abc',
      password: secret,
      user: { token: secret, refreshToken: secret },
      request: { headers: { authorization: secret, 'x-api-key': secret, cookie: secret } },
    },
    'hello',
  )
  t.false(lines.join('').includes(secret))
  t.like(JSON.parse(lines[0] ?? ''), { name: 'test', level: 'info', msg: 'hello', traceId: 'abc' })
})

test('L3: readiness names the dependency that fails, an optional one does not decide', async (t) => {
  const { server, get } = await serve({
    probes: {
      good: () => Promise.resolve(),
      bad: () => Promise.reject(new Error('refused')),
      extra: () => Promise.reject(new Error('gone')),
    },
    optional: ['extra'],
  })
  const ready = await get('/health/ready')
  t.is(ready.status, 503)
  t.like(JSON.parse(ready.text), {
    ready: false,
    role: 'test',
    degraded: ['extra'],
    deps: { good: { ok: true }, bad: { ok: false, error: 'refused' }, extra: { ok: false } },
  })
  t.is((await get('/health/live')).status, 200)
  await server.close()
})

test('L3: a dependency that hangs is a no after two seconds and is not asked twice', async (t) => {
  let asked = 0
  const { server, get } = await serve({
    probes: {
      hanging: () => {
        asked++
        return new Promise(() => undefined)
      },
    },
  })
  const answers = await Promise.all([get('/health/ready'), get('/health/ready')])
  t.deepEqual(
    answers.map(({ status }) => status),
    [503, 503],
  )
  await get('/health/ready')
  t.is(asked, 1)
  await server.close()
})

test('what a process says of itself can overrule its probes', async (t) => {
  const { server, get } = await serve({ info: () => ({ ready: false, seq: 7 }) })
  const ready = await get('/health/ready')
  t.is(ready.status, 503)
  t.like(JSON.parse(ready.text), { ready: false, seq: 7 })
  t.regex((await get('/metrics')).text, /process="test"/)
  t.is((await get('/nope')).status, 404)
  await server.close()
})
