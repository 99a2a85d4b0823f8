// Acceptance of the local host by the recorded requests of the real faas-cli: every command that
// ended with 0 there must find the status codes and shapes here with which it would end with 0.

import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { readTrace, replay, type TraceCommand, type TraceRequest } from '../helpers/faas-trace.ts'
import { makeFolder, startFaas, untilAvailable } from '../helpers/function-processes.ts'

const trace = readTrace()
const traced = trace === undefined ? test.skip : test.serial
if (trace === undefined) {
  console.warn('SKIPPED: ../shared/data/faas-cli-trace.jsonl is missing: no replay of faas-cli')
}

/** One namespace, as CE has it: what was recorded with another one does not apply. */
const isOtherNamespace = ({ cmd }: TraceCommand) => / -n staging|namespace create/.test(cmd)

/** Local code for the images of the recording. */
function writeCode(dir: string, names: readonly string[]): Record<string, string> {
  const functions = join(dir, 'functions')
  for (const name of names) {
    mkdirSync(join(functions, name), { recursive: true })
    const code = 'export default async () => ({ status: 200, body: { ok: true } })\n'
    writeFileSync(join(functions, name, 'handler.ts'), code)
  }
  mkdirSync(join(dir, 'dist/functions'), { recursive: true })
  const pong = join(import.meta.dirname, '../helpers/literal/pong.mjs')
  copyFileSync(pong, join(dir, 'dist/functions/orders.mjs'))
  writeFileSync(join(dir, 'dist/functions/orders.js'), "import('./orders.mjs')\n")
  return { TE_FAAS_FUNCTIONS_DIR: functions, TE_FAAS_WORK_DIR: dir, TE_FAAS_STRICT: '0' }
}

traced(
  'faas-cli: every recorded command of a session gets the recorded status codes',
  async (t) => {
    await using folder = await makeFolder()
    await using faas = await startFaas(folder.dir, writeCode(folder.dir, ['risk']))
    const commands = (trace ?? []).filter(({ suite }) => suite === 'main')
    let compared = 0
    for (const command of commands) {
      if (isOtherNamespace(command)) continue
      if (
        /^faas-cli (list|ready orders)|invoke/.test(command.cmd) &&
        isDeployed(commands, command)
      ) {
        await untilAvailable(faas, 'orders', 1)
      }
      for (const recorded of command.requests) {
        const answer = await replay(faas.url, recorded)
        t.is(answer.status, recorded.status, `${command.cmd}: ${recorded.method} ${recorded.path}`)
        checkShape(t.log.bind(t), command, recorded, answer.text, answer.contentType, (ok, what) =>
          t.true(ok, `${command.cmd}: ${what}`),
        )
        compared++
      }
    }
    t.true(compared >= 40, `only ${compared} requests were compared`)
  },
)

function isDeployed(commands: readonly TraceCommand[], command: TraceCommand): boolean {
  const at = commands.indexOf(command)
  const names = commands.slice(0, at).map(({ cmd }) => cmd)
  return names.some((cmd) => cmd.includes('deploy')) && !names.some((cmd) => cmd.includes('remove'))
}

function checkShape(
  log: (text: string) => void,
  { cmd, output }: TraceCommand,
  { path, method }: TraceRequest,
  text: string,
  contentType: string,
  check: (ok: boolean, what: string) => void,
): void {
  if (cmd === 'faas-cli list --json') {
    const plain = (value: unknown) => JSON.stringify(withoutEmpty(value))
    check(plain(JSON.parse(text)) === plain(JSON.parse(output)), `list differs: ${text}`)
  }
  if (path.startsWith('/system/function/') && text.startsWith('{')) {
    const status = JSON.parse(text) as Record<string, unknown>
    const usage = status['usage'] as Record<string, unknown> | undefined
    check(typeof status['name'] === 'string' && typeof status['replicas'] === 'number', text)
    check(typeof usage?.['cpu'] === 'number', `no usage: ${text}`)
    check(typeof usage?.['totalMemoryBytes'] === 'number', `no usage: ${text}`)
  }
  if (path === '/system/info') {
    const info = JSON.parse(text) as {
      provider: { provider: string; orchestration: string; version: { release: string } }
      version: { release: string; sha: string }
      arch: string
    }
    check(typeof info.provider.version.release === 'string', `provider: ${text}`)
    check(typeof info.provider.orchestration === 'string', `provider: ${text}`)
    check(typeof info.version.release === 'string' && typeof info.arch === 'string', text)
  }
  if (path === '/system/secrets' && method === 'GET') {
    const names = (JSON.parse(text) as { name: string }[]).map(({ name }) => name)
    check(
      names.every((name) => output.includes(name)),
      `names: ${names.join()}`,
    )
    check(!/abc123|file-secret/.test(text), 'a value came out')
  }
  if (path.startsWith('/system/logs')) {
    check(contentType.includes('application/x-ndjson'), contentType)
    for (const line of text.trim().split('\n').filter(Boolean)) {
      const {
        name,
        namespace,
        instance,
        timestamp,
        text: said,
      } = JSON.parse(line) as Record<string, unknown>
      const texts = [name, namespace, instance, timestamp, said]
      check(
        texts.every((one) => typeof one === 'string'),
        line,
      )
    }
  }
  if (cmd.includes('invoke orders') && path.startsWith('/function/')) {
    check(text === output.trimEnd(), `answered ${text}, recorded ${output}`)
  }
  if (path === '/system/namespaces') log(`${path}: ${text}`)
}

/** Times and counts are our own; a Go reader takes an empty object like an absent one. */
const OWN_VALUES = ['createdAt', 'invocationCount', 'availableReplicas']

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OWN_VALUES.includes(name))
      .filter(([, one]) => typeof one !== 'object' || Object.keys(one as object).length > 0)
      .map(([name, one]): [string, unknown] => [name, withoutEmpty(one)])
      .sort(([a], [b]) => a.localeCompare(b)),
  )
}

traced('faas-cli: every body that a deploy or secret command sent is taken', async (t) => {
  await using folder = await makeFolder()
  const commands = (trace ?? []).filter((one) => one.suite === 'edge' && !isOtherNamespace(one))
  const good = commands.filter(({ exit, cmd }) => exit === 0 && /deploy|up -f|secret/.test(cmd))
  const names = good.flatMap(({ requests }) =>
    requests
      .filter(({ path }) => path === '/system/functions')
      .map(({ body }) => (JSON.parse(body ?? '{}') as { service: string }).service),
  )
  const env = { ...writeCode(folder.dir, [...new Set(names)]), TE_FAAS_AUTH: '0' }
  await using faas = await startFaas(folder.dir, env)
  for (const { cmd, requests } of good) {
    const [first] = requests
    if (first === undefined) continue
    // The rule of faas-cli: PUT, and on a 404 the same body by POST; 200 and 202 are success.
    let answer = await replay(faas.url, first)
    if (first.method === 'PUT' && answer.status === 404) {
      answer = await replay(faas.url, { ...first, method: 'POST' })
    }
    t.true([200, 202].includes(answer.status), `${cmd}: ${answer.status} ${answer.text}`)
    for (const next of requests
      .slice(1)
      .filter(({ method }) => method !== 'POST' || first.method !== 'PUT')) {
      const after = await replay(faas.url, next)
      t.true([200, 202].includes(after.status), `${cmd}: ${after.status} ${after.text}`)
    }
  }
  t.true(names.length >= 8, `only ${names.length} deployments were compared`)
})
