// The matcher against the obvious book: a million random operations, every structure checked after
// each. A failure names seed and step. More of it: npm run agree.

import test from 'ava'
import { play, show } from '../helpers/agreement.ts'
import { BOOK_REGIMES, drawBookConfig, plainBookConfig } from '../helpers/book-regimes.ts'
import { BookTrial } from '../helpers/book-trial.ts'
import { LimitBookTrial } from '../helpers/limit-book-trial.ts'

const STEPS = 125_000
const DRAWN_SEEDS = 20
const DRAWN_STEPS = 5_000

for (const regime of BOOK_REGIMES) {
  for (const seed of [1, 2]) {
    test(`B1: the book agrees with a sorted array: ${regime.name}, seed ${seed}`, (t) => {
      const found = play(new BookTrial(seed, plainBookConfig(regime)), STEPS)
      t.is(found, null, `seed ${seed} ${show(found)}`)
    })
  }
}

test('B1: the book with ids and reports agrees with a sorted array, however it is set up', (t) => {
  for (let seed = 1; seed <= DRAWN_SEEDS; seed++) {
    const found = play(new LimitBookTrial(seed, drawBookConfig(seed)), DRAWN_STEPS)
    t.is(found, null, `seed ${seed} ${show(found)}`)
  }
})
