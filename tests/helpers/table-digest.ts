// The contents of tables as short texts that can be compared.

import type { Postgres } from '#adapters/postgres/index.ts'

/** Rows and digest of each table. The names are constants of the test. */
export async function tableDigests(
  pool: Postgres,
  tables: readonly string[],
): Promise<Record<string, string>> {
  const digests: Record<string, string> = {}
  for (const table of tables) {
    const { rows } = await pool.query<{ digest: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, ';' ORDER BY t::text)), '') AS digest
       FROM ${table} t`,
    )
    digests[table] = rows[0]?.digest ?? ''
  }
  return digests
}
