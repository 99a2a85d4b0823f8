// ledger: the double-entry journal of everything that moves money, and the proof that it agrees
// with the engine.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { createAudit } from './audit.ts'
import { createLedgerWriter } from './projection.ts'
import { createLedgerQueries } from './queries.ts'

const { handler, init } = createProjectionFunction('ledger', (pool, instruments) => ({
  apply: createLedgerWriter(instruments),
  methods: (projection) => ({
    ...createLedgerQueries(pool, instruments, projection),
    ...createAudit(pool),
  }),
}))

export { init }
export default handler
