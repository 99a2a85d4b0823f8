// The vocabulary of the scripted driver: which commands there are, and which fields each may have.

import { ORD_TYPES, SIDES, STP_MODES, TIMES_IN_FORCE } from '#domain/order.ts'

const REQUEST = 'type account traceId timestampNs'
const WHERE = 'symbol instrumentId'
const ORDER = 'orderID origClOrdID clOrdID'
const TERMS =
  'clOrdID side ordType timeInForce stpMode postOnly reduceOnly price orderQty quoteAmount ' +
  'stopPx displayQty expireTimeNs trailingOffset trailingOffsetUnit'
const MARGINS = 'initialMarginPpm maintenanceMarginPpm'

const FIELDS: Readonly<Record<string, string>> = {
  NewOrder: `${REQUEST} ${WHERE} ${TERMS}`,
  CancelOrder: `${REQUEST} ${WHERE} ${ORDER}`,
  ReplaceOrder: `${REQUEST} ${WHERE} ${ORDER} price orderQty`,
  CancelReplace: `${REQUEST} mode orderID origClOrdID order`,
  NewOrderList: `${REQUEST} ${WHERE} contingencyType orders`,
  MassCancel: `${REQUEST} ${WHERE} side clOrdID`,
  SetDeadMan: `${REQUEST} timeoutMs`,
  SetMark: `${REQUEST} ${WHERE} price`,
  Liquidate: REQUEST,
  OpenAccount: REQUEST,
  Credit: `${REQUEST} asset amount transferId`,
  Debit: `${REQUEST} asset amount transferId`,
  SetLimits: `${REQUEST} ${WHERE} maxOpenOrders maxPosition maxOrdersPerSecond`,
  SetFeeTier: `${REQUEST} makerFeePpm takerFeePpm`,
  SetKillSwitch: `${REQUEST} engaged`,
  ListInstrument:
    `${REQUEST} symbol kind baseAsset quoteAsset baseScale quoteScale tickSize lotSize ` +
    `minQty maxQty minNotional maxNotional priceBandPpm makerFeePpm takerFeePpm ${MARGINS} ` +
    'maxPosition maxOpenOrders allowedStpModes defaultStpMode tradingState volatilityGuard',
  AmendInstrument:
    `${REQUEST} ${WHERE} priceBandPpm makerFeePpm takerFeePpm maxOpenOrders maxPosition ` +
    `${MARGINS} volatilityGuard`,
  SetTradingState: `${REQUEST} ${WHERE} tradingState`,
  Clock: REQUEST,
  HashState: REQUEST,
  Book: 'type symbol',
  Balances: 'type',
  Positions: 'type',
  StateHash: 'type',
  Snapshot: 'type path',
  Restore: 'type path',
}

const WORDS = new Map(Object.entries(FIELDS).map(([type, fields]) => [type, fields.split(' ')]))

/** The fields that a type may have; undefined for what is no type. */
export function fieldsOf(type: string): readonly string[] | undefined {
  return WORDS.get(type)
}

/** Words that stand in lines again and again: types, fields, and the values of closed sets. */
export const ALL_WORDS: readonly string[] = [
  ...Object.keys(FIELDS),
  ...Object.values(FIELDS).flatMap((fields) => fields.split(' ')),
  ...[SIDES, ORD_TYPES, TIMES_IN_FORCE, STP_MODES].flat(),
  'USD',
]

/** The fields of an order inside of another command. */
export const TERM_WORDS: readonly string[] = `${WHERE} ${TERMS}`.split(' ')
/** The fields of a volatility guard. */
export const GUARD_WORDS: readonly string[] = ['bandPpm', 'action']
