// The bar on top: which market, how it stands, who is signed in.

import type { JSX } from 'preact'
import { decimalsOf, grouped } from './format.ts'
import {
  chooseSymbol,
  connected,
  instrument,
  instruments,
  login,
  say,
  signOut,
  symbol,
  ticker,
} from './session.ts'

export function Header(): JSX.Element {
  const t = ticker.value
  const places = decimalsOf(instrument.value?.tickSize)
  const change = t?.change24hPct ?? null
  const figure = (text: string | null | undefined, decimals?: number): string =>
    text === null || text === undefined ? '–' : grouped(text, decimals)
  return (
    <header>
      <h1>
        Trade<b>Engine</b>
      </h1>
      <select
        aria-label="Market"
        value={symbol.value}
        onChange={(e) => void chooseSymbol(e.currentTarget.value).catch(say)}
      >
        {instruments.value.map((i) => (
          <option key={i.symbol} value={i.symbol}>
            {i.symbol}
          </option>
        ))}
      </select>
      <strong class="last" data-testid="last-price">
        {figure(t?.last, places)}
      </strong>
      <dl>
        <Stat
          name="24h change"
          value={change === null ? '–' : `${change} %`}
          tone={toneOf(change)}
        />
        <Stat name="24h high" value={figure(t?.high24h, places)} />
        <Stat name="24h low" value={figure(t?.low24h, places)} />
        <Stat
          name={`24h volume ${instrument.value?.baseAsset ?? ''}`}
          value={figure(t?.volume24h, 2)}
        />
      </dl>
      <span class="spacer" />
      <span class={connected.value ? 'link up' : 'link'} title="WebSocket">
        {connected.value ? 'live' : 'connecting'}
      </span>
      {login.value !== null && (
        <button type="button" class="quiet" onClick={signOut} title={login.value.email}>
          Sign out
        </button>
      )}
    </header>
  )
}

function Stat(props: { name: string; value: string; tone?: string }): JSX.Element {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd class={props.tone ?? ''}>{props.value}</dd>
    </div>
  )
}

function toneOf(change: string | null): string {
  if (change === null || Number(change) === 0) return ''
  return change.startsWith('-') ? 'down' : 'up'
}
