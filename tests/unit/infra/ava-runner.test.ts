import test from 'ava'
import { createTapCounter } from '../../helpers/ava-runner.ts'

test('TAP results are counted as passed, failed and skipped', (t) => {
  const counter = createTapCounter()
  for (const line of [
    'TAP version 13',
    'ok 1 - book › a limit order rests',
    'not ok 2 - book › an IOC order never rests',
    '  ---',
    '    message: not ok 3 - is part of the message',
    '  ...',
    'ok 3 - book › later # SKIP',
    '1..3',
    '# pass 1',
  ]) {
    counter.read(line)
  }
  t.deepEqual(counter.counts, { passed: 1, failed: 1, skipped: 1 })
})

test('the frame of TAP is not shown, results and their details are', (t) => {
  const counter = createTapCounter()
  t.is(counter.read('1..3'), undefined)
  t.is(counter.read('ok 1 - a › b'), '✔ a › b')
  t.is(counter.read('  at: here'), '  at: here')
})
