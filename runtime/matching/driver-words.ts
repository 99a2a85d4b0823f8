// The vocabulary of the scripted driver: which commands there are, and which fields each may have.

const REQUEST = 'type account traceId'
const WHERE = 'symbol instrumentId'
const ORDER = 'orderID origClOrdID clOrdID'

const FIELDS: Readonly<Record<string, string | null>> = {
  NewOrder:
    `${REQUEST} ${WHERE} clOrdID side ordType timeInForce stpMode postOnly reduceOnly ` +
    'price orderQty quoteAmount stopPx displayQty expireTimeNs trailingOffset trailingOffsetUnit',
  CancelOrder: `${REQUEST} ${ORDER}`,
  ReplaceOrder: `${REQUEST} ${WHERE} ${ORDER} price orderQty`,
  MassCancel: `${REQUEST} ${WHERE} side clOrdID`,
  OpenAccount: REQUEST,
  Credit: `${REQUEST} asset amount transferId`,
  Debit: `${REQUEST} asset amount transferId`,
  SetLimits: `${REQUEST} ${WHERE} maxOpenOrders maxPosition`,
  SetFeeTier: `${REQUEST} makerFeePpm takerFeePpm`,
  SetKillSwitch: `${REQUEST} engaged`,
  ListInstrument:
    `${REQUEST} symbol kind baseAsset quoteAsset baseScale quoteScale tickSize lotSize ` +
    'minQty maxQty minNotional maxNotional priceBandPpm makerFeePpm takerFeePpm ' +
    'initialMarginPpm maintenanceMarginPpm maxPosition maxOpenOrders ' +
    'allowedStpModes defaultStpMode tradingState',
  AmendInstrument: `${REQUEST} ${WHERE} priceBandPpm makerFeePpm takerFeePpm maxOpenOrders maxPosition`,
  SetTradingState: `${REQUEST} ${WHERE} tradingState`,
  Clock: `${REQUEST} timestampNs`,
  HashState: REQUEST,
  Book: 'type symbol',
  Balances: 'type',
  StateHash: 'type',
  Snapshot: 'type path',
  Restore: 'type path',
  // Words of the order semantics that the engine knows and does not obey yet.
  CancelReplace: null,
  NewOrderList: null,
  SetDeadMan: null,
  SetMark: null,
  Liquidate: null,
}

const WORDS = new Map(
  Object.entries(FIELDS).map(([type, fields]) => [type, fields?.split(' ') ?? 'later']),
)

/** The fields that a type may have; 'later': a word that the engine refuses for now. */
export function fieldsOf(type: string): readonly string[] | 'later' | undefined {
  return WORDS.get(type) as readonly string[] | 'later' | undefined
}
