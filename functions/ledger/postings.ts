// Event batches -> transfers of the journal. A spot trade's two reports become one posting; deposits
// and withdrawals are posted from the client's balance change, EXTERNAL being the other side. What a
// perpetual moves beside fees is known from the balance changes of the command alone: realised
// results, insurance, deleveraging.

import type { ProjectionBulk } from '#adapters/postgres/index.ts'
import { EXTERNAL_ACCOUNT } from '#domain/accounts.ts'
import { assert } from '#domain/assert.ts'
import type { BalanceChanged, ExecutionReport } from '#domain/event.ts'
import type { Instrument } from '#domain/instrument.ts'
import {
  type LedgerKind,
  type LedgerTransfer,
  type Leg,
  postExternal,
  postFees,
  postSettlement,
  postTrade,
} from '#domain/ledger-entry.ts'

/** A transfer and where it comes from. `transfer` and `firstLeg` count within the batch `seq`. */
export interface Posting {
  readonly kind: LedgerKind
  readonly legs: readonly Leg[]
  readonly seq: number
  readonly timeMs: number
  readonly transfer: number
  readonly firstLeg: number
  /** 0 = no trade. */
  readonly tradeID: number
  readonly transferRef: string | null
  readonly traceId: string
}

/** The engine's last word about one balance. */
export interface EngineBalance {
  readonly account: number
  readonly assetId: number
  readonly balance: bigint
  readonly hold: bigint
  readonly seq: number
}

/** What a bulk comes to. */
export interface LedgerFold {
  readonly postings: readonly Posting[]
  readonly balances: readonly EngineBalance[]
}

/** Folds the batches. `instruments` knows every instrument that trades in them. */
export function foldLedger(
  batches: ProjectionBulk['batches'],
  instruments: ReadonlyMap<number, Instrument>,
): LedgerFold {
  const postings: Posting[] = []
  const balances = new Map<string, EngineBalance>()
  for (const { seq, timestampNs, events } of batches) {
    const book = openBook(postings, seq, Number(timestampNs / 1_000_000n))
    const halves = new Map<string, ExecutionReport>()
    let command = openCommand()
    const settle = (): void => {
      if (command.isPerpetual) book([postSettlement(restOf(command))], command.traceId, 0, null)
    }
    for (const event of events) {
      if (event.cmdIndex !== command.cmdIndex) {
        settle()
        command = openCommand(event.cmdIndex, event.traceId)
      }
      if (event.type === 'PositionChanged' || event.type === 'Liquidated')
        command.isPerpetual = true
      if (event.type === 'ExecutionReport') {
        if (event.execType !== 'Trade') continue
        const key = `${event.instrumentId}:${event.tradeID}`
        const other = halves.get(key)
        if (other === undefined) halves.set(key, event)
        else {
          halves.delete(key)
          const transfers = tradeTransfers(event, other, instruments)
          for (const { legs } of transfers) for (const leg of legs) add(command, leg, -1n)
          book(transfers, event.traceId, event.tradeID, null)
        }
      } else if (event.type === 'BalanceChanged') {
        const { account, assetId, balance, hold } = event
        balances.set(`${account}:${assetId}`, { account, assetId, balance, hold, seq })
        if (event.reason !== 'Credit' && event.reason !== 'Debit') {
          add(command, { account, assetId, amount: event.delta }, 1n)
        }
        if (!isExternalMovement(event)) continue
        const transfer = postExternal(account, assetId, event.delta)
        book([transfer], event.traceId, 0, event.transferId === '' ? null : event.transferId)
      }
    }
    settle()
    assert(halves.size === 0, 'both sides of a trade stand in one event batch')
  }
  return { postings, balances: [...balances.values()] }
}

/** What the balance changes of a command say beyond what its trades have posted. */
interface CommandRest {
  readonly cmdIndex: number
  readonly traceId: string
  readonly rest: Map<string, { readonly account: number; readonly assetId: number; amount: bigint }>
  isPerpetual: boolean
}

function openCommand(cmdIndex = -1, traceId = ''): CommandRest {
  return { cmdIndex, traceId, rest: new Map(), isPerpetual: false }
}

function add({ rest }: CommandRest, { account, assetId, amount }: Leg, sign: 1n | -1n): void {
  const key = `${account}:${assetId}`
  const known = rest.get(key)
  if (known === undefined) rest.set(key, { account, assetId, amount: amount * sign })
  else known.amount += amount * sign
}

function restOf({ rest }: CommandRest): Leg[] {
  return [...rest.values()]
}

/** Numbers the transfers and legs of one batch. */
function openBook(postings: Posting[], seq: number, timeMs: number) {
  let transfer = 0
  let firstLeg = 0
  return (
    transfers: readonly LedgerTransfer[],
    traceId: string,
    tradeID: number,
    transferRef: string | null,
  ) => {
    for (const { kind, legs } of transfers) {
      if (legs.length === 0) continue
      postings.push({
        kind,
        legs,
        seq,
        timeMs,
        transfer,
        firstLeg,
        tradeID,
        transferRef,
        traceId,
      })
      transfer += 1
      firstLeg += legs.length
    }
  }
}

function tradeTransfers(
  a: ExecutionReport,
  b: ExecutionReport,
  instruments: ReadonlyMap<number, Instrument>,
): LedgerTransfer[] {
  const instrument = instruments.get(a.instrumentId)
  assert(instrument !== undefined, 'an instrument is listed before it trades')
  const [buy, sell] = a.side === 'Buy' ? [a, b] : [b, a]
  assert(buy.side === 'Buy' && sell.side === 'Sell', 'a trade has a buyer and a seller')
  assert(
    buy.lastQty === sell.lastQty && buy.lastNotional === sell.lastNotional,
    'both sides of a trade report the same quantity and notional',
  )
  const buyer = { account: buy.account, fee: buy.fee }
  const seller = { account: sell.account, fee: sell.fee }
  if (instrument.kind !== 'Spot') return postFees([buyer, seller], instrument.quote.assetId)
  return postTrade({
    buyer,
    seller,
    baseAssetId: instrument.base.assetId,
    quoteAssetId: instrument.quote.assetId,
    baseAmount: BigInt(buy.lastQty) * instrument.lotBaseMinor,
    notional: buy.lastNotional,
  })
}

/** The engine tells both sides of a transfer; the outside's is the other leg of the client's. */
function isExternalMovement({ account, reason, duplicate, delta }: BalanceChanged): boolean {
  if (reason !== 'Credit' && reason !== 'Debit') return false
  return !duplicate && delta !== 0n && account !== EXTERNAL_ACCOUNT
}
