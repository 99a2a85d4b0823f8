// risk: keeps what the engine says about limits and switches, and the exposure of open orders.

import {
  createInstrumentTable,
  createPostgres,
  createProjection,
  type Projection,
} from '#adapters/postgres/index.ts'
import { createHandler, type FunctionInit, type RpcMethod } from '#contracts/function-handler.ts'
import { assert } from '#domain/assert.ts'
import { createRiskUseCases } from './exposure.ts'
import { applyRisk } from './projection.ts'

/** Connections of one replica. */
const POOL_MAX = 4

interface Parts {
  readonly projection: Projection
  readonly methods: Readonly<Record<'limits' | 'exposure' | 'venue', RpcMethod>>
}
let opened: Parts | undefined

/** Opens the pool and reads the instruments. */
export const init: FunctionInit = async (context) => {
  const pool = createPostgres({
    url: context.secrets('pg-url'),
    max: POOL_MAX,
    log: context.log,
    applicationName: 'function-risk',
  })
  const instruments = createInstrumentTable(pool)
  const projection = createProjection({ pool, name: 'risk', instruments, apply: applyRisk })
  opened = { projection, methods: createRiskUseCases(pool, instruments, projection) }
  await instruments
    .load()
    .catch((err: unknown) => context.log.warn({ err }, 'instruments are read when first needed'))
  return () => pool.end()
}

function parts(): Parts {
  assert(opened !== undefined, 'init ran before the first call')
  return opened
}

export default createHandler({
  events: (call) => parts().projection.take(call),
  rpc: {
    limits: (params, call, context) => parts().methods.limits(params, call, context),
    exposure: (params, call, context) => parts().methods.exposure(params, call, context),
    venue: (params, call, context) => parts().methods.venue(params, call, context),
  },
})
