// AuctionIndication: what an uncross would do now, told at the end of every command that changed it.
// A command marks the auctions whose book it touches; the last thing in it is to look at these again.
// What was told last is what the book gave last, so a snapshot need not carry it.

import { ORDER } from '../book/order-pool.ts'
import type { EngineState } from '../engine-state.ts'
import { type InstrumentState, STATE_AUCTION } from '../instruments/instrument-state.ts'
import { traceToText } from '../words.ts'
import { AuctionPrice, followAuctionPrice } from './auction-price.ts'

const now = new AuctionPrice()

/** To be called when what an order has open in a book changes; one comparison outside of auctions. */
export function noteBookChange(
  s: EngineState,
  instrument: InstrumentState,
  order: number,
  change: number,
): void {
  if (instrument.tradingState !== STATE_AUCTION) return
  instrument.walk.count(s.memory.orders.f64[order * ORDER.doubles + ORDER.key] as number, change)
  noteAuction(s, instrument)
}

/** To be called when an auction begins. */
export function noteAuction(s: EngineState, instrument: InstrumentState): void {
  if (instrument.isIndicationStale) return
  instrument.isIndicationStale = true
  s.staleAuctions.push(instrument)
}

/** Ends a command: one event for each auction whose indication changed, by instrument. */
export function reportIndications(s: EngineState): void {
  const { staleAuctions } = s
  if (staleAuctions.length > 1) staleAuctions.sort((a, b) => a.id - b.id)
  for (const instrument of staleAuctions) {
    instrument.isIndicationStale = false
    if (instrument.tradingState !== STATE_AUCTION) continue
    followAuctionPrice(instrument.book, instrument.walk, instrument.lastPrice, now)
    if (now.equals(instrument.indicated)) continue
    instrument.indicated.set(now.price, now.qty, now.surplus)
    s.sink.rare({
      type: 'AuctionIndication',
      cmdIndex: s.cmdIndex,
      account: 0,
      traceId: traceToText(s.traceId),
      instrumentId: instrument.id,
      indicativePrice: now.price,
      indicativeQty: now.qty,
      surplusQty: Math.abs(now.surplus),
      surplusSide: now.surplus > 0 ? 'Buy' : now.surplus < 0 ? 'Sell' : null,
    })
  }
  staleAuctions.length = 0
}

/** After a snapshot: what was told last; whether GFA orders have come is for a walk to find out. */
export function restoreIndication(instrument: InstrumentState): void {
  if (instrument.tradingState !== STATE_AUCTION) return
  followAuctionPrice(instrument.book, instrument.walk, instrument.lastPrice, instrument.indicated)
  instrument.hasGoodForAuction = true
}
