// One transaction on one connection: released whatever happens, repeated when PostgreSQL asks for it.

import { setTimeout as sleep } from 'node:timers/promises'
import { assert } from '#domain/assert.ts'
import { isConnectionLost, isRetryable, mapPostgresError } from './errors.ts'
import type { Queryable, Tx } from './pool.ts'

const ATTEMPTS_MAX = 5
/**
 * Pauses up to 10, 20, 40, 80 ms, the upper half of each random, so that two losers do not meet
 * again; in all at least 75 ms for the winner to commit.
 */
const PAUSE_MS = 10

const ISOLATION = {
  'read committed': 'READ COMMITTED',
  'repeatable read': 'REPEATABLE READ',
  serializable: 'SERIALIZABLE',
} as const

export interface TxOptions {
  /** Default: read committed. */
  readonly isolation?: keyof typeof ISOLATION
  readonly isReadOnly?: boolean
  /**
   * False: the commit is acknowledged before it is on disk. A power cut may then lose the last
   * transactions, in order and as a whole: only for what is rebuilt from the event log and moves its
   * offset in the same transaction.
   */
  readonly synchronousCommit?: boolean
}

/** A connection out of the pool. */
export interface Checkout extends Queryable {
  /** Back into the pool, or closed when it is broken. */
  readonly release: (isBroken: boolean) => void
}

/** Runs `fn` between BEGIN and COMMIT. See Postgres.withTx. */
export async function runTransaction<T>(
  checkout: () => Promise<Checkout>,
  fn: (tx: Tx) => Promise<T>,
  options: TxOptions,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(checkout, fn, options)
    } catch (error) {
      if (!isRetryable(error) || attempt === ATTEMPTS_MAX) throw mapPostgresError(error)
      await sleep(PAUSE_MS * 2 ** (attempt - 1) * (0.5 + Math.random() / 2))
    }
  }
}

async function runOnce<T>(
  checkout: () => Promise<Checkout>,
  fn: (tx: Tx) => Promise<T>,
  options: TxOptions,
): Promise<T> {
  const client = await checkout()
  let isOpen = true
  let isBroken = false
  const tx: Tx = {
    isTransaction: true,
    query: (sql, params) => {
      assert(isOpen, 'a transaction is not used after its end')
      return client.query(sql, params)
    },
  }
  try {
    await client.query(beginText(options))
    const result = await fn(tx)
    await client.query('COMMIT')
    return result
  } catch (error) {
    isBroken = isConnectionLost(error)
    if (!isBroken) {
      isBroken = await client.query('ROLLBACK').then(
        () => false,
        () => true,
      )
    }
    throw error
  } finally {
    isOpen = false
    client.release(isBroken)
  }
}

function beginText(options: TxOptions): string {
  const { isolation = 'read committed', isReadOnly = false, synchronousCommit = true } = options
  const begin = `BEGIN ISOLATION LEVEL ${ISOLATION[isolation]}${isReadOnly ? ' READ ONLY' : ''}`
  return synchronousCommit ? begin : `${begin}; SET LOCAL synchronous_commit = off`
}
