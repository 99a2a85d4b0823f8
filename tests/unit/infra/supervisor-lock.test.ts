import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { bootId, identify } from '../../../infra/local/process-identity.ts'
import { endOrphans, takeSupervisorLock } from '../../../infra/local/supervisor-lock.ts'

const folder = () => mkdtempSync(join(tmpdir(), 'te-lock-'))

test('a second supervisor on the same folder is refused while the first lives', (t) => {
  const dir = folder()
  t.teardown(() => rmSync(dir, { recursive: true }))
  const release = takeSupervisorLock(dir)
  t.throws(() => takeSupervisorLock(dir), { message: /already runs on/ })
  release()
  t.notThrows(() => takeSupervisorLock(dir)())
})

test('the lock of a supervisor whose id now means somebody else is taken over', (t) => {
  const dir = folder()
  t.teardown(() => rmSync(dir, { recursive: true }))
  const other = { pid: process.pid, startTime: '1', bootId: bootId() }
  writeFileSync(join(dir, 'supervisor.lock'), JSON.stringify(other))
  const release = takeSupervisorLock(dir)
  t.true(existsSync(join(dir, 'supervisor.lock')))
  release()
})

test('ids of an earlier boot are never killed', async (t) => {
  const dir = folder()
  t.teardown(() => rmSync(dir, { recursive: true }))
  const process_ = identify(process.pid)
  const state = { id: 'x', bootId: 'another boot', children: { nats: { process: process_ } } }
  writeFileSync(join(dir, 'stack.json'), JSON.stringify(state))
  t.deepEqual(await endOrphans(dir), [])
})
