// The fast conversion against the plain one.

import test from 'ava'
import { formatAmount, formatSteps, parseSteps } from '#contracts/decimal.ts'
import { formatMoney, StepDecimal } from '#contracts/decimal-steps.ts'
import { Random } from '../../helpers/workload-random.ts'

const STEPS = ['1', '0.01', '0.00000001', '0.5', '0.25', '5', '0.000000000000000001']

test('F3: steps are formatted and parsed as decimal.ts does, for all sizes', (t) => {
  const random = new Random(21)
  for (const step of STEPS) {
    const size = new StepDecimal(step)
    for (let i = 0; i < 3000; i++) {
      const steps = Math.floor((random.next() / 2 ** 32) * 2 ** random.below(53))
      const text = formatSteps(steps, step)
      if (size.format(steps) !== text) t.is(size.format(steps), text, `${steps} of ${step}`)
      let wanted: number | string
      let got: number | string
      try {
        wanted = parseSteps(text, step, 'price')
      } catch (error) {
        wanted = (error as { code: string }).code
      }
      try {
        got = size.parse(text, 'price')
      } catch (error) {
        got = (error as { code: string }).code
      }
      if (got !== wanted) t.is(got, wanted, `${text} of ${step}`)
    }
  }
  t.pass()
})

test('what is no plain decimal is refused, what is no multiple comes back as a fraction', (t) => {
  const size = new StepDecimal('0.05')
  for (const text of ['', ' 1', '1e3', '0x10', '-1', '01', '1.', '.5', '1,0', '1_0', 'NaN']) {
    t.throws(() => size.parse(text, 'price'), undefined, text)
  }
  t.throws(() => size.parse(1 as unknown as string, 'price'))
  t.is(size.parse('1.00', 'price'), 20)
  t.is(size.parse('1.0500', 'price'), 21)
  t.false(Number.isInteger(size.parse('1.01', 'price')))
  t.false(Number.isInteger(size.parse('1.001', 'price')))
  t.false(Number.isInteger(size.parse('0.051', 'price')))
})

test('money is formatted as decimal.ts does', (t) => {
  const random = new Random(22)
  for (let i = 0; i < 3000; i++) {
    const value = (BigInt(random.next()) << 31n) >> BigInt(random.below(62))
    for (const signed of [value, -value]) {
      const scale = random.below(19)
      t.is(formatMoney(signed, scale), formatAmount(signed, scale))
    }
  }
})
