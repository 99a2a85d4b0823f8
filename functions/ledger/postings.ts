// Event batches -> transfers of the journal. A spot trade's two reports become one posting; deposits
// and withdrawals are posted from the client's balance change, EXTERNAL being the other side. What a
// perpetual moves beside fees is known from the balance changes of the command alone: realised
// results, insurance, deleveraging. A command may go on in the next part of its batch.

import type { ProjectedBatch } from '#adapters/postgres/index.ts'
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
import { addToRest, type CarriedCommand, openCommand } from './open-command.ts'

/**
 * Transfers and legs are numbered within their batch; a part begins where the one before it can never
 * come to: 4 MB are 8,700 trades of at most six legs, or 43,690 balance changes. So 2^31 is reached
 * by a batch of 32,768 parts, 128 GB.
 */
const NUMBERS_OF_A_PART = 65_536

/** A transfer and where it comes from. `transfer` and `firstLeg` count within the batch `seq`. */
export interface Posting {
  readonly kind: LedgerKind
  readonly legs: readonly Leg[]
  readonly seq: number
  /** The event message: fences the running balances. */
  readonly message: number
  readonly timeMs: number
  readonly transfer: number
  readonly firstLeg: number
  /** 0 = no trade. */
  readonly tradeID: number
  readonly transferRef: string | null
  readonly traceId: string
}

/** The engine's last word about one balance; `seq` is the number of its event message. */
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
  /** The command that goes on behind the last message. */
  readonly carried: CarriedCommand | null
}

/**
 * Folds the batches. `instruments` knows every instrument that trades in them; `carried` is the
 * command that the bulk before this one left open.
 */
export function foldLedger(
  batches: readonly ProjectedBatch[],
  instruments: ReadonlyMap<number, Instrument>,
  carried: CarriedCommand | null = null,
): LedgerFold {
  const postings: Posting[] = []
  const balances = new Map<string, EngineBalance>()
  let open = carried
  for (const batch of batches) {
    const { message, isLast, events } = batch
    const book = openBook(postings, batch)
    const halves = new Map<string, ExecutionReport>()
    let command = continued(batch, open)
    const settle = (): void => {
      const { isPerpetual, isTorn, rest, traceId } = command
      if (isPerpetual && !isTorn) book([postSettlement([...rest.values()])], traceId, 0, null)
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
          for (const { legs } of transfers) for (const leg of legs) addToRest(command, leg, -1n)
          book(transfers, event.traceId, event.tradeID, null)
        }
      } else if (event.type === 'BalanceChanged') {
        const { account, assetId, balance, hold } = event
        balances.set(`${account}:${assetId}`, { account, assetId, balance, hold, seq: message })
        if (event.reason !== 'Credit' && event.reason !== 'Debit') {
          addToRest(command, { account, assetId, amount: event.delta }, 1n)
        }
        if (!isExternalMovement(event)) continue
        const transfer = postExternal(account, assetId, event.delta)
        book([transfer], event.traceId, 0, event.transferId === '' ? null : event.transferId)
      }
    }
    if (isLast) settle()
    open = isLast ? null : { message, command }
    assert(halves.size === 0, 'both sides of a trade stand in one event message')
  }
  return { postings, balances: [...balances.values()], carried: open }
}

/** The command in which a message begins. */
function continued({ part, message, events }: ProjectedBatch, open: CarriedCommand | null) {
  if (part === 0) return openCommand()
  if (open !== null && open.message === message - 1) return open.command
  return openCommand(events[0]?.cmdIndex, '', true)
}

/** Numbers the transfers and legs of one message. */
function openBook(postings: Posting[], { seq, message, part, timestampNs }: ProjectedBatch) {
  const timeMs = Number(timestampNs / 1_000_000n)
  let transfer = part * NUMBERS_OF_A_PART
  let firstLeg = part * NUMBERS_OF_A_PART
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
        message,
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
