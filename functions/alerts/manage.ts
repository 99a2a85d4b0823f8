// What an owner does with alerts: create, list, remove.

import { holdOffset, type InstrumentTable, type Postgres } from '#adapters/postgres/index.ts'
import { parseSteps } from '#contracts/decimal.ts'
import { InputError } from '#contracts/errors.ts'
import type { RpcMethod } from '#contracts/function-handler.ts'
import { type Params, readParams } from '#contracts/params.ts'
import { ALERT_COLUMNS, ALERT_KINDS, type AlertKind, type AlertRow, toAlert } from './alert.ts'

/** Armed alerts of one account: bounds what one bulk of trades can fire for it. */
export const ARMED_MAX = 100
/** Alerts in one answer, the newest. */
const LIST_MAX = 1_000
const ID = { min: 1, max: Number.MAX_SAFE_INTEGER }
/** Advisory locks of this function: this + account id (accounts are below 2^32). */
const LOCK_BASE = 2 ** 40
/** Orders of an account live on the first shard until accounts trade on several. */
const ORDER_SHARD = 0

/** An alert as asked for. */
interface Wish {
  readonly kind: AlertKind
  readonly shard: number
  readonly instrumentId: number | null
  readonly price: number | null
  readonly orderID: number | null
}

/** The use cases `create`, `list` and `remove`. */
export function createAlertUseCases(
  pool: Postgres,
  instruments: InstrumentTable,
): Record<'create' | 'list' | 'remove', RpcMethod> {
  return {
    create: async (params, _call, context) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      const wish = await readWish(reader, instruments)
      reader.end()
      const row = await insertAlert(pool, accountId, wish)
      context.log.info({ accountId, alertId: row.alert_id, kind: row.kind }, 'alert armed')
      return { ok: true, result: await toAlert(row, instruments) }
    },

    list: async (params) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      reader.end()
      const { rows } = await pool.query<AlertRow>(
        {
          name: 'alert.list',
          text: `SELECT ${ALERT_COLUMNS} FROM alert a WHERE a.account_id = $1
            ORDER BY a.alert_id DESC LIMIT $2`,
        },
        [accountId, LIST_MAX],
      )
      const alerts = await Promise.all(rows.map((row) => toAlert(row, instruments)))
      return { ok: true, result: { alerts } }
    },

    remove: async (params) => {
      const reader = readParams(params)
      const accountId = reader.accountId()
      const alertId = reader.integer('alertId', ID)
      reader.end()
      const { rowCount } = await pool.query(
        'DELETE FROM alert WHERE alert_id = $1 AND account_id = $2',
        [alertId, accountId],
      )
      if (rowCount === 0) throw new InputError('TE_NOT_FOUND', 'no such alert', 'alertId')
      return { ok: true, result: {} }
    },
  }
}

async function readWish(reader: Params, instruments: InstrumentTable): Promise<Wish> {
  const kind = reader.oneOf('kind', ALERT_KINDS)
  if (kind === 'OrderFilled') {
    const orderID = reader.optionalInteger('orderID', ID) ?? null
    return { kind, shard: ORDER_SHARD, instrumentId: null, price: null, orderID }
  }
  const symbol = reader.symbol()
  const text = reader.decimal('price')
  const instrument = await instruments.bySymbol(symbol)
  if (instrument === undefined) {
    throw new InputError('TE_NOT_FOUND_INSTRUMENT', `no instrument ${symbol}`, 'symbol')
  }
  const price = parseSteps(text, instrument.tickSize, 'price')
  if (price === 0) throw new InputError('TE_INPUT_DECIMAL', 'price must be above zero', 'price')
  const { instrumentId } = instrument
  return { kind, shard: ORDER_SHARD, instrumentId, price, orderID: null }
}

/**
 * Holds the projection's offset while the alert is stored: every trade after armed_seq meets it,
 * none before does. The account's lock makes the bound exact under parallel requests.
 */
function insertAlert(pool: Postgres, accountId: number, wish: Wish): Promise<AlertRow> {
  return pool.withTx(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock($1::bigint)', [LOCK_BASE + accountId])
    const armedSeq = await holdOffset(tx, 'alerts', wish.shard)
    const { rows } = await tx.query<AlertRow>(
      `WITH a AS (
         INSERT INTO alert (account_id, kind, shard, instrument_id, price, order_id, armed_seq, created_at_ms)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8
         WHERE (SELECT count(*) FROM alert WHERE account_id = $1 AND status = 'Armed') < $9
         RETURNING *
       ) SELECT ${ALERT_COLUMNS} FROM a`,
      [
        accountId,
        wish.kind,
        wish.shard,
        wish.instrumentId,
        wish.price,
        wish.orderID,
        armedSeq,
        Date.now(),
        ARMED_MAX,
      ],
    )
    const [row] = rows
    if (row === undefined) {
      throw new InputError('TE_ALERT_LIMIT', `an account has at most ${ARMED_MAX} armed alerts`)
    }
    return row
  })
}
