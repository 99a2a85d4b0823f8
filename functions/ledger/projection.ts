// The journal is written here, and only here: entries, the journal's own balances, and the engine's
// balances beside them, in one transaction with the offset.

import {
  defineBulk,
  defineInsert,
  type InstrumentTable,
  type ProjectionBulk,
  type Tx,
} from '#adapters/postgres/index.ts'
import { LEDGER_KINDS } from '#domain/ledger-entry.ts'
import { readCarried, writeCarried } from './open-command.ts'
import { type EngineBalance, foldLedger, type Posting } from './postings.ts'

/** Rows of one INSERT; a transfer is never cut in two, the database checks whole ones. */
const ROWS_MAX = 1_000

/** C5: the key (shard, seq, leg) makes a repeated posting a no-op. */
const insertEntries = defineInsert({
  name: 'ledger.entries',
  into: 'ledger_entry',
  columns: {
    shard: 'smallint',
    seq: 'bigint',
    leg: 'integer',
    transfer: 'integer',
    kind: 'smallint',
    account_id: 'bigint',
    asset_id: 'integer',
    amount: 'bigint',
    balance_after: 'bigint',
    time_ms: 'bigint',
    trade_id: 'bigint',
    trace_id: 'uuid',
    transfer_ref: 'text',
  },
  onConflict: 'ON CONFLICT (shard, seq, leg) DO NOTHING',
})

/** A1: locked in ascending (account, asset), as they are written below. */
const LOCK_BALANCES = {
  name: 'ledger.lock_balances',
  text: `SELECT b.account_id, b.asset_id, b.balance, b.seq
    FROM ledger_balance b
    JOIN unnest($2::bigint[], $3::integer[]) AS r(account_id, asset_id)
      ON b.account_id = r.account_id AND b.asset_id = r.asset_id
    WHERE b.shard = $1 ORDER BY b.account_id, b.asset_id FOR UPDATE OF b`,
}

const upsertLedgerBalances = defineBulk({
  name: 'ledger.balances',
  columns: {
    shard: 'smallint',
    account_id: 'bigint',
    asset_id: 'integer',
    balance: 'numeric',
    seq: 'bigint',
  },
  sql: (source) => `INSERT INTO ledger_balance (shard, account_id, asset_id, balance, seq)
    SELECT shard, account_id, asset_id, balance, seq FROM ${source}
    ON CONFLICT (account_id, asset_id, shard) DO UPDATE
    SET balance = excluded.balance, seq = excluded.seq
    WHERE ledger_balance.seq < excluded.seq`,
})

const upsertEngineBalances = defineInsert({
  name: 'ledger.engine_balances',
  into: 'engine_balance',
  columns: {
    shard: 'smallint',
    account_id: 'bigint',
    asset_id: 'integer',
    balance: 'numeric',
    hold: 'numeric',
    seq: 'bigint',
  },
  onConflict: `ON CONFLICT (account_id, asset_id, shard) DO UPDATE
    SET balance = excluded.balance, hold = excluded.hold, seq = excluded.seq
    WHERE engine_balance.seq < excluded.seq`,
})

/** One balance of the journal while a bulk is being added; fenced by the numbers of event messages. */
interface Running {
  readonly account: number
  readonly assetId: number
  balance: bigint
  /** Legs of messages up to here are in `balance`. */
  readonly loadedSeq: number
  seq: number
}

/** Makes the projection's writer; `instruments` is kept up to date before each bulk. */
export function createLedgerWriter(instruments: InstrumentTable) {
  return async (tx: Tx, bulk: ProjectionBulk): Promise<void> => {
    const { shard, batches } = bulk
    const isContinued = (batches[0]?.part ?? 0) > 0
    const before = isContinued ? await readCarried(tx, shard) : null
    const { postings, balances, carried } = foldLedger(batches, instruments.known(), before)
    if (before !== null || carried !== null) await writeCarried(tx, shard, carried)
    if (postings.length > 0) {
      const running = await loadRunning(tx, shard, postings)
      for (const rows of entryRows(shard, postings, running)) await insertEntries.run(tx, rows)
      await upsertLedgerBalances.run(tx, balanceRows(shard, running))
    }
    const engineRows = balances.toSorted(byAccountAndAsset).map((b) => ({
      shard,
      account_id: b.account,
      asset_id: b.assetId,
      balance: b.balance,
      hold: b.hold,
      seq: b.seq,
    }))
    await upsertEngineBalances.run(tx, engineRows)
  }
}

async function loadRunning(
  tx: Tx,
  shard: number,
  postings: readonly Posting[],
): Promise<Map<string, Running>> {
  const running = new Map<string, Running>()
  for (const { legs } of postings) {
    for (const { account, assetId } of legs) {
      const key = `${account}:${assetId}`
      if (running.has(key)) continue
      running.set(key, { account, assetId, balance: 0n, loadedSeq: 0, seq: 0 })
    }
  }
  const keys = [...running.values()]
  const { rows } = await tx.query<{
    account_id: number
    asset_id: number
    balance: bigint
    seq: number
  }>(LOCK_BALANCES, [shard, keys.map((k) => k.account), keys.map((k) => k.assetId)])
  for (const { account_id: account, asset_id: assetId, balance, seq } of rows) {
    running.set(`${account}:${assetId}`, { account, assetId, balance, loadedSeq: seq, seq })
  }
  return running
}

/** The rows of the postings, in pieces of whole transfers; moves the running balances. */
function entryRows(shard: number, postings: readonly Posting[], running: Map<string, Running>) {
  const pieces = [[]] as ReturnType<typeof entryRow>[][]
  for (const posting of postings) {
    let piece = pieces[pieces.length - 1] ?? []
    if (piece.length + posting.legs.length > ROWS_MAX) {
      piece = []
      pieces.push(piece)
    }
    for (const [i, { account, assetId, amount }] of posting.legs.entries()) {
      const balance = running.get(`${account}:${assetId}`)
      if (balance !== undefined && posting.message > balance.loadedSeq) {
        balance.balance += amount
        balance.seq = posting.message
      }
      const leg = { account, assetId, amount, balanceAfter: balance?.balance ?? amount }
      piece.push(entryRow(shard, posting, posting.firstLeg + i, leg))
    }
  }
  return pieces
}

function entryRow(
  shard: number,
  posting: Posting,
  number: number,
  leg: { account: number; assetId: number; amount: bigint; balanceAfter: bigint },
) {
  return {
    shard,
    seq: posting.seq,
    leg: number,
    transfer: posting.transfer,
    kind: LEDGER_KINDS.indexOf(posting.kind),
    account_id: leg.account,
    asset_id: leg.assetId,
    amount: leg.amount,
    balance_after: leg.balanceAfter,
    time_ms: posting.timeMs,
    trade_id: posting.tradeID,
    trace_id: posting.traceId,
    transfer_ref: posting.transferRef,
  }
}

function balanceRows(shard: number, running: ReadonlyMap<string, Running>) {
  return [...running.values()]
    .filter((b) => b.seq > b.loadedSeq)
    .sort(byAccountAndAsset)
    .map(({ account, assetId, balance, seq }) => ({
      shard,
      account_id: account,
      asset_id: assetId,
      balance,
      seq,
    }))
}

function byAccountAndAsset(
  a: Pick<EngineBalance, 'account' | 'assetId'>,
  b: Pick<EngineBalance, 'account' | 'assetId'>,
): number {
  return a.account - b.account || a.assetId - b.assetId
}
