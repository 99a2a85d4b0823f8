// Do the books agree? Trial balance: per asset everything sums to zero. Reconciliation: the journal,
// added up from its first entry, its kept balances, and the engine's own balances are the same. Between
// two parts of a batch they need not be: trades are posted, and what they changed is still to come.

import { type Postgres, readOffset, type Tx } from '#adapters/postgres/index.ts'
import { formatAmount } from '#contracts/decimal.ts'
import { OperationalError } from '#contracts/errors.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { isBetweenParts } from './open-command.ts'

/** Sequences added up by one statement: at most 1,000 x 512 commands, far from its timeout. */
const WINDOW = 1_000
/** Differences that are listed; their number is always told. */
const DIFFERENCES_MAX = 100

const TRIAL_BALANCE = `SELECT a.name, a.scale, sum(greatest(-b.balance, 0)) AS debit,
    sum(greatest(b.balance, 0)) AS credit, sum(b.balance) AS sum
  FROM ledger_balance b JOIN asset a USING (asset_id) GROUP BY a.asset_id ORDER BY a.name`
const RANGE = 'SELECT min(seq) AS first, max(seq) AS last FROM ledger_entry WHERE shard = $1'
const JOURNAL_SUMS = {
  name: 'ledger.journal_sums',
  text: `SELECT account_id, asset_id, sum(amount) AS total FROM ledger_entry
    WHERE shard = $1 AND seq >= $2 AND seq < $3 GROUP BY account_id, asset_id`,
}
const KEPT = 'SELECT account_id, asset_id, balance FROM ledger_balance WHERE shard = $1'
const ENGINE = 'SELECT account_id, asset_id, balance FROM engine_balance WHERE shard = $1'
const ASSETS = 'SELECT asset_id, name, scale FROM asset'

interface Sums {
  readonly account: number
  readonly assetId: number
  journal: bigint
  kept: bigint
  engine: bigint
}

/** Makes the operators' requests. All reads of one answer see the same instant. */
export function createAudit(
  pool: Postgres,
  shard = 0,
): Readonly<Record<'trialBalance' | 'reconcile', RpcMethod>> {
  const atOneInstant = <T>(fn: (tx: Tx) => Promise<T>) =>
    pool.withTx(fn, { isolation: 'repeatable read', isReadOnly: true })

  const trialBalance: RpcMethod = async (params) => {
    readParams(params).end()
    const { rows, seq } = await atOneInstant(async (tx) => ({
      seq: await readOffset(tx, 'ledger', shard),
      ...(await tx.query<{
        name: string
        scale: number
        debit: bigint
        credit: bigint
        sum: bigint
      }>(TRIAL_BALANCE)),
    }))
    const assets = rows.map(({ name, scale, debit, credit, sum }) => ({
      asset: name,
      debit: formatAmount(debit, scale),
      credit: formatAmount(credit, scale),
      sum: formatAmount(sum, scale),
    }))
    return { ok: true, result: { assets, seq }, seq }
  }

  const reconcile: RpcMethod = async (params, call) => {
    readParams(params).end()
    const { sums, names, seq } = await atOneInstant(async (tx) => {
      if (await isBetweenParts(tx, shard)) {
        const what = 'the ledger is between two parts of a batch: ask again'
        throw new OperationalError('TE_BEHIND', what, { retryable: true })
      }
      const table = new Map<string, Sums>()
      await addJournal(tx, shard, table, call.signal)
      await setColumn(tx, KEPT, shard, table, 'kept')
      await setColumn(tx, ENGINE, shard, table, 'engine')
      const assets = await tx.query<{ asset_id: number; name: string; scale: number }>(ASSETS)
      return {
        sums: [...table.values()],
        names: new Map(assets.rows.map((a) => [a.asset_id, a])),
        seq: await readOffset(tx, 'ledger', shard),
      }
    })
    const wrong = sums.filter((s) => s.journal !== s.engine || s.journal !== s.kept)
    const differences = wrong.slice(0, DIFFERENCES_MAX).map((s) => {
      const asset = names.get(s.assetId)
      const format = (amount: bigint) => formatAmount(amount, asset?.scale ?? 0)
      return {
        accountId: s.account,
        asset: asset?.name ?? String(s.assetId),
        journal: format(s.journal),
        ledger: format(s.kept),
        engine: format(s.engine),
      }
    })
    const result = {
      seq,
      matched: wrong.length === 0,
      differences,
      differencesCount: wrong.length,
      accountsChecked: new Set(sums.map((s) => s.account)).size,
      balancesChecked: sums.length,
    }
    return { ok: true, result, seq }
  }

  return { trialBalance, reconcile }
}

async function addJournal(
  tx: Tx,
  shard: number,
  table: Map<string, Sums>,
  signal: AbortSignal,
): Promise<void> {
  const range = await tx.query<{ first: number | null; last: number | null }>(RANGE, [shard])
  const { first, last } = range.rows[0] ?? { first: null, last: null }
  if (first === null || last === null) return
  for (let from = first; from <= last; from += WINDOW) {
    if (signal.aborted)
      throw new OperationalError('TE_RPC_TIMEOUT', 'the journal is long: too late')
    const { rows } = await tx.query<{ account_id: number; asset_id: number; total: bigint }>(
      JOURNAL_SUMS,
      [shard, from, from + WINDOW],
    )
    for (const row of rows) sumsOf(table, row.account_id, row.asset_id).journal += row.total
  }
}

async function setColumn(
  tx: Tx,
  sql: string,
  shard: number,
  table: Map<string, Sums>,
  column: 'kept' | 'engine',
): Promise<void> {
  const { rows } = await tx.query<{ account_id: number; asset_id: number; balance: bigint }>(sql, [
    shard,
  ])
  for (const row of rows) sumsOf(table, row.account_id, row.asset_id)[column] = row.balance
}

function sumsOf(table: Map<string, Sums>, account: number, assetId: number): Sums {
  const key = `${account}:${assetId}`
  const found = table.get(key)
  if (found !== undefined) return found
  const fresh = { account, assetId, journal: 0n, kept: 0n, engine: 0n }
  table.set(key, fresh)
  return fresh
}
