// (7) Takes each event message once and hands its events to whoever waits for them: answers, private
// streams, the catalogue, the index of open orders, the sequence per account. The answers of a batch
// that comes in parts are given with its last one.

import { readEventHeader } from '#contracts/event-codec.ts'
import type { BalanceChanged, EngineEvent, ExecutionReport } from '#domain/event.ts'
import type { Catalogue } from '../catalogue.ts'
import type { CommandPipeline, OwnBatch } from '../commands/pipeline.ts'
import { type BoundedMap, createBoundedMap } from './bounded-map.ts'
import { type EventRecord, walkEvents } from './event-walk.ts'

/** Where and when a batch of events happened. */
export interface BatchTime {
  readonly seq: number
  readonly timestampNs: bigint
}

/** Who listens to the private events of accounts. */
export interface PrivateStreams {
  readonly wants: (account: number) => boolean
  readonly report: (report: ExecutionReport, at: BatchTime) => void
  readonly balance: (change: BalanceChanged, at: BatchTime) => void
}

export interface EventRouter {
  /** Takes a batch, or the next part of one. */
  readonly take: (seq: number, data: Uint8Array) => void
  readonly lastSeq: () => number
  /** The last sequence that changed something of an account; 0 when none is known. */
  readonly lastSeqOf: (account: number) => number
  /** The instrument of an account's open order, if this gateway has seen it. */
  readonly instrumentOf: (orderID: number, account: number) => number | undefined
  /** Whether this gateway knows that the engine has the account. */
  readonly hasAccount: (account: number) => boolean
}

export interface RouterOptions {
  readonly pipeline: Pick<CommandPipeline, 'takeOwn'>
  readonly catalogue: Pick<Catalogue, 'put'>
  readonly streams: PrivateStreams
}

/** 16 bytes of payload an entry, about 100 with the map's own: tens of megabytes at most. */
const ACCOUNTS_MAX = 200_000
const OPEN_ORDERS_MAX = 500_000
/** Account ids are 32 bit: instrument and account of an order fit one number. */
const ACCOUNT_SPAN = 2 ** 32

interface State {
  readonly options: RouterOptions
  readonly seqs: BoundedMap<number, number>
  readonly openOrders: BoundedMap<number, number>
  readonly accounts: BoundedMap<number, true>
  lastSeq: number
  /** Ours, of which parts are still to come. */
  own: OwnBatch | undefined
}

/** Makes the router of one shard's events. */
export function createEventRouter(options: RouterOptions): EventRouter {
  const state: State = {
    options,
    seqs: createBoundedMap(ACCOUNTS_MAX),
    openOrders: createBoundedMap(OPEN_ORDERS_MAX),
    accounts: createBoundedMap(ACCOUNTS_MAX),
    lastSeq: 0,
    own: undefined,
  }
  return {
    take: (seq, data) => take(state, seq, data),
    lastSeq: () => state.lastSeq,
    lastSeqOf: (account) => state.seqs.get(account) ?? 0,
    instrumentOf: (orderID, account) => {
      const packed = state.openOrders.get(orderID)
      return packed === undefined || packed % ACCOUNT_SPAN !== account
        ? undefined
        : Math.floor(packed / ACCOUNT_SPAN)
    },
    hasAccount: (account) => state.accounts.get(account) === true,
  }
}

function take(state: State, seq: number, data: Uint8Array): void {
  const { source, sourceSeq, timestampNs, part, isLast } = readEventHeader(data)
  const own = part === 0 ? state.options.pipeline.takeOwn(source, sourceSeq) : state.own
  const at = { seq, timestampNs }
  state.own = isLast ? undefined : own
  if (isLast) state.lastSeq = seq
  walkEvents(data, (record) => {
    if (record.kind === 'Rare') takeRare(state, record.read(), own, at)
    else takeHot(state, record, own, at)
  })
  if (isLast) own?.finish(seq, timestampNs)
}

function takeHot(
  state: State,
  record: EventRecord,
  own: OwnBatch | undefined,
  at: BatchTime,
): void {
  const { account, cmdIndex } = record
  const { streams } = state.options
  state.seqs.set(account, at.seq)
  if (record.kind === 'Report') trackOrder(state, record)
  const isAnswer = own !== undefined && isPartOfAnswer(record, own)
  const isStreamed = streams.wants(account)
  if (!isAnswer && !isStreamed) return
  const event = record.read()
  if (isAnswer) own.add(cmdIndex, event)
  if (!isStreamed) return
  if (event.type === 'ExecutionReport') streams.report(event, at)
  else if (event.type === 'BalanceChanged') streams.balance(event, at)
}

/** The other side of a trade or transfer is nobody's answer; balances answer transfers only. */
function isPartOfAnswer(record: EventRecord, own: OwnBatch): boolean {
  const command = own.commands[record.cmdIndex]
  if (command === undefined || command.account !== record.account) return false
  return record.kind === 'Report' || command.type === 'Credit' || command.type === 'Debit'
}

function trackOrder(state: State, record: EventRecord): void {
  if (record.isReject()) return
  const orderID = record.orderID()
  if (!record.isOpen()) state.openOrders.delete(orderID)
  else if (state.openOrders.get(orderID) === undefined) {
    state.openOrders.set(orderID, record.instrumentId() * ACCOUNT_SPAN + record.account)
  }
}

function takeRare(
  state: State,
  event: EngineEvent,
  own: OwnBatch | undefined,
  at: BatchTime,
): void {
  own?.add(event.cmdIndex, event)
  if (event.type === 'InstrumentChanged') state.options.catalogue.put(event.instrument)
  if (event.type === 'AccountChanged') {
    state.accounts.set(event.account, true)
    state.seqs.set(event.account, at.seq)
  }
}
