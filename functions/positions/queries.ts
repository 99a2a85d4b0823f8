// An account's positions, valued at the mark of each instrument, or at its last trade without one.

import type { InstrumentTable, Postgres, Projection } from '#adapters/postgres/index.ts'
import { createInstrumentFormat, type InstrumentFormat } from '#contracts/api/instrument-format.ts'
import { formatSteps } from '#contracts/decimal.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { assert } from '#domain/assert.ts'
import type { Instrument } from '#domain/instrument.ts'
import { unrealizedPnl } from '#domain/position.ts'

/** The statement, for the query and for the test that looks at its plan (E8). */
export const POSITIONS_OF_ACCOUNT = {
  name: 'positions.of_account',
  text: `SELECT p.instrument_id, p.net_qty, p.cost, p.realized_pnl, p.fees, l.last_px, l.mark_px
    FROM positions p LEFT JOIN position_price l USING (instrument_id)
    WHERE p.account_id = $1 ORDER BY p.instrument_id`,
}

interface PositionRow {
  readonly instrument_id: number
  readonly net_qty: bigint
  readonly cost: bigint
  readonly realized_pnl: bigint
  readonly fees: bigint
  readonly last_px: number | null
  readonly mark_px: number | null
}

/** Makes the requests of the function. */
export function createPositionQueries(
  pool: Postgres,
  instruments: InstrumentTable,
  projection: Projection,
): Readonly<Record<'list', RpcMethod>> {
  return {
    list: async (params) => {
      const p = readParams(params)
      const accountId = p.accountId()
      const minSeq = p.minSeq()
      p.end()
      const seq = await projection.waitForSeq(minSeq)
      const { rows } = await pool.query<PositionRow>(POSITIONS_OF_ACCOUNT, [accountId])
      const positions = []
      for (const row of rows) {
        const instrument = await instruments.byId(row.instrument_id)
        assert(instrument !== undefined, 'an instrument is listed before it trades')
        positions.push(positionShape(row, instrument))
      }
      return { ok: true, result: { positions, seq }, seq }
    },
  }
}

function positionShape(row: PositionRow, instrument: Instrument): object {
  const { net_qty: netQty, cost, realized_pnl: realizedPnl, fees } = row
  const { last_px: lastPx, mark_px: markPx } = row
  const { notionalFactor, lotSize } = instrument
  const format = createInstrumentFormat(instrument)
  const valuePx = markPx ?? lastPx
  const value = valuePx === null ? null : netQty * BigInt(valuePx) * notionalFactor
  return {
    symbol: instrument.symbol,
    netQty: formatLots(netQty, lotSize),
    cost: format.quote(cost),
    avgCost: averageCost(netQty, cost, format),
    realizedPnl: format.quote(realizedPnl),
    fees: format.quote(fees),
    lastPx: lastPx === null ? null : format.price(lastPx),
    markPx: markPx === null ? null : format.price(markPx),
    unrealizedPnl:
      value === null
        ? null
        : format.quote(unrealizedPnl({ netQty, cost, realizedPnl, fees }, value)),
  }
}

/** F7: null for a position of zero. A short position's cost and quantity are both negative. */
function averageCost(netQty: bigint, cost: bigint, format: InstrumentFormat): string | null {
  const sign = netQty < 0n ? -1n : 1n
  return format.avgPx(cost * sign, Number(netQty * sign))
}

function formatLots(lots: bigint, lotSize: string): string {
  assert(lots <= Number.MAX_SAFE_INTEGER && lots >= Number.MIN_SAFE_INTEGER, 'lots are below 2^53')
  return formatSteps(Number(lots), lotSize)
}
