// risk: keeps what the engine says about limits and switches, and the exposure of open orders.

import { createProjectionFunction } from '#adapters/postgres/index.ts'
import { createRiskUseCases } from './exposure.ts'
import { applyRisk } from './projection.ts'

const { handler, init } = createProjectionFunction('risk', (pool, instruments) => ({
  apply: applyRisk,
  methods: (projection) => createRiskUseCases(pool, instruments, projection),
}))

export { init }
export default handler
