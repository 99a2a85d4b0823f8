// An alert as it is stored and as its owner sees it.

import type { InstrumentTable } from '#adapters/postgres/index.ts'
import { formatSteps } from '#contracts/decimal.ts'
import type { Emit } from '#contracts/function-handler.ts'
import { pushSubject } from '#contracts/subjects.ts'

export const ALERT_KINDS = ['PriceAbove', 'PriceBelow', 'OrderFilled'] as const
export type AlertKind = (typeof ALERT_KINDS)[number]

/** A row of `alert`; prices in ticks. */
export interface AlertRow {
  readonly alert_id: number
  readonly account_id: number
  readonly kind: AlertKind
  readonly instrument_id: number | null
  readonly price: number | null
  readonly order_id: number | null
  readonly status: 'Armed' | 'Fired'
  readonly created_at_ms: number
  readonly fired_at_ms: number | null
  readonly fired_seq: number | null
  readonly fired_message: number | null
  readonly fired_price: number | null
  readonly fired_instrument_id: number | null
  readonly fired_order_id: number | null
}

/** The columns of AlertRow, of the table under the alias `a`. */
export const ALERT_COLUMNS = `a.alert_id, a.account_id, a.kind, a.instrument_id, a.price, a.order_id,
  a.status, a.created_at_ms, a.fired_at_ms, a.fired_seq, a.fired_message, a.fired_price,
  a.fired_instrument_id, a.fired_order_id`

/** The public form: decimal strings; an order alert shows the order that fired it. */
export async function toAlert(row: AlertRow, instruments: InstrumentTable): Promise<object> {
  const instrumentId = row.instrument_id ?? row.fired_instrument_id
  const instrument = instrumentId === null ? undefined : await instruments.byId(instrumentId)
  const decimal = (ticks: number | null) =>
    ticks === null || instrument === undefined ? null : formatSteps(ticks, instrument.tickSize)
  return {
    alertId: row.alert_id,
    kind: row.kind,
    symbol: instrument?.symbol ?? null,
    price: decimal(row.price),
    orderID: row.order_id ?? row.fired_order_id,
    status: row.status,
    createdAtMs: row.created_at_ms,
    firedAtMs: row.fired_at_ms,
    firedSeq: row.fired_seq,
    firedPrice: decimal(row.fired_price),
  }
}

/** The push to the owner. It may arrive twice after a crash: alertId says so. */
export async function toPush(row: AlertRow, instruments: InstrumentTable): Promise<Emit> {
  const alert = await toAlert(row, instruments)
  return { subject: pushSubject(row.account_id), data: { type: 'alert', alert } }
}
