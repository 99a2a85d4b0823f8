// Event batches -> positions. A bulk loads the touched positions once, folds its fills in memory in
// log order, and writes each back once.

import { defineInsert, type ProjectionBulk, type Tx } from '#adapters/postgres/index.ts'
import { applyFill, FLAT, type Position, type PositionFill } from '#domain/position.ts'

/** The fills of one position, oldest first. */
export interface PositionFills {
  readonly account: number
  readonly instrumentId: number
  readonly fills: { readonly seq: number; readonly fill: PositionFill }[]
}

/** What a bulk comes to. */
export interface FillsFold {
  readonly positions: readonly PositionFills[]
  /** Instrument -> ticks of its last trade. */
  readonly prices: ReadonlyMap<number, { readonly lastPx: number; readonly seq: number }>
}

/** A1: locked in ascending key, as they are written below. */
const LOCK = {
  name: 'positions.lock',
  text: `SELECT p.account_id, p.instrument_id, p.net_qty, p.cost, p.realized_pnl, p.fees, p.seq
    FROM positions p
    JOIN unnest($1::bigint[], $2::integer[]) AS r(account_id, instrument_id)
      ON p.account_id = r.account_id AND p.instrument_id = r.instrument_id
    ORDER BY p.account_id, p.instrument_id FOR UPDATE OF p`,
}

const upsertPositions = defineInsert({
  name: 'positions.upsert',
  into: 'positions',
  columns: {
    account_id: 'bigint',
    instrument_id: 'integer',
    net_qty: 'numeric',
    cost: 'numeric',
    realized_pnl: 'numeric',
    fees: 'numeric',
    seq: 'bigint',
  },
  onConflict: `ON CONFLICT (account_id, instrument_id) DO UPDATE
    SET net_qty = excluded.net_qty, cost = excluded.cost, realized_pnl = excluded.realized_pnl,
      fees = excluded.fees, seq = excluded.seq
    WHERE positions.seq < excluded.seq`,
})

const upsertPrices = defineInsert({
  name: 'positions.prices',
  into: 'position_price',
  columns: { instrument_id: 'integer', last_px: 'bigint', seq: 'bigint' },
  onConflict: `ON CONFLICT (instrument_id) DO UPDATE
    SET last_px = excluded.last_px, seq = excluded.seq
    WHERE position_price.seq < excluded.seq`,
})

/** Sorts the trades of the batches by position. */
export function foldFills(batches: ProjectionBulk['batches']): FillsFold {
  const positions = new Map<string, PositionFills>()
  const prices = new Map<number, { lastPx: number; seq: number }>()
  for (const { seq, events } of batches) {
    for (const event of events) {
      if (event.type !== 'ExecutionReport' || event.execType !== 'Trade') continue
      const { account, instrumentId, lastPx, lastNotional: notional, fee } = event
      prices.set(instrumentId, { lastPx, seq })
      const key = `${account}:${instrumentId}`
      let entry = positions.get(key)
      if (entry === undefined) {
        entry = { account, instrumentId, fills: [] }
        positions.set(key, entry)
      }
      const lots = BigInt(event.lastQty)
      const qty = event.side === 'Buy' ? lots : -lots
      entry.fills.push({ seq, fill: { qty, notional, fee } })
    }
  }
  const sorted = [...positions.values()].sort(
    (a, b) => a.account - b.account || a.instrumentId - b.instrumentId,
  )
  return { positions: sorted, prices }
}

/** Writes the fold of a bulk. */
export async function applyPositions(tx: Tx, bulk: ProjectionBulk): Promise<void> {
  const { positions, prices } = foldFills(bulk.batches)
  if (positions.length === 0) return
  const held = await loadHeld(tx, positions)
  const rows = []
  for (const { account, instrumentId, fills } of positions) {
    const start = held.get(`${account}:${instrumentId}`) ?? { position: FLAT, seq: 0 }
    const fresh = fills.filter(({ seq }) => seq > start.seq)
    const newest = fresh.at(-1)
    if (newest === undefined) continue
    const position = fresh.reduce((p, { fill }) => applyFill(p, fill), start.position)
    rows.push({
      account_id: account,
      instrument_id: instrumentId,
      net_qty: position.netQty,
      cost: position.cost,
      realized_pnl: position.realizedPnl,
      fees: position.fees,
      seq: newest.seq,
    })
  }
  await upsertPositions.run(tx, rows)
  const priceRows = [...prices]
    .map(([instrumentId, { lastPx, seq }]) => ({
      instrument_id: instrumentId,
      last_px: lastPx,
      seq,
    }))
    .sort((a, b) => a.instrument_id - b.instrument_id)
  await upsertPrices.run(tx, priceRows)
}

async function loadHeld(tx: Tx, positions: readonly PositionFills[]) {
  const { rows } = await tx.query<{
    account_id: number
    instrument_id: number
    net_qty: bigint
    cost: bigint
    realized_pnl: bigint
    fees: bigint
    seq: number
  }>(LOCK, [positions.map((p) => p.account), positions.map((p) => p.instrumentId)])
  const held = new Map<string, { position: Position; seq: number }>()
  for (const row of rows) {
    const { net_qty: netQty, cost, realized_pnl: realizedPnl, fees } = row
    const position = { netQty, cost, realizedPnl, fees }
    held.set(`${row.account_id}:${row.instrument_id}`, { position, seq: row.seq })
  }
  return held
}
