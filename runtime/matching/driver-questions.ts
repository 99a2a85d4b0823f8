// Answers to a script's questions about the state, as lines of JSON.

import { formatMoney } from '#contracts/decimal-steps.ts'
import type { Asset } from '#domain/instrument.ts'
import type { Engine } from '#engine/engine.ts'
import { accountText, type ScriptInstrument } from './driver-names.ts'

/** The levels of both sides, best first: what is shown, and how many orders stand there. */
export function bookLine(engine: Engine, { definition, price, qty }: ScriptInstrument): string {
  const side = (name: 'Buy' | 'Sell'): string =>
    engine
      .levels(definition.instrumentId, name)
      .map(
        (level) =>
          `{"price":"${price.format(level.price)}","qty":"${qty.format(level.qty)}",` +
          `"orders":${level.count}}`,
      )
      .join(',')
  const { symbol } = definition
  return `{"event":"Book","symbol":"${symbol}","bids":[${side('Buy')}],"asks":[${side('Sell')}]}`
}

/** All balances that are not zero, by account and asset; available: less holds, margin, losses. */
export function balancesLine(engine: Engine, assets: readonly (Asset | undefined)[]): string {
  const rows = engine.balances().map(({ account, assetId, balance, hold }) => {
    const { name, scale } = assets[assetId] ?? { name: '', scale: 0 }
    return (
      `{"account":${accountText(account)},"asset":"${name}",` +
      `"balance":"${formatMoney(balance, scale)}","hold":"${formatMoney(hold, scale)}",` +
      `"available":"${formatMoney(engine.available(account, assetId), scale)}"}`
    )
  })
  return `{"event":"Balances","balances":[${rows.join(',')}]}`
}

/** All open positions in perpetuals, by account and instrument. */
export function positionsLine(
  engine: Engine,
  instruments: readonly (ScriptInstrument | undefined)[],
): string {
  const rows = engine.positions().map(({ account, instrumentId, netQty, cost, markPrice }) => {
    const { definition, price, qty } = instruments[instrumentId] as ScriptInstrument
    return (
      `{"account":${accountText(account)},"symbol":"${definition.symbol}",` +
      `"netQty":"${qty.format(netQty)}",` +
      `"cost":"${formatMoney(cost, definition.quote.scale)}",` +
      `"markPrice":"${price.format(markPrice)}"}`
    )
  })
  return `{"event":"Positions","positions":[${rows.join(',')}]}`
}
