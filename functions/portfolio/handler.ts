// portfolio: what each account is worth, now and over time, in one currency.

import {
  createInstrumentTable,
  createPostgres,
  createProjection,
  type Projection,
} from '#adapters/postgres/index.ts'
import { createHandler, type FunctionInit, type RpcMethod } from '#contracts/function-handler.ts'
import { assert } from '#domain/assert.ts'
import { createPortfolioWriter } from './projection.ts'
import { createPortfolioQueries } from './queries.ts'

/** Connections of one replica: one for the bulk in flight, the others for queries. */
const POOL_MAX = 4

interface Parts {
  readonly projection: Projection
  readonly queries: Readonly<Record<'get', RpcMethod>>
}
let opened: Parts | undefined

/** Opens the pool and reads the instruments. */
export const init: FunctionInit = async (context) => {
  const pool = createPostgres({
    url: context.secrets('pg-url'),
    max: POOL_MAX,
    log: context.log,
    applicationName: 'function-portfolio',
  })
  const instruments = createInstrumentTable(pool)
  const apply = createPortfolioWriter(instruments)
  const projection = createProjection({ pool, name: 'portfolio', instruments, apply })
  opened = { projection, queries: createPortfolioQueries(pool, instruments) }
  await instruments.load()
  return () => pool.end()
}

function parts(): Parts {
  assert(opened !== undefined, 'init ran before the first call')
  return opened
}

export default createHandler({
  events: (call) => parts().projection.take(call),
  rpc: {
    get: (params, call, context) => parts().queries.get(params, call, context),
  },
})
