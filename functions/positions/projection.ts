// Event batches -> positions. A bulk loads the touched positions once, folds what happened to them in
// memory in log order, and writes each back once. Spot positions are what their fills make them;
// those in perpetuals are the engine's own, and told by it. `seq` of a row or step is the number of its
// event message: a batch may come in several.

import {
  defineInsert,
  type InstrumentTable,
  type ProjectionBulk,
  type Tx,
} from '#adapters/postgres/index.ts'
import type { EngineEvent } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'
import { applyFill, FLAT, type Position, type PositionFill, takeOver } from '#domain/position.ts'

/** A fill; only its fee, where the engine tells the position; what the engine told. */
export type PositionStep =
  | { readonly seq: number; readonly fill: PositionFill }
  | { readonly seq: number; readonly fee: bigint }
  | { readonly seq: number; readonly moved: Pick<Position, 'netQty' | 'cost' | 'realizedPnl'> }

/** What happened to one position, oldest first. */
export interface PositionSteps {
  readonly account: number
  readonly instrumentId: number
  readonly steps: PositionStep[]
}

/** What a bulk comes to. */
export interface PositionsFold {
  readonly positions: readonly PositionSteps[]
  /** Instrument -> ticks of its last trade and of its mark; null where this bulk has none. */
  readonly prices: ReadonlyMap<number, PriceNow>
}

interface PriceNow {
  readonly lastPx: number | null
  readonly markPx: number | null
  readonly seq: number
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
  columns: { instrument_id: 'integer', last_px: 'bigint', mark_px: 'bigint', seq: 'bigint' },
  onConflict: `ON CONFLICT (instrument_id) DO UPDATE
    SET last_px = coalesce(excluded.last_px, position_price.last_px),
      mark_px = coalesce(excluded.mark_px, position_price.mark_px), seq = excluded.seq
    WHERE position_price.seq < excluded.seq`,
})

/** Sorts what the batches say by position. `instruments` knows every one that trades in them. */
export function foldPositions(
  batches: ProjectionBulk['batches'],
  instruments: ReadonlyMap<number, Instrument>,
): PositionsFold {
  const positions = new Map<string, PositionSteps>()
  const prices = new Map<number, PriceNow>()
  const add = (account: number, instrumentId: number, step: PositionStep): void => {
    const key = `${account}:${instrumentId}`
    const entry = positions.get(key)
    if (entry === undefined) positions.set(key, { account, instrumentId, steps: [step] })
    else entry.steps.push(step)
  }
  for (const { message: seq, events } of batches) {
    for (const event of events) {
      notePrice(prices, event, seq)
      if (event.type === 'PositionChanged') {
        const { account, instrumentId, netQty, cost, realizedPnl } = event
        add(account, instrumentId, { seq, moved: { netQty: BigInt(netQty), cost, realizedPnl } })
      } else if (event.type === 'ExecutionReport' && event.execType === 'Trade') {
        const { account, instrumentId, lastNotional: notional, fee } = event
        const lots = BigInt(event.lastQty)
        const fill = { qty: event.side === 'Buy' ? lots : -lots, notional, fee }
        const isSpot = instruments.get(instrumentId)?.kind !== 'LinearPerpetual'
        add(account, instrumentId, isSpot ? { seq, fill } : { seq, fee })
      }
    }
  }
  const sorted = [...positions.values()].sort(
    (a, b) => a.account - b.account || a.instrumentId - b.instrumentId,
  )
  return { positions: sorted, prices }
}

function notePrice(prices: Map<number, PriceNow>, event: EngineEvent, seq: number): void {
  const isTrade = event.type === 'ExecutionReport' && event.execType === 'Trade'
  if (!isTrade && event.type !== 'MarkChanged') return
  const known = prices.get(event.instrumentId) ?? { lastPx: null, markPx: null }
  const news = isTrade ? { lastPx: event.lastPx } : { markPx: event.price }
  prices.set(event.instrumentId, { ...known, ...news, seq })
}

function applyStep(position: Position, step: PositionStep): Position {
  if ('fill' in step) return applyFill(position, step.fill)
  if ('moved' in step) return takeOver(position, step.moved)
  return { ...position, fees: position.fees + step.fee }
}

/** Makes the projection's writer; `instruments` is kept up to date before each bulk. */
export function createPositionsWriter(instruments: InstrumentTable) {
  return async (tx: Tx, bulk: ProjectionBulk): Promise<void> => {
    const { positions, prices } = foldPositions(bulk.batches, instruments.known())
    if (positions.length > 0) await writePositions(tx, positions)
    if (prices.size > 0) await writePrices(tx, prices)
  }
}

async function writePositions(tx: Tx, positions: readonly PositionSteps[]): Promise<void> {
  const held = await loadHeld(tx, positions)
  const rows = []
  for (const { account, instrumentId, steps } of positions) {
    const start = held.get(`${account}:${instrumentId}`) ?? { position: FLAT, seq: 0 }
    const fresh = steps.filter(({ seq }) => seq > start.seq)
    const newest = fresh.at(-1)
    if (newest === undefined) continue
    const position = fresh.reduce(applyStep, start.position)
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
}

async function writePrices(tx: Tx, prices: PositionsFold['prices']): Promise<void> {
  const rows = [...prices]
    .map(([instrumentId, { lastPx, markPx, seq }]) => ({
      instrument_id: instrumentId,
      last_px: lastPx,
      mark_px: markPx,
      seq,
    }))
    .sort((a, b) => a.instrument_id - b.instrument_id)
  await upsertPrices.run(tx, rows)
}

async function loadHeld(tx: Tx, positions: readonly PositionSteps[]) {
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
