// Reports of a book driven alone, encoded into one preallocated buffer: 48 bytes a report, side by
// side, so that writing one touches one or two cache lines. No objects.

/** Doubles of one report. */
const DOUBLES = 6
/** type + 16 * side */
const HEAD = 0
const SEQ = 1
const ID = 2
const PRICE = 3
const QTY = 4
const TAKER_ID = 5
const SIDE_UNIT = 16

/** A ring of reports; when it is full the next report takes the place of the oldest. */
export class ReportSink {
  readonly #f64: Float64Array
  readonly #capacity: number
  /** Where the next report begins. */
  #at = 0
  /** Reports of the rounds before this one. */
  #before = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#f64 = new Float64Array(capacity * DOUBLES)
  }

  /** Reports since the last reset. */
  get count(): number {
    return this.#before + this.#at / DOUBLES
  }

  /** Writes one report; `id` is the order's, in a trade the maker's. */
  push(
    type: number,
    seq: number,
    side: number,
    id: number,
    price: number,
    qty: number,
    takerId: number,
  ): void {
    const f64 = this.#f64
    const at = this.#at
    f64[at] = type + side * SIDE_UNIT
    f64[at + SEQ] = seq
    f64[at + ID] = id
    f64[at + PRICE] = price
    f64[at + QTY] = qty
    f64[at + TAKER_ID] = takerId
    this.#at = at + DOUBLES
    if (at + DOUBLES === f64.length) this.#startOver()
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
    return this.#read(i, TAKER_ID)
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
