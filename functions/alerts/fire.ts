// Fires alerts inside the projection's transaction: an alert is Fired exactly when the bulk that
// fired it is past the offset. Two questions a bulk, however many events and alerts there are.

import {
  defineBulk,
  type InstrumentTable,
  type ProjectionBulk,
  type Queryable,
  type Tx,
} from '#adapters/postgres/index.ts'
import type { Emit, EventsCall } from '#contracts/function-handler.ts'
import { ALERT_COLUMNS, type AlertRow, toPush } from './alert.ts'
import {
  type Crossings,
  findCrossings,
  firstAtOrAbove,
  firstAtOrBelow,
  type Moment,
  type OrderFill,
} from './crossings.ts'

const armedByPrice = defineBulk({
  name: 'alert.armed_by_price',
  columns: { instrument_id: 'integer', high: 'bigint', low: 'bigint' },
  sql: (source) => `SELECT ${ALERT_COLUMNS} FROM ${source} CROSS JOIN LATERAL (
      SELECT * FROM alert WHERE status = 'Armed' AND kind = 'PriceAbove'
        AND instrument_id = r.instrument_id AND price <= r.high
      UNION ALL
      SELECT * FROM alert WHERE status = 'Armed' AND kind = 'PriceBelow'
        AND instrument_id = r.instrument_id AND price >= r.low
    ) a`,
})

const armedByOrder = defineBulk({
  name: 'alert.armed_by_order',
  columns: { account_id: 'bigint', order_id: 'bigint' },
  sql: (source) => `SELECT ${ALERT_COLUMNS} FROM ${source} JOIN alert a
      ON a.status = 'Armed' AND a.kind = 'OrderFilled' AND a.account_id = r.account_id
      AND (a.order_id = r.order_id OR a.order_id IS NULL)`,
})

const fire = defineBulk({
  name: 'alert.fire',
  columns: {
    alert_id: 'bigint',
    fired_seq: 'bigint',
    fired_message: 'bigint',
    fired_at_ms: 'bigint',
    fired_price: 'bigint',
    fired_instrument_id: 'integer',
    fired_order_id: 'bigint',
  },
  // A status that is no longer Armed belongs to an alert that its owner removed just now.
  sql: (source) => `UPDATE alert a SET status = 'Fired', fired_seq = r.fired_seq,
      fired_message = r.fired_message, fired_at_ms = r.fired_at_ms, fired_price = r.fired_price,
      fired_instrument_id = r.fired_instrument_id, fired_order_id = r.fired_order_id
    FROM ${source} WHERE a.alert_id = r.alert_id AND a.status = 'Armed'
    RETURNING ${ALERT_COLUMNS}`,
})

const OWED = {
  name: 'alert.owed',
  text: `SELECT ${ALERT_COLUMNS} FROM alert a
    WHERE a.shard = $1 AND a.status = 'Fired' AND a.delivered_at IS NULL ORDER BY a.alert_id`,
}

/** Fires what the bulk's trades reached; returns the pushes. */
export async function fireAlerts(
  tx: Tx,
  bulk: ProjectionBulk,
  instruments: InstrumentTable,
): Promise<Emit[]> {
  const crossings = findCrossings(bulk.batches)
  if (crossings.prices.size === 0) return []
  const fired = [
    ...(await firedByPrice(tx, crossings)),
    ...(await firedByOrder(tx, crossings.fills)),
  ]
  if (fired.length === 0) return []
  const rows = await fire.fetch<AlertRow>(tx, fired)
  rows.sort((a, b) => a.alert_id - b.alert_id)
  return Promise.all(rows.map((row) => toPush(row, instruments)))
}

/**
 * The outbox. A connector that comes with a bulk after the message that fired an alert has published what we
 * answered to that bulk: delivered. One that comes with the same bulk again has not: pushed again.
 */
export async function settleOutbox(
  tx: Tx,
  call: EventsCall,
  instruments: InstrumentTable,
): Promise<Emit[]> {
  const { rows } = await tx.query<AlertRow>(OWED, [call.shard])
  if (rows.length === 0) return []
  const isDelivered = (row: AlertRow) => (row.fired_message ?? 0) < call.firstSeq
  const delivered = rows.filter(isDelivered).map((row) => row.alert_id)
  if (delivered.length > 0) {
    await tx.query('UPDATE alert SET delivered_at = now() WHERE alert_id = ANY($1::bigint[])', [
      delivered,
    ])
  }
  return Promise.all(rows.filter((row) => !isDelivered(row)).map((row) => toPush(row, instruments)))
}

function firing(row: AlertRow, moment: Moment, instrumentId: number, orderID: number | null) {
  return {
    alert_id: row.alert_id,
    fired_seq: moment.seq,
    fired_message: moment.message,
    fired_at_ms: moment.timeMs,
    fired_price: moment.price,
    fired_instrument_id: instrumentId,
    fired_order_id: orderID,
  }
}

async function firedByPrice(db: Queryable, crossings: Crossings) {
  const ranges = [...crossings.prices].map(([instrumentId, { highs, lows }]) => ({
    instrument_id: instrumentId,
    high: highs.at(-1)?.price ?? 0,
    low: lows.at(-1)?.price ?? 0,
  }))
  const candidates = await armedByPrice.fetch<AlertRow>(db, ranges)
  return candidates.flatMap((row) => {
    const { instrument_id: instrumentId, price, kind } = row
    if (instrumentId === null || price === null) return []
    // Armed before this bulk (creating one holds the offset still), so every trade of it counts.
    const find = kind === 'PriceAbove' ? firstAtOrAbove : firstAtOrBelow
    const moment = find(crossings, instrumentId, price)
    return moment === undefined ? [] : [firing(row, moment, instrumentId, null)]
  })
}

async function firedByOrder(db: Queryable, fills: readonly OrderFill[]) {
  if (fills.length === 0) return []
  const first = new Map<number, OrderFill>()
  for (const fill of fills) if (!first.has(fill.orderID)) first.set(fill.orderID, fill)
  const asked = [...first.values()].map((f) => ({ account_id: f.account, order_id: f.orderID }))
  const candidates = await armedByOrder.fetch<AlertRow>(db, asked)
  const fired = new Map<number, ReturnType<typeof firing>>()
  for (const row of candidates) {
    const fill =
      row.order_id === null
        ? fills.find((f) => f.account === row.account_id)
        : first.get(row.order_id)
    if (fill !== undefined) {
      fired.set(row.alert_id, firing(row, fill, fill.instrumentId, fill.orderID))
    }
  }
  return [...fired.values()]
}
