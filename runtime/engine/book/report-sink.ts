// Reports of a book driven alone, encoded into one preallocated buffer: 48 bytes a report, side by
// side, so that writing one touches one or two cache lines. No objects.

/** The type of the only report that names two orders. */
const TRADE = 1
/** Doubles of one report. */
const DOUBLES = 6
/** type + 16 * side */
const HEAD = 0
const SEQ = 1
const ID = 2
const PRICE = 3
const QTY = 4
/** Of a trade; else what an older report has left. */
const TAKER_ID = 5
const SIDE_SHIFT = 4
const SIDE_UNIT = 1 << SIDE_SHIFT

/** A ring of reports; when it is full the next report takes the place of the oldest. */
export class ReportSink {
  readonly #f64: Float64Array = new Float64Array(0)
  readonly #capacity: number = 0
  readonly #end: number = 0
  /** Where the next report begins. */
  #at = 0
  /** Reports of the rounds before this one. */
  #before = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#end = capacity * DOUBLES
    this.#f64 = new Float64Array(capacity * DOUBLES)
  }

  /** Reports since the last reset. */
  get count(): number {
    return this.#before + this.#at / DOUBLES
  }

  /** Writes a report of one order. */
  push(type: number, seq: number, side: number, id: number, price: number, qty: number): void {
    const f64 = this.#f64
    const at = this.#at
    f64[at] = type | (side << SIDE_SHIFT)
    f64[(at + SEQ) | 0] = seq
    f64[(at + ID) | 0] = id
    f64[(at + PRICE) | 0] = price
    f64[(at + QTY) | 0] = qty
    const next = (at + DOUBLES) | 0
    if (next === this.#end) this.#startOver()
    else this.#at = next
  }

  /** Writes a trade: a report of two orders. */
  pushTrade(seq: number, makerId: number, price: number, qty: number, takerId: number): void {
    this.#f64[(this.#at + TAKER_ID) | 0] = takerId
    this.push(TRADE, seq, 0, makerId, price, qty)
  }

  /** The fields of report `i`, counted from the last reset; those of the last `capacity` are kept. */
  type(i: number): number {
    return this.#read(i, HEAD) % SIDE_UNIT
  }

  side(i: number): number {
    return Math.floor(this.#read(i, HEAD) / SIDE_UNIT)
  }

  seq(i: number): number {
    return this.#read(i, SEQ)
  }

  id(i: number): number {
    return this.#read(i, ID)
  }

  price(i: number): number {
    return this.#read(i, PRICE)
  }

  qty(i: number): number {
    return this.#read(i, QTY)
  }

  takerId(i: number): number {
    return this.type(i) === TRADE ? this.#read(i, TAKER_ID) : 0
  }

  reset(): void {
    this.#before = 0
    this.#at = 0
  }

  #startOver(): void {
    this.#before += this.#capacity
    this.#at = 0
  }

  #read(i: number, field: number): number {
    return this.#f64[(i % this.#capacity) * DOUBLES + field] as number
  }
}
