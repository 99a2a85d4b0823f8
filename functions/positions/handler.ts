// positions: what each account holds through its trades, what it cost, what it has earned.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { applyPositions } from './projection.ts'
import { createPositionQueries } from './queries.ts'

const { handler, init } = createProjectionFunction('positions', (pool, instruments) => ({
  apply: applyPositions,
  methods: (projection) => createPositionQueries(pool, instruments, projection),
}))

export { init }
export default handler
