// One listed instrument as the engine trades it: its definition, the same in plain numbers for the
// hot path, its book, and what trading changes.

import { type Instrument, TRADING_STATES, VOLATILITY_ACTIONS } from '#domain/instrument.ts'
import { STP_MODES } from '#domain/order.ts'
import { AuctionPrice, AuctionWalk } from '../auction/auction-price.ts'
import { Book, type BookMemory } from '../book/book.ts'
import { Int64 } from '../money/int64.ts'
import type { Triggers } from '../triggers/triggers.ts'

export const STATE_AUCTION = TRADING_STATES.indexOf('Auction')
export const STATE_OPEN = TRADING_STATES.indexOf('Open')
export const STATE_CLOSED = TRADING_STATES.indexOf('Closed')
export const GUARD_AUCTION = VOLATILITY_ACTIONS.indexOf('Auction')

/** Owns a book. `definition` is replaced as a whole when a setting changes; the numbers follow it. */
export class InstrumentState {
  readonly id: number
  readonly baseAssetId: number
  readonly quoteAssetId: number
  /** Quote minor units of one lot at one tick; base minor units of one lot. */
  readonly notionalFactor: number
  readonly lotBaseMinor: number
  readonly minQty: number
  readonly maxQty: number
  readonly minNotional = new Int64()
  readonly maxNotional = new Int64()
  /** The same as numbers, rounded beyond 2^53. */
  readonly minNotionalNumber: number
  readonly maxNotionalNumber: number
  readonly book: Book
  /** Where the fees of this instrument's trades go. */
  readonly feeBalance: number
  /** The other side of what a perpetual's positions realise; spot has none. */
  readonly clearingBalance: number
  readonly isPerpetual: boolean
  initialMarginPpm = 0
  maintenanceMarginPpm = 0
  /** In ticks; 0 = none was set. */
  markPrice = 0
  /** Lots that are long, all accounts together; as many are short. */
  openInterest = 0
  definition: Instrument
  priceBandPpm = 0
  makerFeePpm = 0
  takerFeePpm = 0
  maxPosition = 0
  maxOpenOrders = 0
  tradingState = 0
  defaultStpMode = 0
  /** Bit m: mode m is allowed. */
  allowedStpModes = 0
  /** Price of the last trade in ticks, 0 before the first: the reference of the price band. */
  lastPrice = 0
  lastTradeID = 0
  /** Parts per million; 0 = no volatility guard. */
  guardBandPpm = 0
  guardAction = 0
  /** The guard's reference, and the command that it is for. */
  guardReference = 0
  guardCommand = -1
  /** In an auction: what AuctionIndication said last, and whether the book has changed since. */
  readonly indicated = new AuctionPrice()
  readonly walk = new AuctionWalk()
  isIndicationStale = false
  /** Whether an order that is good for the auction may rest. */
  hasGoodForAuction = false
  /** What waits here; undefined while nothing ever has. */
  triggers: Triggers | undefined = undefined
  /** Whether accounts have records of what they have open here: see risk/exposure.ts. */
  keepsPositions = false
  /** Whether plain orders take the short way: see orders/plain-order.ts. */
  isPlain = false
  #positions = 0

  constructor(
    definition: Instrument,
    memory: BookMemory,
    feeBalance: number,
    clearingBalance: number,
  ) {
    this.id = definition.instrumentId
    this.baseAssetId = definition.base.assetId
    this.quoteAssetId = definition.quote.assetId
    this.notionalFactor = Number(definition.notionalFactor)
    this.lotBaseMinor = Number(definition.lotBaseMinor)
    this.minQty = definition.minQty
    this.maxQty = definition.maxQty
    this.minNotional.setBigInt(definition.minNotional)
    this.maxNotional.setBigInt(definition.maxNotional)
    this.minNotionalNumber = Number(definition.minNotional)
    this.maxNotionalNumber = Number(definition.maxNotional)
    this.book = new Book(memory)
    this.feeBalance = feeBalance
    this.clearingBalance = clearingBalance
    this.isPerpetual = definition.kind === 'LinearPerpetual'
    this.definition = definition
    this.define(definition)
  }

  /** Takes changed settings. */
  define(definition: Instrument): void {
    this.definition = freeze(definition)
    this.priceBandPpm = definition.priceBandPpm
    this.makerFeePpm = definition.makerFeePpm
    this.takerFeePpm = definition.takerFeePpm
    this.initialMarginPpm = definition.initialMarginPpm
    this.maintenanceMarginPpm = definition.maintenanceMarginPpm
    this.maxPosition = definition.maxPosition
    this.maxOpenOrders = definition.maxOpenOrders
    this.tradingState = TRADING_STATES.indexOf(definition.tradingState)
    this.isPlain = this.tradingState === STATE_OPEN && !this.isPerpetual
    this.#decidePositions()
    this.defaultStpMode = (STP_MODES as readonly string[]).indexOf(definition.defaultStpMode)
    this.guardBandPpm = definition.volatilityGuard?.bandPpm ?? 0
    this.guardAction = VOLATILITY_ACTIONS.indexOf(definition.volatilityGuard?.action ?? 'EndSweep')
    this.allowedStpModes = 0
    for (const mode of definition.allowedStpModes) {
      this.allowedStpModes |= 1 << (STP_MODES as readonly string[]).indexOf(mode)
    }
  }

  /** An account has a record here, and will go on having it. */
  addPosition(): void {
    this.#positions += 1
    this.#decidePositions()
  }

  /** A function of the definition and the records alone, so that a restored engine decides alike. */
  #decidePositions(): void {
    this.keepsPositions =
      this.definition.kind !== 'Spot' ||
      this.maxPosition > 0 ||
      this.maxOpenOrders > 0 ||
      this.#positions > 0
  }
}

/** It is handed out as it is, in events and to whoever asks (hazard A11). */
function freeze(definition: Instrument): Instrument {
  const { base, quote, allowedStpModes, volatilityGuard } = definition
  for (const part of [base, quote, allowedStpModes, volatilityGuard]) Object.freeze(part)
  return Object.freeze(definition)
}
