// portfolio: what each account is worth, now and over time, in one currency.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { createPortfolioWriter } from './projection.ts'
import { createPortfolioQueries } from './queries.ts'

const { handler, init } = createProjectionFunction('portfolio', (pool, instruments) => ({
  apply: createPortfolioWriter(instruments),
  methods: () => createPortfolioQueries(pool, instruments),
}))

export { init }
export default handler
