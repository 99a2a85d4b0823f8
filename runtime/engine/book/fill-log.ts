// What one match did, in order: the matcher writes it, the stage after it (settlement and reports)
// reads it. Preallocated, grows when a sweep is longer than any before.

/** A trade at the maker's price. */
export const FILL_TRADE = 0
/** Self-trade prevention ended the maker; the taker went on. */
export const FILL_MAKER_EXPIRED = 1
/** Self-trade prevention took the same quantity from both without a trade. */
export const FILL_DECREMENTED = 2
/** Self-trade prevention ended the taker here; the maker's fate, if any, is the next entry. */
export const FILL_TAKER_EXPIRED = 3

/** Entries of the last match. `maker` stays a valid handle until it is released by the reader. */
export class FillLog {
  count = 0
  kind = new Uint8Array(0)
  maker = new Int32Array(0)
  qty = new Float64Array(0)

  constructor(capacity: number) {
    this.kind = new Uint8Array(capacity)
    this.maker = new Int32Array(capacity)
    this.qty = new Float64Array(capacity)
  }

  push(kind: number, maker: number, qty: number): void {
    const at = this.count
    if (at === this.kind.length) this.#grow()
    this.kind[at] = kind
    this.maker[at] = maker
    this.qty[at] = qty
    this.count = at + 1
  }

  #grow(): void {
    const capacity = this.kind.length * 2 + 1
    const kind = new Uint8Array(capacity)
    const maker = new Int32Array(capacity)
    const qty = new Float64Array(capacity)
    kind.set(this.kind)
    maker.set(this.maker)
    qty.set(this.qty)
    this.kind = kind
    this.maker = maker
    this.qty = qty
  }
}
