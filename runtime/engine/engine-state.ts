// Everything that the engine knows, and the command under way. The rules are functions over this
// state, one file per rule group; nothing else holds anything between two commands.

import {
  CLEARING_ACCOUNT,
  EXTERNAL_ACCOUNT,
  FEE_ACCOUNT,
  INSURANCE_ACCOUNT,
} from '#domain/accounts.ts'
import type { Asset } from '#domain/instrument.ts'
import { ACCOUNT_EXTRA } from './accounts/account-extras.ts'
import { Accounts } from './accounts/accounts.ts'
import { Balances } from './accounts/balances.ts'
import { ClientIds, RECENT_IDS_MAX } from './accounts/client-ids.ts'
import { Positions } from './accounts/positions.ts'
import { type BookMemory, createBookMemory } from './book/book.ts'
import { FillLog } from './book/fill-log.ts'
import { copyTrace } from './copy-words.ts'
import { RecordOutput } from './event-records.ts'
import type { EventOutput, EventSink } from './event-sink.ts'
import { TRACE_WORDS } from './hot-command.ts'
import type { InstrumentState } from './instruments/instrument-state.ts'
import { Deadlines } from './lifetime/deadlines.ts'
import { LIST } from './lists/order-lists.ts'
import { Margins } from './margin/margins.ts'
import { Columns } from './memory/columns.ts'
import { HandleQueue } from './memory/handle-queue.ts'
import { SlotPool } from './memory/slot-pool.ts'
import { DETAIL } from './orders/order-details.ts'
import { EXTRA } from './orders/order-extras.ts'
import { OrderIds } from './orders/order-ids.ts'
import { Reports } from './reports.ts'

/** Start sizes and bounds; none but recentIdsMax can be seen from outside. */
export interface EngineOptions {
  /** Orders to make room for at start; everything grows from there. */
  readonly capacity?: number
  /** Ids that are done and still remembered, per kind. All replicas must agree. */
  readonly recentIdsMax?: number
}

/** So many done ids a room for one in use is made for at start. */
const DONE_TO_OPEN = 16

/** The state of one shard. */
export class EngineState {
  readonly accounts: Accounts
  readonly balances: Balances
  readonly positions: Positions
  readonly margins: Margins
  readonly clientIds: ClientIds
  readonly transferIds: ClientIds
  readonly memory: BookMemory
  readonly details: Columns
  readonly extras: SlotPool
  readonly accountExtras: SlotPool
  readonly lists: SlotPool
  /** Orders (their extras) and dead-man switches (their accounts' extras) by when they end. */
  readonly ends = new Deadlines()
  readonly switches = new Deadlines()
  readonly orderIds: OrderIds
  /** By id; place 0 is empty. */
  readonly instruments: (InstrumentState | undefined)[] = [undefined]
  readonly assets: Asset[] = []
  readonly recentIdsMax: number
  isVenueHalted = false
  lastSeq = 0
  now = 0n
  /** The second that `now` lies in; -1: not asked yet. */
  second = -1
  lastOrderID = 0
  lastExecID = 0

  /** The command under way; `commandCount` tells it from any other since the start. */
  cmdIndex = 0
  commandCount = 0
  /** Auctions whose book it has changed. */
  readonly staleAuctions: InstrumentState[] = []
  /** Stops that it has elected, lists of which an order has begun or ended. */
  readonly elected = new HandleQueue()
  readonly changedLists = new HandleQueue()
  readonly traceId: Int32Array = new Int32Array(TRACE_WORDS)
  readonly fills = new FillLog(64)
  readonly reports: Reports
  readonly sink: EventOutput

  constructor(sink: EventSink | EventOutput, options: EngineOptions) {
    const capacity = options.capacity ?? 16_384
    this.recentIdsMax = options.recentIdsMax ?? RECENT_IDS_MAX
    this.sink = 'buffer' in sink ? sink : new RecordOutput(sink)
    // What not every order needs one of starts small: it grows like all else.
    const few = Math.ceil(capacity / 64)
    this.accounts = new Accounts(few)
    this.balances = new Balances(this.accounts, few)
    this.positions = new Positions(1)
    this.margins = new Margins(1)
    this.memory = createBookMemory(capacity)
    this.details = new Columns(DETAIL.words, capacity)
    this.extras = new SlotPool(EXTRA.words, Math.ceil(few / 4))
    this.accountExtras = new SlotPool(ACCOUNT_EXTRA.words, 1)
    this.lists = new SlotPool(LIST.words, 1)
    this.orderIds = new OrderIds(this.details, capacity)
    const { orders } = this.memory
    // Ids that are done soon outnumber those in use: a table that grows with them would stop the engine
    // for tens of milliseconds each time.
    const ids = Math.max(capacity, Math.min(this.recentIdsMax, capacity * DONE_TO_OPEN))
    this.clientIds = new ClientIds(orders, this.details, ids, this.recentIdsMax)
    this.transferIds = new ClientIds(orders, this.details, few, this.recentIdsMax)
    this.reports = new Reports(this, this.sink.buffer)
    const venue = [EXTERNAL_ACCOUNT, FEE_ACCOUNT, INSURANCE_ACCOUNT, CLEARING_ACCOUNT]
    for (const account of venue) {
      this.accounts.open(account)
    }
  }

  /** Starts a command: all its events carry this index and trace. */
  beginCommand(cmdIndex: number, traceId: Int32Array): void {
    this.cmdIndex = cmdIndex
    this.commandCount += 1
    copyTrace(traceId, 0, this.traceId, 0)
  }

  /** An instrument that is known to exist. */
  instrumentAt(id: number): InstrumentState {
    return this.instruments[id] as InstrumentState
  }

  /** The instrument of an id that may be any number. */
  findInstrument(id: number): InstrumentState | undefined {
    return typeof id === 'number' && id > 0 ? this.instruments[id] : undefined
  }
}
