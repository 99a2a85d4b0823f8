// A migrated throw-away database for one test file: on the server of TE_PG_URL, else on a private
// server. Dropped at the end.

import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import { runner } from 'node-pg-migrate'
import { createPostgres, type Postgres } from '#adapters/postgres/index.ts'
import {
  findPostgresPrograms,
  type PostgresServer,
  startPostgresServer,
} from './postgres-server.ts'

const MIGRATIONS = resolve(import.meta.dirname, '../../infra/postgres/migrations')

/** A database that only this test file uses. */
export interface TestDatabase extends AsyncDisposable {
  readonly url: string
  /** A pool over it, closed with it. */
  readonly pool: Postgres
  /** One more pool, closed with it too. */
  readonly open: (max: number) => Postgres
  /** The private server, undefined on the one of TE_PG_URL. */
  readonly server: PostgresServer | undefined
  /** Runs all migrations up, or the last `count` down. */
  readonly migrate: (direction: 'up' | 'down', count?: number) => Promise<string[]>
}

/** Why no database can be made here, undefined when one can: for a loud skip. */
export function whyNoDatabase(): string | undefined {
  if (process.env['TE_PG_URL'] !== undefined || findPostgresPrograms() !== undefined)
    return undefined
  return 'neither TE_PG_URL nor PostgreSQL server programs (initdb, postgres) on the PATH'
}

/** Creates and migrates a database; `private` asks for a server of its own (to be crashed). */
export async function createTestDatabase(
  options: {
    readonly isPrivate?: boolean
    readonly isMigrated?: boolean
    readonly settings?: Readonly<Record<string, string>>
  } = {},
): Promise<TestDatabase> {
  const given = process.env['TE_PG_URL']
  const usesGiven = given !== undefined && options.isPrivate !== true
  const server = usesGiven ? undefined : await startPostgresServer(options.settings)
  const adminUrl = server?.url ?? given ?? ''
  const name = `te_test_${randomBytes(6).toString('hex')}`
  const admin = createPostgres({ url: adminUrl, max: 1 })
  await admin.query(`CREATE DATABASE ${name}`)
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href

  const pools: Postgres[] = []
  const open = (max: number) => {
    const pool = createPostgres({ url, max })
    pools.push(pool)
    return pool
  }
  const migrate = async (direction: 'up' | 'down', count = Number.POSITIVE_INFINITY) => {
    const done = await runner({
      databaseUrl: url,
      dir: MIGRATIONS,
      direction,
      count,
      migrationsTable: 'pgmigrations',
      log: () => undefined,
    })
    return done.map((migration) => migration.name)
  }
  if (options.isMigrated !== false) await migrate('up')
  return {
    url,
    pool: open(4),
    open,
    server,
    migrate,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pools.map((pool) => pool.end()))
      if (server === undefined) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
      await admin.end()
      await server?.[Symbol.asyncDispose]()
    },
  }
}
