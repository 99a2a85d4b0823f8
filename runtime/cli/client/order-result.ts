// What the venue answers to an order command (REST and WebSocket alike).

export interface Fill {
  readonly tradeID: number
  readonly execID: number
  readonly lastPx: string
  readonly lastQty: string
  readonly fee: string
  readonly feeAsset: string
  readonly aggressor: boolean
}

export interface OrderResult {
  readonly orderID: number
  readonly clOrdID: string
  readonly symbol: string
  readonly side: 'Buy' | 'Sell'
  readonly ordStatus: string
  readonly price: string
  readonly orderQty: string
  readonly cumQty: string
  readonly leavesQty: string
  readonly avgPx: string | null
  readonly fills: readonly Fill[]
  readonly seq: number
  readonly traceId: string
}
