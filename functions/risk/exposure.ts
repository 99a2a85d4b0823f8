// What the risk function shows: limits and switches as the engine last said them, and what each
// account's open orders could still do. It watches; the engine is the gate.

import type { InstrumentTable, Postgres, Projection } from '#adapters/postgres/index.ts'
import { formatAmount, formatSteps } from '#contracts/decimal.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { readParams } from '#contracts/params.ts'
import { assert } from '#domain/assert.ts'

interface ExposureRow {
  readonly instrument_id: number
  readonly buy_orders: number
  readonly sell_orders: number
  readonly buy_qty: bigint
  readonly sell_qty: bigint
  /** Ticks times lots. */
  readonly buy_steps: bigint
  readonly sell_steps: bigint
}

interface AccountRow {
  readonly max_open_orders: number
  readonly kill_switch: boolean
  readonly maker_fee_ppm: number | null
  readonly taker_fee_ppm: number | null
  readonly max_positions: readonly (readonly [instrumentId: number, lots: number])[]
  readonly max_orders_per_second: number
  readonly dead_man_timeout_ms: number
}

const EXPOSURE = {
  name: 'risk.exposure',
  text: `SELECT instrument_id,
      count(*) FILTER (WHERE is_buy) AS buy_orders,
      count(*) FILTER (WHERE NOT is_buy) AS sell_orders,
      coalesce(sum(leaves_qty) FILTER (WHERE is_buy), 0) AS buy_qty,
      coalesce(sum(leaves_qty) FILTER (WHERE NOT is_buy), 0) AS sell_qty,
      coalesce(sum(price::numeric * leaves_qty) FILTER (WHERE is_buy), 0) AS buy_steps,
      coalesce(sum(price::numeric * leaves_qty) FILTER (WHERE NOT is_buy), 0) AS sell_steps
    FROM risk_open_order WHERE account_id = $1 GROUP BY instrument_id ORDER BY instrument_id`,
}

const ACCOUNT = {
  name: 'risk.account',
  text: `SELECT max_open_orders, kill_switch, maker_fee_ppm, taker_fee_ppm, max_positions,
      max_orders_per_second, dead_man_timeout_ms
    FROM risk_account WHERE account_id = $1`,
}

/** The use cases `limits`, `exposure` and `venue`. */
export function createRiskUseCases(
  pool: Postgres,
  instruments: InstrumentTable,
  projection: Projection,
): Record<'limits' | 'exposure' | 'venue', RpcMethod> {
  const readExposure = async (accountId: number) => {
    const { rows } = await pool.query<ExposureRow>(EXPOSURE, [accountId])
    return Promise.all(rows.map((row) => toExposure(row, instruments)))
  }
  const begin = async (params: unknown) => {
    const reader = readParams(params)
    const accountId = reader.accountId()
    const minSeq = reader.minSeq()
    reader.end()
    return { accountId, seq: await projection.waitForSeq(minSeq) }
  }
  return {
    exposure: async (params) => {
      const { accountId, seq } = await begin(params)
      return { ok: true, result: { exposure: await readExposure(accountId) }, seq }
    },

    limits: async (params) => {
      const { accountId, seq } = await begin(params)
      const { rows } = await pool.query<AccountRow>(ACCOUNT, [accountId])
      const [account] = rows
      const result = {
        maxOpenOrders: orNone(account?.max_open_orders),
        maxPosition: await positionLimits(instruments, account?.max_positions ?? []),
        maxOrdersPerSecond: orNone(account?.max_orders_per_second),
        deadManTimeoutMs: orNone(account?.dead_man_timeout_ms),
        killSwitch: account?.kill_switch ?? false,
        makerFeePpm: account?.maker_fee_ppm ?? null,
        takerFeePpm: account?.taker_fee_ppm ?? null,
        exposure: await readExposure(accountId),
      }
      return { ok: true, result, seq }
    },

    venue: async (params) => {
      readParams(params).end()
      const seq = await projection.waitForSeq(undefined)
      return { ok: true, result: await readVenue(pool), seq }
    },
  }
}

async function toExposure(row: ExposureRow, instruments: InstrumentTable): Promise<object> {
  const instrument = await instruments.byId(row.instrument_id)
  assert(instrument !== undefined, 'an open order is on a listed instrument')
  const { symbol, lotSize, notionalFactor, quote } = instrument
  return {
    symbol,
    openBuyOrders: row.buy_orders,
    openSellOrders: row.sell_orders,
    openBuyQty: formatSteps(Number(row.buy_qty), lotSize),
    openSellQty: formatSteps(Number(row.sell_qty), lotSize),
    openBuyNotional: formatAmount(row.buy_steps * notionalFactor, quote.scale),
    openSellNotional: formatAmount(row.sell_steps * notionalFactor, quote.scale),
  }
}

/** 0 is how the engine says that there is no limit. */
const orNone = (limit = 0): number | null => (limit === 0 ? null : limit)

/** The account's own limits, and the listings' where it has none. */
async function positionLimits(
  instruments: InstrumentTable,
  own: AccountRow['max_positions'],
): Promise<object[]> {
  if (instruments.known().size === 0) await instruments.load()
  const ownLots = new Map(own)
  return [...instruments.known().values()]
    .map(({ instrumentId, symbol, maxPosition, lotSize }) => ({
      symbol,
      lots: ownLots.get(instrumentId) ?? maxPosition,
      lotSize,
    }))
    .filter(({ lots }) => lots > 0)
    .map(({ symbol, lots, lotSize }) => ({ symbol, maxPosition: formatSteps(lots, lotSize) }))
}

async function readVenue(pool: Postgres): Promise<object> {
  const { rows } = await pool.query<{
    kill_switch: boolean
    killed_accounts: number
    open_orders: number
  }>(`SELECT coalesce((SELECT bool_or(kill_switch) FROM risk_venue), false) AS kill_switch,
      (SELECT count(*) FROM risk_account WHERE kill_switch) AS killed_accounts,
      (SELECT count(*) FROM risk_open_order) AS open_orders`)
  const [row] = rows
  assert(row !== undefined, 'a SELECT without FROM has one row')
  return {
    killSwitch: row.kill_switch,
    killedAccounts: row.killed_accounts,
    openOrders: row.open_orders,
  }
}
