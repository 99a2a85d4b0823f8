import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { backoffMs, type ChildChange, keepRunning } from '../../../infra/local/child.ts'
import { isRunning } from '../../../infra/local/process-identity.ts'

function start(
  t: ExecutionContext,
  script: string,
  isHeld: () => boolean = () => false,
  finalCodes: number[] = [],
) {
  const dir = mkdtempSync(join(tmpdir(), 'te-child-'))
  const changes: ChildChange[] = []
  const child = keepRunning({
    name: 'x',
    launch: {
      command: '/bin/sh',
      args: ['-c', script],
      env: { PATH: '/bin:/usr/bin' },
      cwd: dir,
      finalCodes,
      stopSignal: 'SIGTERM',
    },
    logFile: join(dir, 'x.log'),
    isHeld,
    onChange: (change) => changes.push(change),
  })
  t.teardown(async () => {
    await child.stop(100)
    rmSync(dir, { recursive: true })
  })
  return { child, changes, dir, log: () => readFileSync(join(dir, 'x.log'), 'utf8') }
}

async function until(isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s')
    await new Promise((done) => setTimeout(done, 5))
  }
}

test('the wait before a restart doubles from 100 ms up to 5 s', (t) => {
  t.deepEqual([0, 1, 2, 5, 6, 60].map(backoffMs), [100, 200, 400, 3200, 5000, 5000])
})

test('a child that dies is started again and counted, its output stays', async (t) => {
  const { changes, log } = start(t, 'echo hello; exit 3')
  await until(() => changes.some(({ restarts, state }) => restarts === 2 && state === 'running'))
  t.regex(changes.find(({ state }) => state === 'waiting')?.message ?? '', /ended with code 3/)
  await until(() => log().split('hello').length >= 3)
  t.pass()
})

test('a held child stays down until it is released', async (t) => {
  let isHeld = true
  const { changes } = start(t, 'exit 0', () => isHeld)
  await until(() => changes.some(({ state }) => state === 'held'))
  t.is(changes.at(-1)?.state, 'held')
  isHeld = false
  await until(() => changes.at(-1)?.state !== 'held')
  t.pass()
})

test('a child that ignores the signal is killed at the deadline, with what it started', async (t) => {
  const { child, changes, dir } = start(t, 'trap "" TERM; sleep 60 & echo ok > up; wait; wait')
  await until(() => existsSync(join(dir, 'up')))
  const running = changes.at(-1)?.process
  await child.stop(50)
  t.is(changes.at(-1)?.state, 'stopped')
  t.truthy(running)
  t.false(running !== undefined && isRunning(running))
})

test('a refusal to run is not repeated', async (t) => {
  const { changes } = start(t, 'exit 3', () => false, [3])
  await until(() => changes.at(-1)?.state === 'stopped')
  t.is(changes.at(-1)?.restarts, 0)
})

test('a program that cannot be started is tried again, not fatal', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'te-child-'))
  const changes: ChildChange[] = []
  const child = keepRunning({
    name: 'x',
    launch: { command: join(dir, 'later'), args: [], env: {}, cwd: dir, stopSignal: 'SIGTERM' },
    logFile: join(dir, 'x.log'),
    isHeld: () => false,
    onChange: (change) => changes.push(change),
  })
  t.teardown(() => child.stop(100))
  await until(() => changes.some(({ state }) => state === 'waiting'))
  writeFileSync(join(dir, 'later'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  await until(() => changes.at(-1)?.state === 'running')
  t.pass()
})
