import { spawn } from 'node:child_process'
import { once } from 'node:events'
import test from 'ava'
import {
  findOrphans,
  identify,
  isRunning,
  signalProcess,
} from '../../../infra/local/process-identity.ts'

async function startSleeper(env: Record<string, string> = {}) {
  // The shell leads a session of its own; its child sleeps beside it.
  const child = spawn('/bin/sh', ['-c', 'sleep 60 & wait'], {
    detached: true,
    env,
    stdio: 'ignore',
  })
  await once(child, 'spawn')
  return { child, identity: identify(child.pid as number) as { pid: number; startTime: string } }
}

test('a process is ours only when id and start time agree', async (t) => {
  const { child, identity } = await startSleeper()
  t.teardown(() => process.kill(-identity.pid, 'SIGKILL'))
  const stranger = { pid: identity.pid, startTime: String(Number(identity.startTime) - 1) }
  t.true(isRunning(identity))
  t.false(isRunning(stranger))
  t.false(signalProcess(stranger, 'SIGKILL'))
  t.is(child.exitCode, null)
  t.true(isRunning(identity))
})

test('a dead process is not running, and a signal to it does nothing', async (t) => {
  const { child, identity } = await startSleeper()
  process.kill(-identity.pid, 'SIGKILL')
  await once(child, 'exit')
  t.false(isRunning(identity))
  t.false(signalProcess(identity, 'SIGTERM'))
})

test('what a killed leader left behind is found by session and mark, strangers are not', async (t) => {
  const { child, identity } = await startSleeper({ TE_STACK_ID: 'mine', PATH: '/bin:/usr/bin' })
  t.teardown(() => process.kill(-identity.pid, 'SIGKILL'))
  let orphans = findOrphans(identity, 'TE_STACK_ID=mine')
  for (const until = Date.now() + 5000; orphans.length === 0 && Date.now() < until; ) {
    await new Promise((done) => setImmediate(done))
    orphans = findOrphans(identity, 'TE_STACK_ID=mine')
  }
  child.kill('SIGKILL')
  await once(child, 'exit')
  t.is(findOrphans(identity, 'TE_STACK_ID=mine').length, 1)
  t.is(findOrphans(identity, 'TE_STACK_ID=other').length, 0)
})
