import test from 'ava'
import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import {
  decimalsOf,
  formatAmount,
  formatSteps,
  parseAmount,
  parseSteps,
  ratio,
} from '#contracts/decimal.ts'
import { InputError } from '#contracts/errors.ts'

const codeOf = (parse: () => unknown): string => {
  try {
    parse()
    return 'accepted'
  } catch (error) {
    return error instanceof InputError ? error.code : String(error)
  }
}

const amounts = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })
const scales = fc.integer({ min: 0, max: 18 })

test('F3: what is formatted parses back to itself, at every scale', (t) => {
  fc.assert(
    fc.property(amounts, scales, (value, scale) => {
      t.is(parseAmount(formatAmount(value, scale), scale, 'x'), value)
    }),
  )
})

test('F1: amounts agree with an independent decimal library', (t) => {
  const Exact = Decimal.clone({ precision: 60 })
  fc.assert(
    fc.property(amounts, scales, (value, scale) => {
      const theirs = new Exact(value.toString()).div(new Exact(10).pow(scale))
      t.is(formatAmount(value, scale), theirs.toFixed())
    }),
  )
})

test('F1: a number beyond 2^53 keeps every digit', (t) => {
  t.is(parseAmount('9007199254740993', 0, 'x'), 9007199254740993n)
  t.is(formatAmount(9007199254740993n, 8), '90071992.54740993')
})

const refused = [
  '',
  ' 1',
  '1 ',
  '1e3',
  '0x10',
  '+1',
  '-1',
  '.5',
  '5.',
  '1,5',
  '01',
  'NaN',
  'Infinity',
  '1.2.3',
  '٣',
]
for (const text of refused) {
  test(`F3: "${text}" is no amount`, (t) => {
    t.is(
      codeOf(() => parseAmount(text, 8, 'x')),
      'TE_INPUT_DECIMAL',
    )
    t.is(
      codeOf(() => parseSteps(text, '0.01', 'x')),
      'TE_INPUT_DECIMAL',
    )
  })
}

test('F3: digits beyond the scale are refused, not cut; zeros there mean nothing', (t) => {
  t.is(
    codeOf(() => parseAmount('1.001', 2, 'x')),
    'TE_INPUT_DECIMAL',
  )
  t.is(parseAmount('1.100', 1, 'x'), 11n)
})

test('an amount beyond 64 bits is refused', (t) => {
  t.is(parseAmount('9223372036854775807', 0, 'x'), 2n ** 63n - 1n)
  t.is(
    codeOf(() => parseAmount('9223372036854775808', 0, 'x')),
    'TE_INPUT_DECIMAL',
  )
})

test('F10: equal values are equal steps, however they are written', (t) => {
  t.is(parseSteps('1.0', '0.01', 'x'), parseSteps('1.00', '0.01', 'x'))
  t.is(parseSteps('1', '0.010', 'x'), 100)
})

test('what is no whole number of steps is refused', (t) => {
  t.is(
    codeOf(() => parseSteps('0.03', '0.02', 'x')),
    'TE_INPUT_DECIMAL',
  )
  t.is(parseSteps('0.04', '0.02', 'x'), 2)
  t.is(formatSteps(2, '0.02'), '0.04')
})

test('F4: a ratio is rounded half to even (100.125 and 100.135 to two places)', (t) => {
  t.is(ratio(100_125n, 1_000n, 2), '100.12')
  t.is(ratio(100_135n, 1_000n, 2), '100.14')
})

test('F7: a ratio to nothing is nothing', (t) => {
  t.is(ratio(1n, 0n, 2), null)
})

test('decimals that a step needs', (t) => {
  t.is(decimalsOf('0.010'), 2)
  t.is(decimalsOf('1'), 0)
})
