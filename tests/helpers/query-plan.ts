// E8: does a query walk whole tables? Small tables are always walked, so sequential scans are made
// dear first: what is left of them has no index at all.

import type { Postgres, SqlValue } from '#adapters/postgres/index.ts'

interface Plan {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly Plans?: readonly Plan[]
}

/** Tables that the plan of a statement reads from end to end, but for the small reference tables. */
export async function seqScansOf(
  pool: Postgres,
  sql: string,
  values: readonly SqlValue[],
  small: readonly string[] = ['asset', 'instrument', 'projection_offset'],
): Promise<string[]> {
  const plan = await pool.withTx(async (tx) => {
    await tx.query('SET LOCAL enable_seqscan = off')
    const { rows } = await tx.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
      `EXPLAIN (FORMAT JSON) ${sql}`,
      values,
    )
    return rows[0]?.['QUERY PLAN'][0].Plan
  })
  const found: string[] = []
  const walk = (node: Plan) => {
    const table = node['Relation Name'] ?? ''
    if (node['Node Type'].includes('Seq Scan') && !small.includes(table)) found.push(table)
    for (const child of node.Plans ?? []) walk(child)
  }
  if (plan !== undefined) walk(plan)
  return found
}
