// How figures are judged against their goals.

import test from 'ava'
import type { BenchRow } from '../../bench/bench-row.ts'
import { exitCodeOf, isGoalMet, judge } from '../../bench/goals.ts'

const row = (value: number, goal?: string, more: Partial<BenchRow> = {}): BenchRow => ({
  bench: 'matching',
  name: 'figure',
  value,
  unit: 'ns',
  ...(goal === undefined ? {} : { goal }),
  ...more,
})

test('a goal is met at its bound and missed beyond it', (t) => {
  const cases: readonly [value: number, goal: string, isMet: boolean][] = [
    [72, '<= 72', true],
    [72.1, '<= 72', false],
    [50, '>= 50', true],
    [49.9, '>= 50', false],
    [0.5, '<= 0.5', true],
    [1, '= 1', true],
    [0, '= 1', false],
  ]
  for (const [value, goal, isMet] of cases) t.is(isGoalMet(value, goal), isMet, `${value} ${goal}`)
})

test('a goal that is not written as one is a mistake of the bench', (t) => {
  for (const goal of ['72', '< 72', '<= 72 ns', '<=72', '']) {
    t.throws(() => isGoalMet(1, goal), { message: `not a goal: ${goal}` })
  }
})

test('only rows with a goal are judged, in their order', (t) => {
  const judged = judge([row(1), row(2, '<= 1'), row(3, '>= 1')])
  t.deepEqual(
    judged.map(({ row: { value }, verdict }) => [value, verdict]),
    [
      [2, 'MISSED'],
      [3, 'met'],
    ],
  )
})

test('what was skipped or is no number is not measured', (t) => {
  const judged = judge([row(0, '<= 1', { skipped: 'no data' }), row(Number.NaN, '<= 1')])
  t.deepEqual(
    judged.map(({ verdict }) => verdict),
    ['not measured', 'not measured'],
  )
})

test('the stretch aim is judged for itself', (t) => {
  const judged = judge([
    row(50, '<= 72', { stretch: '<= 45' }),
    row(44, '<= 72', { stretch: '<= 45' }),
  ])
  t.deepEqual(
    judged.map(({ verdict, isStretchMet }) => [verdict, isStretchMet]),
    [
      ['met', false],
      ['met', true],
    ],
  )
})

test('one missed goal makes the exit code 1', (t) => {
  t.is(exitCodeOf(judge([row(1, '<= 1'), row(2, '<= 1')])), 1)
  t.is(exitCodeOf(judge([row(1, '<= 1'), row(1, '<= 1')])), 0)
})

test('a skipped figure is no failure as long as others are judged', (t) => {
  const skipped = row(0, '<= 1', { skipped: 'no data' })
  t.is(exitCodeOf(judge([row(1, '<= 1'), skipped])), 0)
  t.is(exitCodeOf(judge([skipped])), 1, 'a check of nothing is no success')
  t.is(exitCodeOf(judge([row(1)])), 1)
})
