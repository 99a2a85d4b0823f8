// The open orders by orderID: handles in a table, the ids themselves in the orders' details.

import type { Columns } from '../memory/columns.ts'
import { hashNumber, RefTable } from '../memory/ref-table.ts'
import { NONE as SHARED_NONE } from '../memory/slot-pool.ts'
import { DETAIL as SHARED_DETAIL } from './order-details.ts'

// Constants of this module are folded into the code; imported ones are read from memory each time.
const NONE = SHARED_NONE
const DETAIL = SHARED_DETAIL

/** orderID -> handle. */
export class OrderIds {
  readonly #details: Columns
  readonly #refs: RefTable

  constructor(details: Columns, capacity: number) {
    this.#details = details
    this.#refs = new RefTable(capacity, (order) => hashNumber(this.#idOf(order), 0))
  }

  /** The open order with this id, or NONE. */
  find(orderID: number): number {
    let order = this.#refs.find(hashNumber(orderID, 0))
    while (order !== NONE && this.#idOf(order) !== orderID) order = this.#refs.next()
    return order
  }

  insert(order: number): void {
    this.#refs.insert(hashNumber(this.#idOf(order), 0), order)
  }

  remove(order: number): void {
    this.#refs.remove(hashNumber(this.#idOf(order), 0), order)
  }

  /** After a snapshot: makes room before many are entered. */
  reserve(count: number): void {
    this.#refs.reserve(count)
  }

  #idOf(order: number): number {
    return this.#details.f64[order * DETAIL.doubles + DETAIL.orderID] as number
  }
}
