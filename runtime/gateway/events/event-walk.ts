// Walks an event batch without decoding it: most events of a busy venue concern nobody here.

import {
  BALANCE_CHANGED,
  EXECUTION_REPORT,
  HEADER,
  RECORD,
  TYPE_EXECUTION_REPORT,
  TYPE_JSON,
} from '#contracts/batch-layout.ts'
import { type Cursor, cursorOver } from '#contracts/binary-fields.ts'
import { sizeAt } from '#contracts/command-codec.ts'
import { eventCount, readEvent } from '#contracts/event-codec.ts'
import type { EngineEvent } from '#domain/event.ts'
import { EXEC_TYPES, isOpen, ORD_STATUSES } from '#domain/order.ts'

/** One record that is not decoded yet; valid during the visit only. */
export interface EventRecord {
  readonly kind: 'Report' | 'Balance' | 'Rare'
  /** Of a Report or Balance; a Rare one must be read. */
  readonly account: number
  readonly cmdIndex: number
  readonly read: () => EngineEvent
  /** Of a Report. */
  readonly orderID: () => number
  readonly instrumentId: () => number
  readonly isOpen: () => boolean
  /** A refused request: it says nothing about the order that it names. */
  readonly isReject: () => boolean
}

const REJECTED_CODE = EXEC_TYPES.indexOf('Rejected')
const OPEN_BY_CODE = ORD_STATUSES.map((status) => isOpen(status))

/** Calls back for each record in order. Errors: TE_INPUT_BODY for what is no event batch. */
export function walkEvents(bytes: Uint8Array, visit: (record: EventRecord) => void): void {
  const at = cursorOver(bytes)
  const count = eventCount(at)
  const record = new WalkedRecord(at)
  let offset: number = HEADER.size
  for (let i = 0; i < count; i++) {
    const size = sizeAt(at, offset)
    record.moveTo(offset)
    visit(record)
    offset += size
  }
}

class WalkedRecord implements EventRecord {
  readonly #at: Cursor
  #offset = 0
  kind: EventRecord['kind'] = 'Rare'
  account = 0
  cmdIndex = 0

  constructor(at: Cursor) {
    this.#at = at
  }

  moveTo(offset: number): void {
    const { view } = this.#at
    const type = view.getUint8(offset + RECORD.type)
    this.#offset = offset
    this.account = view.getUint32(offset + RECORD.account, true)
    this.kind = type === TYPE_JSON ? 'Rare' : type === TYPE_EXECUTION_REPORT ? 'Report' : 'Balance'
    const index =
      type === TYPE_EXECUTION_REPORT ? EXECUTION_REPORT.cmdIndex : BALANCE_CHANGED.cmdIndex
    this.cmdIndex = type === TYPE_JSON ? 0 : view.getUint32(offset + index, true)
  }

  read(): EngineEvent {
    return readEvent(this.#at, this.#offset)
  }

  orderID(): number {
    return this.#at.view.getFloat64(this.#offset + EXECUTION_REPORT.orderID, true)
  }

  instrumentId(): number {
    return this.#at.view.getUint32(this.#offset + EXECUTION_REPORT.instrumentId, true)
  }

  isOpen(): boolean {
    return OPEN_BY_CODE[this.#at.view.getUint8(this.#offset + EXECUTION_REPORT.ordStatus)] === true
  }

  isReject(): boolean {
    return this.#at.view.getUint8(this.#offset + EXECUTION_REPORT.execType) === REJECTED_CODE
  }
}
