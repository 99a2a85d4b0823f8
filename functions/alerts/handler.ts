// alerts: tells owners when a price was reached or an order filled. Events fire alerts, requests
// manage them, and pushes go out with the answer to the bulk that fired them.

import {
  createInstrumentTable,
  createPostgres,
  createProjection,
  type Projection,
} from '#adapters/postgres/index.ts'
import { createHandler, type FunctionInit, type RpcMethod } from '#contracts/function-handler.ts'
import { assert } from '#domain/assert.ts'
import { fireAlerts, settleOutbox } from './fire.ts'
import { createAlertUseCases } from './manage.ts'

/** Connections of one replica. */
const POOL_MAX = 4

interface Parts {
  readonly projection: Projection
  readonly methods: Readonly<Record<'create' | 'list' | 'remove', RpcMethod>>
}
let opened: Parts | undefined

/** Opens the pool and reads the instruments. */
export const init: FunctionInit = async (context) => {
  const pool = createPostgres({
    url: context.secrets('pg-url'),
    max: POOL_MAX,
    log: context.log,
    applicationName: 'function-alerts',
  })
  const instruments = createInstrumentTable(pool)
  const projection = createProjection({
    pool,
    name: 'alerts',
    instruments,
    apply: (tx, bulk) => fireAlerts(tx, bulk, instruments),
    outbox: (tx, call) => settleOutbox(tx, call, instruments),
  })
  opened = { projection, methods: createAlertUseCases(pool, instruments) }
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
    create: (params, call, context) => parts().methods.create(params, call, context),
    list: (params, call, context) => parts().methods.list(params, call, context),
    remove: (params, call, context) => parts().methods.remove(params, call, context),
  },
})
