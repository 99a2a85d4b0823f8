// From the words of `te order place` to the body of POST /v1/orders.

/** Options of the command, as they were typed. */
export interface PlaceOptions {
  readonly price?: string
  readonly timeInForce?: string
  readonly stop?: string
  readonly takeProfit?: string
  readonly trailing?: string
  readonly display?: string
  readonly expire?: string
  readonly postOnly: boolean
  readonly reduceOnly: boolean
}

const SIDES: Readonly<Record<string, string>> = { buy: 'Buy', sell: 'Sell' }

/** What the venue makes of nonsense is the venue's to say. */
export function orderBody(side: string, symbol: string, orderQty: string, o: PlaceOptions): object {
  return {
    symbol,
    side: SIDES[side.toLowerCase()] ?? side,
    ordType: ordTypeOf(o),
    orderQty,
    ...given('price', o.price),
    ...given('timeInForce', o.timeInForce ?? (o.expire === undefined ? undefined : 'GTD')),
    ...given('stopPx', o.stop ?? o.takeProfit),
    ...given('trailingOffset', o.trailing === undefined ? undefined : Number(o.trailing)),
    ...given('displayQty', o.display),
    ...given('expireTime', o.expire),
    ...(o.postOnly ? { postOnly: true } : {}),
    ...(o.reduceOnly ? { reduceOnly: true } : {}),
  }
}

function ordTypeOf({ price, stop, takeProfit, trailing }: PlaceOptions): string {
  if (trailing !== undefined) return 'TrailingStop'
  if (stop !== undefined) return price === undefined ? 'Stop' : 'StopLimit'
  if (takeProfit !== undefined) return price === undefined ? 'TakeProfit' : 'TakeProfitLimit'
  return price === undefined ? 'Market' : 'Limit'
}

const given = (field: string, value: unknown): object =>
  value === undefined ? {} : { [field]: value }
