// The venue of the engine's bench: instruments against one currency, and accounts with money.

import type { ListInstrument } from '#domain/command.ts'
import { STP_MODES } from '#domain/order.ts'
import type { Engine } from '#engine/engine.ts'

export const TRACE = '0'.repeat(32)
/** All accounts together may own what an int64 holds: the venue's own account is the counterpart. */
const OWNED_MAX = 2n ** 62n
const BTC_EACH = 10n ** 12n
const USD_EACH_MAX = 10n ** 14n

/** Lists instruments 1..n and opens accounts from `first` on, each with both assets. */
export function openVenue(
  engine: Engine,
  instruments: number,
  accounts: number,
  first: number,
): void {
  const share = OWNED_MAX / BigInt(accounts)
  const usd = share < USD_EACH_MAX ? share : USD_EACH_MAX
  for (let i = 1; i <= instruments; i++) engine.admin(0, listing(i))
  for (let account = first; account < first + accounts; account++) {
    engine.admin(0, { type: 'OpenAccount', account, traceId: TRACE })
    const common = { type: 'Credit', account, traceId: TRACE } as const
    engine.admin(0, { ...common, asset: 'BTC', amount: BTC_EACH, transferId: 'b' })
    engine.admin(0, { ...common, asset: 'USD', amount: usd, transferId: 'u' })
  }
}

function listing(i: number): ListInstrument {
  return {
    type: 'ListInstrument',
    account: 0,
    traceId: TRACE,
    symbol: `BTC${i}-USD`,
    kind: 'Spot',
    baseAsset: 'BTC',
    quoteAsset: 'USD',
    baseScale: 8,
    quoteScale: 10,
    tickSize: '0.01',
    lotSize: '0.00000001',
    minQty: 1,
    maxQty: 10 ** 13,
    minNotional: 0n,
    maxNotional: 2n ** 62n,
    priceBandPpm: 100_000,
    makerFeePpm: 500,
    takerFeePpm: 1000,
    initialMarginPpm: 0,
    maintenanceMarginPpm: 0,
    maxPosition: 0,
    maxOpenOrders: 0,
    allowedStpModes: STP_MODES,
    defaultStpMode: 'ExpireTaker',
    tradingState: 'Open',
  }
}
