// What every function that projects events has in common: one pool, the instruments, one projection,
// and a handler over them that exists from init on.

import {
  createHandler,
  type FunctionHandler,
  type FunctionInit,
  type RpcMethod,
} from '#contracts/function-handler.ts'
import { assert } from '#domain/assert.ts'
import { createInstrumentTable, type InstrumentTable } from './instruments.ts'
import { createPostgres, type Postgres } from './pool.ts'
import { createProjection, type Projection, type ProjectionOptions } from './projection.ts'

/** Connections of one replica: one for the bulk in flight, the others for queries. */
const POOL_MAX = 4

/** How a function writes its rows, and the requests that it answers. */
export interface ProjectionUseCases {
  readonly apply: ProjectionOptions['apply']
  readonly outbox?: NonNullable<ProjectionOptions['outbox']>
  readonly methods: (projection: Projection) => Readonly<Record<string, RpcMethod>>
}

/** The two exports of a handler.ts. */
export interface ProjectionFunction {
  readonly handler: FunctionHandler
  readonly init: FunctionInit
}

/** Makes a function whose events feed one projection. The pool is opened by init, from `pg-url`. */
export function createProjectionFunction(
  name: string,
  open: (pool: Postgres, instruments: InstrumentTable) => ProjectionUseCases,
): ProjectionFunction {
  let opened: FunctionHandler | undefined
  const init: FunctionInit = async (context) => {
    const pool = createPostgres({
      url: context.secrets('pg-url'),
      max: POOL_MAX,
      log: context.log,
      applicationName: `function-${name}`,
    })
    const instruments = createInstrumentTable(pool)
    const { methods, ...writer } = open(pool, instruments)
    const projection = createProjection({ pool, name, instruments, ...writer })
    opened = createHandler({
      events: (call) => projection.take(call),
      rpc: methods(projection),
    })
    await instruments
      .load()
      .catch((err: unknown) => context.log.warn({ err }, 'instruments are read when first needed'))
    return () => pool.end()
  }
  return {
    init,
    handler: (event, context) => {
      assert(opened !== undefined, 'init ran before the first call')
      return opened(event, context)
    },
  }
}
