// ledger: the double-entry journal of everything that moves money, and the proof that it agrees
// with the engine.

import {
  createInstrumentTable,
  createPostgres,
  createProjection,
  type Projection,
} from '#adapters/postgres/index.ts'
import { createHandler, type FunctionInit, type RpcMethod } from '#contracts/function-handler.ts'
import { assert } from '#domain/assert.ts'
import { createAudit } from './audit.ts'
import { createLedgerWriter } from './projection.ts'
import { createLedgerQueries } from './queries.ts'

/** Connections of one replica: one for the bulk in flight, the others for queries. */
const POOL_MAX = 4

type Method = 'balances' | 'entries' | 'trialBalance' | 'reconcile'
interface Parts {
  readonly projection: Projection
  readonly methods: Readonly<Record<Method, RpcMethod>>
}
let opened: Parts | undefined

/** Opens the pool and reads the instruments. */
export const init: FunctionInit = async (context) => {
  const pool = createPostgres({
    url: context.secrets('pg-url'),
    max: POOL_MAX,
    log: context.log,
    applicationName: 'function-ledger',
  })
  const instruments = createInstrumentTable(pool)
  const apply = createLedgerWriter(instruments)
  const projection = createProjection({ pool, name: 'ledger', instruments, apply })
  const methods = {
    ...createLedgerQueries(pool, instruments, projection),
    ...createAudit(pool),
  }
  opened = { projection, methods }
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
    balances: (params, call, context) => parts().methods.balances(params, call, context),
    entries: (params, call, context) => parts().methods.entries(params, call, context),
    trialBalance: (params, call, context) => parts().methods.trialBalance(params, call, context),
    reconcile: (params, call, context) => parts().methods.reconcile(params, call, context),
  },
})
