import test from 'ava'
import { Engine } from '#engine/engine.ts'

test('A11: a second copy of the engine in one process is refused', async (t) => {
  t.is(typeof Engine, 'function')
  const again: string = '../../../runtime/engine/engine.ts?again'
  await t.throwsAsync(import(again), { message: /the engine is loaded once in a process/ })
})
