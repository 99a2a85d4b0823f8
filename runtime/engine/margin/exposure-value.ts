// What positions and open orders of a perpetual are worth, and the margin on it. Found anew whenever
// somebody asks, so that a mark can move without a walk over all accounts. A value that leaves 64
// bits counts as the largest one: nobody has margin for it.

import type { EngineState } from '../engine-state.ts'
import type { InstrumentState } from '../instruments/instrument-state.ts'
import { Int64 } from '../money/int64.ts'
import { notionalOf } from '../risk/notional.ts'
import { MARGIN } from './margins.ts'

const atMark = new Int64()
const long = new Int64()
const short = new Int64()
const held = new Int64()

/** Lots held and open, as a record has them or as they would be. */
export class Exposure {
  netQty = 0.5
  buyQty = 0.5
  sellQty = 0.5
  readonly buyNotional = new Int64()
  readonly sellNotional = new Int64()

  setZero(): void {
    this.netQty = 0
    this.buyQty = 0
    this.sellQty = 0
    this.buyNotional.setZero()
    this.sellNotional.setZero()
  }

  load(s: EngineState, margin: number): void {
    const { margins } = s
    this.netQty = margins.getNumber(margin, MARGIN.netQty)
    this.buyQty = margins.getNumber(margin, MARGIN.openBuyQty)
    this.sellQty = margins.getNumber(margin, MARGIN.openSellQty)
    margins.load(margin, MARGIN.openBuyNotional, this.buyNotional)
    margins.load(margin, MARGIN.openSellNotional, this.sellNotional)
  }

  /** Adds an open order. */
  add(isBuy: boolean, qty: number, notional: Int64): void {
    if (isBuy) {
      this.buyQty += qty
      this.buyNotional.add(notional)
    } else {
      this.sellQty += qty
      this.sellNotional.add(notional)
    }
  }

  /** Takes an open order out. */
  remove(isBuy: boolean, qty: number, notional: Int64): void {
    if (isBuy) {
      this.buyQty -= qty
      this.buyNotional.subtract(notional)
    } else {
      this.sellQty -= qty
      this.sellNotional.subtract(notional)
    }
  }
}

/** The mark price, or the last trade's before there is one; 0 before either. */
export function markOf(instrument: InstrumentState): number {
  return instrument.markPrice === 0 ? instrument.lastPrice : instrument.markPrice
}

/** Lots (not negative) at the mark. */
export function valueAt(instrument: InstrumentState, lots: number, out: Int64): void {
  notionalOf(instrument, markOf(instrument), lots, out)
  out.clamp()
}

/** What closing the position at the mark would realise. */
export function loadUnrealized(
  s: EngineState,
  instrument: InstrumentState,
  margin: number,
  out: Int64,
): void {
  const netQty = s.margins.getNumber(margin, MARGIN.netQty)
  valueAt(instrument, Math.abs(netQty), out)
  if (netQty < 0) out.negate()
  s.margins.load(margin, MARGIN.cost, held)
  out.subtract(held)
}

/** Maintenance margin of a position. */
export function loadMaintenance(
  s: EngineState,
  instrument: InstrumentState,
  margin: number,
  out: Int64,
): void {
  valueAt(instrument, Math.abs(s.margins.getNumber(margin, MARGIN.netQty)), atMark)
  out.setFee(atMark, instrument.maintenanceMarginPpm, 0)
}

/** Initial margin on the worse of (position + open buys) and (position - open sells). */
export function loadInitialMargin(
  instrument: InstrumentState,
  exposure: Exposure,
  out: Int64,
): void {
  const { netQty, buyQty, sellQty, buyNotional, sellNotional } = exposure
  loadSide(instrument, netQty, buyQty, buyNotional, long)
  loadSide(instrument, -netQty, sellQty, sellNotional, short)
  out.setFee(long.isBelow(short) ? short : long, instrument.initialMarginPpm, 0)
}

/** What is held if all open orders of a side fill, at the worse of their prices and the mark. */
function loadSide(
  instrument: InstrumentState,
  heldQty: number,
  openQty: number,
  notional: Int64,
  out: Int64,
): void {
  out.set(notional)
  out.clamp()
  valueAt(instrument, openQty, atMark)
  if (out.isBelow(atMark)) out.set(atMark)
  if (heldQty >= 0) {
    valueAt(instrument, heldQty, held)
    out.add(held)
    out.clamp()
  } else if (heldQty + openQty <= 0) out.setZero()
  else if (out.scale(heldQty + openQty, openQty)) out.addSmall(1)
}
