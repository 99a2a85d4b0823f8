// The limb arithmetic against bigint.

import test from 'ava'
import { buyHoldOf, feeOf, roundDiv } from '#domain/fee.ts'
import { Int64 } from '#engine/money/int64.ts'
import { Random } from '../../helpers/workload-random.ts'

const MAX = 2n ** 63n - 1n

/** Amounts of every size, dense around the powers of two and around zero. */
function amounts(random: Random, count: number): bigint[] {
  const edges = [0n, 1n, 999_999n, 1_000_000n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 62n, MAX]
  const near = edges.flatMap((edge) => [edge - 1n, edge, edge + 1n])
  const any = Array.from({ length: count }, () => {
    const bits = BigInt(random.below(64))
    return ((BigInt(random.next()) << 32n) | BigInt(random.next())) & ((1n << bits) - 1n)
  })
  return [...near, ...any].filter((value) => value >= 0n && value <= MAX)
}

function register(value: bigint): Int64 {
  const result = new Int64()
  result.setBigInt(value)
  return result
}

test('F1: a 64-bit integer goes through memory and back unchanged', (t) => {
  const words = new Int32Array(2)
  const memory = new BigInt64Array(words.buffer)
  for (const value of amounts(new Random(1), 2000)) {
    for (const signed of [value, -value]) {
      const amount = register(signed)
      amount.store(words, 0)
      t.is(memory[0], signed)
      amount.load(words, 0)
      t.is(amount.toBigInt(), signed)
    }
  }
})

test('sums, differences and comparisons are exact', (t) => {
  const values = amounts(new Random(2), 150).flatMap((value) => [value, -value])
  for (const a of values) {
    for (const b of values) {
      const sum = register(a)
      sum.add(register(b))
      const difference = register(a)
      difference.subtract(register(b))
      const isRight =
        sum.toBigInt() === a + b &&
        sum.fits() === (a + b <= MAX && a + b >= -MAX - 1n) &&
        difference.toBigInt() === a - b &&
        register(a).isBelow(register(b)) === a < b &&
        register(a).equals(register(b)) === (a === b)
      if (!isRight) t.fail(`${a} and ${b}`)
    }
  }
  t.pass()
})

test('F5: a product that fits is exact, one that does not is seen', (t) => {
  const values = amounts(new Random(3), 400).filter((value) => value < 2n ** 53n)
  const product = new Int64()
  const scratch = new Int64()
  for (const a of values) {
    for (const b of values.slice(0, 150)) {
      product.setProduct(Number(a), Number(b))
      if (product.fits() !== a * b <= MAX) t.fail(`${a} * ${b} fits?`)
      if (!product.fits()) continue
      if (product.toBigInt() !== a * b) t.fail(`${a} * ${b}`)
      product.multiply(1000, scratch)
      if (product.fits() !== a * b * 1000n <= MAX) t.fail(`${a} * ${b} * 1000 fits?`)
      if (product.fits() && product.toBigInt() !== a * b * 1000n) t.fail(`${a} * ${b} * 1000`)
    }
  }
  product.setProduct(999_999_999, 999_999_999)
  t.is(product.toBigInt(), 999_999_998_000_000_001n)
})

test('fees in limbs are those of the domain, residue included', (t) => {
  const random = new Random(4)
  const fee = new Int64()
  for (const notional of amounts(random, 5000)) {
    const ppm = random.pick([0, 1, 77, 1000, 250_000, 1_000_000, -1, -77, -1_000_000])
    const residue = random.pick([0, 1, 999_999, random.below(1_000_000)])
    const left = fee.setFee(register(notional), ppm, residue)
    t.deepEqual({ fee: fee.toBigInt(), residue: left }, feeOf(notional, ppm, residue))
  }
})

test('however an order is split, its fills pay its exact fee rounded up', (t) => {
  const random = new Random(5)
  for (let run = 0; run < 500; run++) {
    const ppm = random.below(2000)
    let total = 0n
    let paid = 0n
    let residue = 0
    for (let fill = 0; fill < 10; fill++) {
      const notional = BigInt(random.below(5000))
      const charged = feeOf(notional, ppm, residue)
      total += notional
      paid += charged.fee
      residue = charged.residue
      t.is(paid, roundDiv(total * BigInt(ppm), 1_000_000n, 'Ceil'))
    }
  }
})

test('what was held for the rest of an order is never less than what its fills cost', (t) => {
  const random = new Random(6)
  for (let run = 0; run < 500; run++) {
    const price = BigInt(1 + random.below(50))
    let leaves = BigInt(1 + random.below(40))
    const hold = random.below(3000)
    let residue = 0
    while (leaves > 0n) {
      const qty = BigInt(1 + random.below(Number(leaves)))
      const held = buyHoldOf(price * leaves, hold, residue)
      const charged = feeOf(price * qty, random.below(hold + 1), residue)
      residue = charged.residue
      leaves -= qty
      t.true(price * qty + charged.fee + buyHoldOf(price * leaves, hold, residue) <= held)
    }
  }
})

test('F7: rounding goes down or up for either sign', (t) => {
  const cases = [-7n, -6n, -1n, 0n, 1n, 6n, 7n].map((num) => [
    roundDiv(num, 3n, 'Floor'),
    roundDiv(num, 3n, 'Ceil'),
  ])
  const wanted = [
    [-3n, -2n],
    [-2n, -2n],
    [-1n, 0n],
    [0n, 0n],
    [0n, 1n],
    [2n, 2n],
    [2n, 3n],
  ]
  t.deepEqual(cases, wanted)
})

test('F2: a share of an amount is exact to the unit, and says whether a rest was cut off', (t) => {
  const random = new Random(6)
  const wholes = [1, 2, 3, 7, 1_000_000, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1]
  for (const value of amounts(random, 400)) {
    for (const whole of [...wholes, 1 + random.below(1_000_000), random.next() * 1000 + 1]) {
      for (const part of [0, 1, whole - 1, whole, Math.floor(whole / 3), random.next() % whole]) {
        const share = register(value)
        const isCut = share.scale(part, whole)
        const exact = value * BigInt(part)
        const isRight =
          share.toBigInt() === exact / BigInt(whole) && isCut === (exact % BigInt(whole) !== 0n)
        if (!isRight) return t.fail(`${value} x ${part} / ${whole}: ${share.toBigInt()}`)
      }
    }
  }
  t.pass()
})

test('F5: what does not fit counts as the largest value that does', (t) => {
  for (const [value, wanted] of [
    [MAX, MAX],
    [MAX + 1n, MAX],
    [2n ** 80n, MAX],
    [-5n, -5n],
    [0n, 0n],
  ] as const) {
    const amount = register(value)
    amount.clamp()
    t.is(amount.toBigInt(), wanted)
  }
})
