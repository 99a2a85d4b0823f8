// The book around the touch; a click on a price puts it into the ticket.

import type { JSX } from 'preact'
import { asks, bids, type LadderRow } from './book.ts'
import { decimalsOf, grouped, shortQty } from './format.ts'
import { instrument, pickedPrice } from './session.ts'

export function Ladder(): JSX.Element {
  const places = decimalsOf(instrument.value?.tickSize)
  const best = { bid: bids.value[0]?.price, ask: asks.value[0]?.price }
  const spread =
    best.bid === undefined || best.ask === undefined
      ? '–'
      : (Number(best.ask) - Number(best.bid)).toFixed(places)
  return (
    <>
      <h2>
        Order book <small>{instrument.value?.quoteAsset}</small>
      </h2>
      <div class="ladder" data-testid="ladder">
        <Side rows={[...asks.value].reverse()} tone="ask" places={places} />
        <p class="spread">
          spread <b>{spread}</b>
        </p>
        <Side rows={bids.value} tone="bid" places={places} />
      </div>
    </>
  )
}

function Side(props: { rows: readonly LadderRow[]; tone: string; places: number }): JSX.Element {
  return (
    <ol class={props.tone}>
      {props.rows.map((row) => (
        <li key={row.price}>
          <button
            type="button"
            style={{ '--depth': `${(row.depth * 100).toFixed(1)}%` }}
            title={`${row.qty} at ${row.price}`}
            onClick={() => {
              pickedPrice.value = row.price
            }}
          >
            <span class="price">{grouped(row.price, props.places)}</span>
            <span class="qty">{shortQty(row.qty)}</span>
          </button>
        </li>
      ))}
    </ol>
  )
}
