// Whatever the engine can say, a scenario makes it say: the tables of all rules are played, and every
// member of the domain's closed sets occurs in what they send or are told.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { BALANCE_REASONS } from '#domain/balance-reason.ts'
import type { Command } from '#domain/command.ts'
import type { EngineEvent, PositionChanged } from '#domain/event.ts'
import { INSTRUMENT_KINDS, TRADING_STATES, VOLATILITY_ACTIONS } from '#domain/instrument.ts'
import {
  CANCEL_REPLACE_MODES,
  CONTINGENCY_TYPES,
  EXEC_TYPES,
  ORD_STATUSES,
  ORD_TYPES,
  SIDES,
  STP_MODES,
  TIMES_IN_FORCE,
  TRAILING_OFFSET_UNITS,
} from '#domain/order.ts'
import { REJECT_REASONS } from '#domain/reject-reason.ts'
import { runTable } from '../helpers/book-table.ts'
import { type EngineUnderTest, FastEngine } from '../helpers/engine-under-test.ts'
import { collectTables } from '../helpers/rule.ts'

/** Sets that are types only: a member that is added or taken away does not compile. */
const EVENT_TYPES = Object.keys({
  ExecutionReport: true,
  BalanceChanged: true,
  InstrumentChanged: true,
  AccountChanged: true,
  VenueChanged: true,
  MassCanceled: true,
  CommandRejected: true,
  PositionChanged: true,
  MarkChanged: true,
  AuctionIndication: true,
  StopElected: true,
  DeadManFired: true,
  Liquidated: true,
  StateHash: true,
} satisfies Record<EngineEvent['type'], true>)
const COMMAND_TYPES = Object.keys({
  NewOrder: true,
  CancelOrder: true,
  ReplaceOrder: true,
  CancelReplace: true,
  NewOrderList: true,
  SetDeadMan: true,
  SetMark: true,
  Liquidate: true,
  MassCancel: true,
  OpenAccount: true,
  Credit: true,
  Debit: true,
  SetLimits: true,
  SetFeeTier: true,
  SetKillSwitch: true,
  ListInstrument: true,
  AmendInstrument: true,
  SetTradingState: true,
  Clock: true,
  HashState: true,
} satisfies Record<Command['type'], true>)
const POSITION_REASONS = Object.keys({
  Trade: true,
  Deleverage: true,
  Liquidation: true,
} satisfies Record<PositionChanged['reason'], true>)

/** The naive engine cannot know the hash, so no table asks for it: DRV-3 and RPT-5 do. */
const NO_TABLE = ['HashState', 'StateHash']

/** What has occurred, as `field:member`. */
class Seen {
  readonly #words = new Set<string>()

  /** The members of a set that have not occurred. */
  lacking(name: string, set: readonly string[]): string[] {
    return set.filter((word) => !this.#words.has(`${name}:${word}`) && !NO_TABLE.includes(word))
  }

  command(command: Command): void {
    this.#note('command', command, ['type'])
    this.#note('sent', command, ['contingencyType', 'mode'])
    if (command.type === 'NewOrder') this.#note('sent', command, ['trailingOffsetUnit'])
  }

  event(event: EngineEvent): void {
    this.#note('event', event, ['type'])
    if (event.type === 'CommandRejected') this.#note('told', event, ['rejectReason'])
    if (event.type === 'BalanceChanged') this.#note('balance', event, ['reason'])
    if (event.type === 'PositionChanged') this.#note('position', event, ['reason'])
    if (event.type === 'InstrumentChanged') {
      this.#note('told', event.instrument, ['kind', 'tradingState'])
      this.#note('told', event.instrument.volatilityGuard ?? {}, ['action'])
    }
    if (event.type !== 'ExecutionReport') return
    this.#note('told', event, ['execType', 'ordStatus', 'rejectReason'])
    // What a refused order would have been is no evidence.
    if (event.execType === 'Rejected') return
    this.#note('told', event, ['side', 'ordType', 'timeInForce', 'stpMode'])
  }

  #note(where: string, record: object, fields: readonly string[]): void {
    for (const [name, value] of Object.entries(record)) {
      if (fields.includes(name)) this.#words.add(`${where} ${name}:${String(value)}`)
    }
  }
}

/** Lets every table pass through the fast engine; the rules' own tests compare it with the naive. */
async function play(): Promise<{ readonly seen: Seen; readonly tables: number }> {
  const folder = import.meta.dirname
  // A file that imports ava declares tests of its own, which would run here a second time.
  const files = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => !readFileSync(path, 'utf8').includes("from 'ava'"))
  const tables = await collectTables(files)
  const seen = new Seen()
  for (const { lines } of tables) runTable(watched(new FastEngine({ capacity: 1 }), seen), lines)
  return { seen, tables: tables.length }
}

function watched(engine: FastEngine, seen: Seen): EngineUnderTest {
  return {
    apply: (command) => {
      seen.command(command)
      const events = engine.apply(command)
      for (const event of events) seen.event(event)
      return events
    },
    advanceTo: (ns) => engine.advanceTo(ns),
    levels: (instrumentId, side) => engine.levels(instrumentId, side),
    balances: () => engine.balances(),
    positions: () => engine.positions(),
  }
}

const SETS: readonly [field: string, set: readonly string[]][] = [
  ['command type', COMMAND_TYPES],
  ['sent contingencyType', CONTINGENCY_TYPES],
  ['sent mode', CANCEL_REPLACE_MODES],
  ['sent trailingOffsetUnit', TRAILING_OFFSET_UNITS],
  ['event type', EVENT_TYPES],
  ['told rejectReason', REJECT_REASONS],
  ['told execType', EXEC_TYPES],
  ['told ordStatus', ORD_STATUSES],
  ['told side', SIDES],
  ['told ordType', ORD_TYPES],
  ['told timeInForce', TIMES_IN_FORCE],
  ['told stpMode', STP_MODES],
  ['told kind', INSTRUMENT_KINDS],
  ['told tradingState', TRADING_STATES],
  ['told action', VOLATILITY_ACTIONS],
  ['balance reason', BALANCE_REASONS],
  ['position reason', POSITION_REASONS],
]

const { seen, tables } = await play()

test('every member of every closed set occurs in a scenario', (t) => {
  t.true(tables > 150, `${tables} tables`)
  const lacking = SETS.flatMap(([field, set]) =>
    seen.lacking(field, set).map((member) => `${field}: ${member}`),
  )
  t.deepEqual(lacking, [])
})

test('a set with a member that nobody says is found', (t) => {
  t.deepEqual(seen.lacking('told ordType', ['Limit', 'Iceberg']), ['Iceberg'])
})
