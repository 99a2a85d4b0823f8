// What an event that is seldom says beside its name, account, time and trace: one row a field, in
// the order in which the fields stand in the line.

import { formatMoney, StepDecimal } from '#contracts/decimal-steps.ts'
import type { RareEvent } from '#domain/event.ts'
import type { Asset, Instrument } from '#domain/instrument.ts'
import type { ScriptInstrument } from './driver-names.ts'

type Kind = 'plain' | 'px' | 'qty' | 'money'
type Rows = readonly (readonly [field: string, kind: Kind])[]
type Known = readonly (ScriptInstrument | undefined)[]
type Assets = readonly (Asset | undefined)[]

/** `symbol` and `asset` come first where an event has them; money is of that asset, or the quote. */
const BODIES: { readonly [Type in Exclude<RareEvent['type'], 'InstrumentChanged'>]: Rows } = {
  AccountChanged: [
    ['killSwitch', 'plain'],
    ['maxOpenOrders', 'plain'],
    ['makerFeePpm', 'plain'],
    ['takerFeePpm', 'plain'],
    ['maxPositions', 'plain'],
    ['maxOrdersPerSecond', 'plain'],
    ['deadManTimeoutMs', 'plain'],
  ],
  VenueChanged: [['killSwitch', 'plain']],
  MassCanceled: [
    ['side', 'plain'],
    ['clOrdID', 'plain'],
    ['canceledCount', 'plain'],
  ],
  CommandRejected: [
    ['command', 'plain'],
    ['rejectReason', 'plain'],
    ['transferId', 'plain'],
  ],
  PositionChanged: [
    ['netQty', 'qty'],
    ['cost', 'money'],
    ['realizedPnl', 'money'],
    ['reason', 'plain'],
  ],
  MarkChanged: [['price', 'px']],
  AuctionIndication: [
    ['indicativePrice', 'px'],
    ['indicativeQty', 'qty'],
    ['surplusQty', 'qty'],
    ['surplusSide', 'plain'],
  ],
  StopElected: [
    ['orderID', 'plain'],
    ['clOrdID', 'plain'],
    ['stopPx', 'px'],
    ['lastPx', 'px'],
  ],
  DeadManFired: [['canceledCount', 'plain']],
  Liquidated: [
    ['equityBefore', 'money'],
    ['maintenanceBefore', 'money'],
    ['canceledCount', 'plain'],
    ['insurancePaid', 'money'],
    ['deleveragedQty', 'plain'],
  ],
  StateHash: [['hash', 'plain']],
}
const PLAIN = new StepDecimal('1')

/** The body of an event, starting with a comma unless it is empty. */
export function bodyOf(event: RareEvent, known: Known, assets: Assets): string {
  if (event.type === 'InstrumentChanged') return instrumentBody(event.instrument)
  const values = event as unknown as Record<string, unknown>
  const instrument = known[Number(values['instrumentId'])]
  const asset = assets[Number(values['assetId'])] ?? instrument?.definition.quote
  let text = 'instrumentId' in values ? `,"symbol":"${instrument?.definition.symbol ?? ''}"` : ''
  if ('assetId' in values) text += `,"asset":"${asset?.name ?? ''}"`
  for (const [field, kind] of BODIES[event.type]) {
    if (values[field] === undefined) continue
    text += `,"${field}":${valueText(values[field], kind, instrument, asset, known)}`
  }
  return text
}

function valueText(
  value: unknown,
  kind: Kind,
  instrument: ScriptInstrument | undefined,
  asset: Asset | undefined,
  known: Known,
): string {
  switch (kind) {
    case 'px':
      return `"${(instrument?.price ?? PLAIN).format(value as number)}"`
    case 'qty':
      return `"${(instrument?.qty ?? PLAIN).format(value as number)}"`
    case 'money':
      return `"${formatMoney(value as bigint, asset?.scale ?? 0)}"`
    case 'plain':
      return Array.isArray(value) ? limitsText(value, known) : JSON.stringify(value)
  }
}

/** Limits of position by instrument. */
function limitsText(
  limits: readonly { readonly instrumentId: number; readonly lots: number }[],
  known: Known,
): string {
  const rows = limits.map(({ instrumentId, lots }) => {
    const instrument = known[instrumentId]
    const qty = (instrument?.qty ?? PLAIN).format(lots)
    return `{"symbol":"${instrument?.definition.symbol ?? ''}","maxPosition":"${qty}"}`
  })
  return `[${rows.join(',')}]`
}

function instrumentBody(definition: Instrument): string {
  const { base, quote, minNotional, maxNotional, notionalFactor, lotBaseMinor, ...rest } =
    definition
  const lots = new StepDecimal(definition.lotSize)
  const body = JSON.stringify({
    ...rest,
    baseAsset: base.name,
    quoteAsset: quote.name,
    baseScale: base.scale,
    quoteScale: quote.scale,
    minQty: lots.format(definition.minQty),
    maxQty: lots.format(definition.maxQty),
    maxPosition: lots.format(definition.maxPosition),
    minNotional: formatMoney(minNotional, quote.scale),
    maxNotional: formatMoney(maxNotional, quote.scale),
    notionalFactor: notionalFactor.toString(),
    lotBaseMinor: lotBaseMinor.toString(),
  })
  return `,${body.slice(1, -1)}`
}
