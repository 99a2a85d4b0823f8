// The one door to PostgreSQL: a bounded pool in which every wait ends. A statement that takes
// longer than its deadline fails on the server, a server that is silent fails on our side.

import pg from 'pg'
import Pool from 'pg-pool'
import { assert } from '#domain/assert.ts'
import { isConnectionLost, mapPostgresError } from './errors.ts'
import { runTransaction, type TxOptions } from './transaction.ts'
import { encodeParams, type SqlValue, typeParsers } from './values.ts'

/** Waits for a free connection and for a new one, each; then 503. */
const ACQUIRE_TIMEOUT_MS = 1_000
const STATEMENT_TIMEOUT_MS = 5_000
const LOCK_TIMEOUT_MS = 2_000
const IDLE_IN_TRANSACTION_MS = 10_000
/** Our own clock, for a server that says nothing at all: a little more than the server's. */
const QUERY_TIMEOUT_MS = 6_000

/** A statement: its text with $1..$n, or the same with a constant name to be prepared under. */
export type Sql = string | { readonly name: string; readonly text: string }

/** Rows of a statement, and how many it touched. */
export interface SqlResult<R> {
  readonly rows: R[]
  readonly rowCount: number
}

/** Something that runs one statement: the pool, or one transaction. */
export interface Queryable {
  /**
   * Values travel only as $n, never inside the text. Shapes: values.ts.
   * Errors: TE_UNAVAILABLE_POSTGRES when the server is down, late or full; PostgreSQL's own else.
   */
  readonly query: <R extends object = Record<string, unknown>>(
    sql: Sql,
    params?: readonly SqlValue[],
  ) => Promise<SqlResult<R>>
}

/** One open transaction; of no use after its function has returned. */
export interface Tx extends Queryable {
  readonly isTransaction: true
}

/** A pool of connections to one database. */
export interface Postgres extends Queryable, AsyncDisposable {
  /**
   * Runs `fn` in one transaction on one connection and commits; rolls back when it throws.
   * Runs it again, at most 5 times in all, when PostgreSQL says serialization failure or deadlock:
   * so `fn` has no effect but through `tx`.
   */
  readonly withTx: <T>(fn: (tx: Tx) => Promise<T>, options?: TxOptions) => Promise<T>
  /** A round trip. Errors: TE_UNAVAILABLE_POSTGRES. */
  readonly probe: () => Promise<{ readonly latencyMs: number }>
  readonly stats: () => {
    readonly total: number
    readonly idle: number
    readonly waiting: number
  }
  /** Waits for what is checked out, then closes; a second call is the first one's promise. */
  readonly end: () => Promise<void>
}

export interface PostgresOptions {
  readonly url: string
  /** Connections at most: the sum over all processes stays below max_connections - 5. */
  readonly max: number
  readonly log?: { readonly warn: (fields: object, message: string) => void }
  readonly applicationName?: string
}

/** Opens a pool; the first connection is made by the first query. */
export function createPostgres(options: PostgresOptions): Postgres {
  const pool = new Pool({
    connectionString: options.url,
    max: options.max,
    application_name: options.applicationName ?? 'tradeengine',
    connectionTimeoutMillis: ACQUIRE_TIMEOUT_MS,
    idleTimeoutMillis: 30_000,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    lock_timeout: LOCK_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    query_timeout: QUERY_TIMEOUT_MS,
    keepAlive: true,
    types: typeParsers,
    Client: pg.Client,
  })
  const report = (error: Error) => options.log?.warn({ err: error }, 'a connection was lost')
  // An idle connection that breaks is reported by the pool, a busy one by itself: both are heard,
  // because an 'error' event without a listener ends the process.
  pool.on('error', report)
  pool.on('connect', (client) => client.on('error', report))

  let ended: Promise<void> | undefined
  const end = () => {
    ended ??= pool.end()
    return ended
  }
  const checkout = async () => {
    const client = await pool.connect().catch(rethrow)
    const query = <R extends object>(sql: Sql, params: readonly SqlValue[] = []) =>
      run<R>(client, sql, params)
    return { query, release: (isBroken: boolean) => client.release(isBroken) }
  }
  const query = async <R extends object>(sql: Sql, params: readonly SqlValue[] = []) => {
    const text = typeof sql === 'string' ? sql : sql.text
    assert(!TRANSACTION_CONTROL.test(text), 'transactions go through withTx: one connection')
    const client = await checkout()
    let isBroken = false
    try {
      return await client.query<R>(sql, params)
    } catch (error) {
      isBroken = isConnectionLost(error)
      return rethrow(error)
    } finally {
      client.release(isBroken)
    }
  }
  return {
    query,
    withTx: (fn, txOptions = {}) => runTransaction(checkout, fn, txOptions),
    probe: async () => {
      const startedAt = performance.now()
      await query('SELECT 1')
      return { latencyMs: performance.now() - startedAt }
    },
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    end,
    [Symbol.asyncDispose]: end,
  }
}

const TRANSACTION_CONTROL = /^\s*(?:begin|start\s+transaction|commit|rollback|savepoint|end)\b/i

async function run<R extends object>(
  client: pg.PoolClient,
  sql: Sql,
  params: readonly SqlValue[],
): Promise<SqlResult<R>> {
  const values = encodeParams(params)
  const result = await client.query<R>(
    typeof sql === 'string' ? { text: sql, values } : { ...sql, values },
  )
  return { rows: result.rows, rowCount: result.rowCount ?? 0 }
}

function rethrow(error: unknown): never {
  throw mapPostgresError(error)
}
