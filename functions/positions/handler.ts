// positions: what each account holds through its trades, what it cost, what it has earned.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { createPositionsWriter } from './projection.ts'
import { createPositionQueries } from './queries.ts'

const { handler, init } = createProjectionFunction('positions', (pool, instruments) => ({
  apply: createPositionsWriter(instruments),
  methods: (projection) => createPositionQueries(pool, instruments, projection),
}))

export { init }
export default handler
