/** Brings the database to the newest migration of infra/postgres/migrations (plain SQL files). */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { runner } from 'node-pg-migrate'
import { repoRoot } from './paths.ts'

const MIGRATIONS = join(repoRoot, 'infra/postgres/migrations')

/** Runs what has not run yet, in the order of the names; gives the names that ran. */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const files = await readdir(MIGRATIONS).catch(() => [])
  if (!files.some((name) => name.endsWith('.sql'))) return []
  const said: string[] = []
  const keep = (text: string): void => void said.push(text)
  try {
    const ran = await runner({
      databaseUrl,
      dir: MIGRATIONS,
      direction: 'up',
      migrationsTable: 'schema_migrations',
      // All or nothing, under an advisory lock: two starts do not run one twice.
      singleTransaction: true,
      logger: { debug: () => {}, info: () => {}, warn: keep, error: keep },
    })
    return ran.map(({ name }) => name)
  } catch (cause) {
    throw new Error(`a migration failed: ${String(cause)}\n${said.slice(-3).join('\n')}`, { cause })
  }
}
