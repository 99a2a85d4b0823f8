// Event batches -> limits, switches and open orders. A bulk is folded in memory first: what remains
// is one row per account and per order that is still open, in at most five statements.

import { defineBulk, defineInsert, type ProjectionBulk, type Tx } from '#adapters/postgres/index.ts'
import type { AccountChanged, ExecutionReport, VenueChanged } from '#domain/event.ts'
import { isOpen } from '#domain/order.ts'

const upsertOrders = defineInsert({
  name: 'risk.order_upsert',
  into: 'risk_open_order',
  columns: {
    order_id: 'bigint',
    account_id: 'bigint',
    instrument_id: 'integer',
    is_buy: 'boolean',
    price: 'bigint',
    leaves_qty: 'bigint',
  },
  onConflict: `ON CONFLICT (order_id) DO UPDATE
    SET price = excluded.price, leaves_qty = excluded.leaves_qty`,
})

const deleteOrders = defineBulk({
  name: 'risk.order_delete',
  columns: { order_id: 'bigint' },
  sql: (source) => `DELETE FROM risk_open_order o USING ${source} WHERE o.order_id = r.order_id`,
})

const upsertAccounts = defineInsert({
  name: 'risk.account_upsert',
  into: 'risk_account',
  columns: {
    account_id: 'bigint',
    max_open_orders: 'integer',
    kill_switch: 'boolean',
    maker_fee_ppm: 'integer',
    taker_fee_ppm: 'integer',
    max_positions: 'jsonb',
    max_orders_per_second: 'integer',
    dead_man_timeout_ms: 'integer',
    seq: 'bigint',
  },
  onConflict: `ON CONFLICT (account_id) DO UPDATE SET
    max_open_orders = excluded.max_open_orders, kill_switch = excluded.kill_switch,
    maker_fee_ppm = excluded.maker_fee_ppm, taker_fee_ppm = excluded.taker_fee_ppm,
    max_positions = excluded.max_positions,
    max_orders_per_second = excluded.max_orders_per_second,
    dead_man_timeout_ms = excluded.dead_man_timeout_ms,
    seq = excluded.seq`,
})

const DISARM = {
  name: 'risk.disarm',
  text: 'UPDATE risk_account SET dead_man_timeout_ms = 0 WHERE account_id = ANY($1::bigint[])',
}

const UPSERT_VENUE = `INSERT INTO risk_venue (shard, kill_switch, seq) VALUES ($1, $2, $3)
  ON CONFLICT (shard) DO UPDATE SET kill_switch = excluded.kill_switch, seq = excluded.seq`

/** What a bulk comes to. */
export interface RiskFold {
  readonly open: readonly ExecutionReport[]
  /** Orders that were open before the bulk and are closed after it. */
  readonly closed: readonly number[]
  readonly accounts: ReadonlyMap<number, { readonly event: AccountChanged; readonly seq: number }>
  /** Accounts whose dead-man switch has fired since their settings were told. */
  readonly fired: ReadonlySet<number>
  readonly venue: { readonly event: VenueChanged; readonly seq: number } | undefined
}

/** Folds the batches: the last word about each order, account and the venue stays. */
export function foldRisk(batches: ProjectionBulk['batches']): RiskFold {
  const orders = new Map<number, { last: ExecutionReport; isNew: boolean }>()
  const accounts = new Map<number, { event: AccountChanged; seq: number }>()
  const fired = new Set<number>()
  let venue: RiskFold['venue']
  for (const { seq, events } of batches) {
    for (const event of events) {
      if (event.type === 'ExecutionReport') {
        // A refused cancel or replace leaves its order as it is; a refused order never was one.
        if (event.execType === 'Rejected') continue
        const known = orders.get(event.orderID)
        if (known !== undefined) known.last = event
        else orders.set(event.orderID, { last: event, isNew: event.execType === 'New' })
      } else if (event.type === 'AccountChanged') {
        accounts.set(event.account, { event, seq })
        fired.delete(event.account)
      } else if (event.type === 'DeadManFired') fired.add(event.account)
      else if (event.type === 'VenueChanged') venue = { event, seq }
    }
  }
  const open: ExecutionReport[] = []
  const closed: number[] = []
  for (const [orderID, { last, isNew }] of orders) {
    if (isOpen(last.ordStatus) && last.leavesQty > 0) open.push(last)
    else if (!isNew) closed.push(orderID)
  }
  return { open, closed, accounts, fired, venue }
}

/** Writes the fold of a bulk. */
export async function applyRisk(tx: Tx, bulk: ProjectionBulk): Promise<void> {
  const { open, closed, accounts, fired, venue } = foldRisk(bulk.batches)
  await upsertOrders.run(tx, open.map(orderRow))
  await deleteOrders.run(
    tx,
    closed.map((orderID) => ({ order_id: orderID })),
  )
  const accountRows = [...accounts.values()].map(({ event, seq }) => ({
    account_id: event.account,
    max_open_orders: event.maxOpenOrders,
    kill_switch: event.killSwitch,
    maker_fee_ppm: event.makerFeePpm,
    taker_fee_ppm: event.takerFeePpm,
    max_positions: JSON.stringify(
      (event.maxPositions ?? []).map(({ instrumentId, lots }) => [instrumentId, lots]),
    ),
    max_orders_per_second: event.maxOrdersPerSecond ?? 0,
    dead_man_timeout_ms: event.deadManTimeoutMs ?? 0,
    seq,
  }))
  await upsertAccounts.run(tx, accountRows)
  if (fired.size > 0) await tx.query(DISARM, [[...fired]])
  if (venue !== undefined) {
    await tx.query(UPSERT_VENUE, [bulk.shard, venue.event.killSwitch, venue.seq])
  }
}

function orderRow(report: ExecutionReport) {
  return {
    order_id: report.orderID,
    account_id: report.account,
    instrument_id: report.instrumentId,
    is_buy: report.side === 'Buy',
    price: report.price === 0 ? report.stopPx : report.price,
    leaves_qty: report.leavesQty,
  }
}
