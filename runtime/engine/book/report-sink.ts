// Reports of a book driven alone, encoded into preallocated columns: 48 bytes a report, no objects.

/** Columns of reports; full means that the next report starts the sink over from its beginning. */
export class ReportSink {
  /** Reports since the last reset. */
  count = 0
  readonly type: Uint8Array
  readonly side: Uint8Array
  readonly seq: Float64Array
  readonly id: Float64Array
  readonly price: Float64Array
  readonly qty: Float64Array
  readonly takerId: Float64Array
  readonly #capacity: number

  constructor(capacity: number) {
    this.#capacity = capacity
    this.type = new Uint8Array(capacity)
    this.side = new Uint8Array(capacity)
    this.seq = new Float64Array(capacity)
    this.id = new Float64Array(capacity)
    this.price = new Float64Array(capacity)
    this.qty = new Float64Array(capacity)
    this.takerId = new Float64Array(capacity)
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
    const at = this.count++ % this.#capacity
    this.type[at] = type
    this.side[at] = side
    this.seq[at] = seq
    this.id[at] = id
    this.price[at] = price
    this.qty[at] = qty
    this.takerId[at] = takerId
  }

  reset(): void {
    this.count = 0
  }
}
