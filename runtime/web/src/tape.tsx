// The latest trades, newest on top.

import type { JSX } from 'preact'
import { clockTime, decimalsOf, grouped, shortQty } from './format.ts'
import { instrument, trades } from './session.ts'

export function Tape(): JSX.Element {
  const places = decimalsOf(instrument.value?.tickSize)
  return (
    <>
      <h2>Trades</h2>
      <ol class="tape" data-testid="tape">
        {trades.value.map((t) => (
          <li key={t.tradeID}>
            <span class={t.side === 'Buy' ? 'price up' : 'price down'}>
              {grouped(t.price, places)}
            </span>
            <span class="qty" title={t.qty}>
              {shortQty(t.qty)}
            </span>
            <time>{clockTime(t.timestampMs)}</time>
          </li>
        ))}
        {trades.value.length === 0 && <li class="empty">No trades yet</li>}
      </ol>
    </>
  )
}
