// The order ticket.

import { signal, useSignalEffect } from '@preact/signals'
import type { JSX } from 'preact'
import { formatAmount, parseAmount } from '#contracts/decimal.ts'
import { balances, instrument, login, pickedPrice, place, say } from './session.ts'

type Kind = 'Limit' | 'Market' | 'PostOnly'

const side = signal<'Buy' | 'Sell'>('Buy')
const kind = signal<Kind>('Limit')
const timeInForce = signal('GTC')
const price = signal('')
const qty = signal('')
const busy = signal(false)

/** Decimals in which the total is computed: those of price and quantity together. */
const PRICE_SCALE = 8
const QTY_SCALE = 8

export function Ticket(): JSX.Element {
  useSignalEffect(() => {
    if (pickedPrice.value !== '') price.value = pickedPrice.value
  })
  const i = instrument.value
  return (
    <form class="ticket" onSubmit={submit}>
      <div class="sides">
        <SideButton name="Buy" />
        <SideButton name="Sell" />
      </div>
      <div class="kinds">
        {(['Limit', 'Market', 'PostOnly'] as const).map((k) => (
          <button
            key={k}
            type="button"
            aria-pressed={kind.value === k}
            onClick={() => {
              kind.value = k
            }}
          >
            {k === 'PostOnly' ? 'Post only' : k}
          </button>
        ))}
      </div>
      {kind.value !== 'Market' && (
        <Field label="Price" unit={i?.quoteAsset ?? ''} value={price} name="price" />
      )}
      <Field label="Quantity" unit={i?.baseAsset ?? ''} value={qty} name="qty" />
      {kind.value === 'Limit' && (
        <label class="field">
          <span>Time in force</span>
          <select
            value={timeInForce.value}
            onChange={(e) => {
              timeInForce.value = e.currentTarget.value
            }}
          >
            <option value="GTC">Good till cancel</option>
            <option value="IOC">Immediate or cancel</option>
            <option value="FOK">Fill or kill</option>
          </select>
        </label>
      )}
      <p class="line">
        <span>Total</span>
        <b>
          {total()} {i?.quoteAsset}
        </b>
      </p>
      <p class="line">
        <span>Available</span>
        <b>{available()}</b>
      </p>
      <button
        type="submit"
        class={side.value === 'Buy' ? 'submit buy' : 'submit sell'}
        disabled={login.value === null || busy.value}
      >
        {login.value === null ? 'Sign in to trade' : `${side.value} ${i?.baseAsset ?? ''}`}
      </button>
    </form>
  )
}

function SideButton({ name }: { name: 'Buy' | 'Sell' }): JSX.Element {
  return (
    <button
      type="button"
      class={name.toLowerCase()}
      aria-pressed={side.value === name}
      onClick={() => {
        side.value = name
      }}
    >
      {name}
    </button>
  )
}

function Field(props: {
  label: string
  unit: string
  name: string
  value: { value: string }
}): JSX.Element {
  return (
    <label class="field">
      <span>{props.label}</span>
      <input
        name={props.name}
        inputMode="decimal"
        autocomplete="off"
        placeholder="0"
        value={props.value.value}
        onInput={(e) => {
          props.value.value = e.currentTarget.value.trim()
        }}
      />
      <small>{props.unit}</small>
    </label>
  )
}

function submit(event: Event): void {
  event.preventDefault()
  busy.value = true
  const limit = kind.value !== 'Market'
  const order = {
    side: side.value,
    ordType: limit ? 'Limit' : 'Market',
    orderQty: qty.value,
    ...(limit ? { price: price.value } : {}),
    ...(kind.value === 'Limit' ? { timeInForce: timeInForce.value } : {}),
    ...(kind.value === 'PostOnly' ? { postOnly: true } : {}),
  }
  place(order)
    .catch(say)
    .finally(() => {
      busy.value = false
    })
}

function total(): string {
  if (kind.value === 'Market') return 'at market'
  try {
    const ticks = parseAmount(price.value, PRICE_SCALE, 'price')
    const lots = parseAmount(qty.value, QTY_SCALE, 'qty')
    return formatAmount(ticks * lots, PRICE_SCALE + QTY_SCALE)
  } catch {
    return '–'
  }
}

function available(): string {
  const asset = side.value === 'Buy' ? instrument.value?.quoteAsset : instrument.value?.baseAsset
  const balance = balances.value.get(asset ?? '')
  return balance === undefined ? '–' : `${balance.available} ${balance.asset}`
}
