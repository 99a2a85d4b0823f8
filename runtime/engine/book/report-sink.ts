// Reports of a book driven alone, encoded into one preallocated buffer: 48 bytes a report, side by
// side, so that writing one touches one or two cache lines. No objects.

/** Doubles of one report. The first holds the type and the side as two words. */
const DOUBLES = 6
const SEQ = 1
const ID = 2
const PRICE = 3
const QTY = 4
const TAKER_ID = 5

/** A ring of reports; when it is full the next report takes the place of the oldest. */
export class ReportSink {
  /** Reports since the last reset. */
  count = 0
  readonly #f64: Float64Array
  readonly #i32: Int32Array
  readonly #capacity: number
  /** Place of the next report. */
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
    this.#f64 = new Float64Array(capacity * DOUBLES)
    this.#i32 = new Int32Array(this.#f64.buffer)
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
    const place = this.#next
    const f64 = this.#f64
    const at = place * DOUBLES
    this.#i32[at * 2] = type
    this.#i32[at * 2 + 1] = side
    f64[at + SEQ] = seq
    f64[at + ID] = id
    f64[at + PRICE] = price
    f64[at + QTY] = qty
    f64[at + TAKER_ID] = takerId
    this.#next = place + 1 === this.#capacity ? 0 : place + 1
    this.count += 1
  }

  /** The fields of report `i`, counted from the last reset; those of the last `capacity` are kept. */
  type(i: number): number {
    return this.#i32[(i % this.#capacity) * DOUBLES * 2] as number
  }

  side(i: number): number {
    return this.#i32[(i % this.#capacity) * DOUBLES * 2 + 1] as number
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
    this.count = 0
    this.#next = 0
  }

  #read(i: number, field: number): number {
    return this.#f64[(i % this.#capacity) * DOUBLES + field] as number
  }
}
