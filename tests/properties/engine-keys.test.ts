// Keys that are used again: the second answer repeats the first result, and the state is as if only
// a request had come that could not be granted.

import test from 'ava'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { decodeEventBatch } from '#contracts/event-codec.ts'
import type { CancelOrder, Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'
import {
  type BatchApplier,
  createBatchApplier,
} from '../../runtime/matching/journal/batch-applier.ts'
import { TRACE } from '../helpers/engine-under-test.ts'
import { Random, START_NS } from '../helpers/workload-random.ts'
import { playWorkload, WORKLOADS } from '../helpers/workloads.ts'

const SEEDS = [1, 2, 3]
const COMMANDS = 600
/** How far back a command may lie that is sent again. */
const REPEATED_MAX = 100

/** Nobody has this account: one report, and nothing else. */
const UNKNOWN: CancelOrder = {
  type: 'CancelOrder',
  account: 77,
  traceId: TRACE,
  orderID: 1,
  origClOrdID: '',
  clOrdID: '',
}

/**
 * A request that is refused with one report and has no key to use up. A replace looks its order up
 * before its key, and the engine may count the owner's open orders then: so it is one as well.
 */
function keylessOf(command: Command): Command {
  return command.type === 'ReplaceOrder' ? { ...command, clOrdID: '' } : UNKNOWN
}

/** Applies the next batch and answers its events. */
function send(applier: BatchApplier, commands: readonly Command[]): readonly EngineEvent[] {
  const seq = applier.seq() + 1
  const data = encodeCommandBatch({ source: 1, sourceSeq: seq }, commands)
  const timestampNs = START_NS + BigInt(seq) * 1_000_000n
  const { parts } = applier.apply(seq, timestampNs, data)
  return parts.flatMap(({ bytes }) => decodeEventBatch(bytes).events)
}

/** The keys that a command used up for good, as `account:key`; none where it had none to use. */
function keysOf(command: Command, events: readonly EngineEvent[]): string[] {
  const isUnknown = events.some(
    (e) =>
      (e.type === 'ExecutionReport' || e.type === 'CommandRejected') &&
      e.rejectReason === 'UnknownAccount',
  )
  if (isUnknown) return []
  switch (command.type) {
    case 'NewOrder':
    case 'ReplaceOrder':
      return command.clOrdID === '' ? [] : [command.clOrdID]
    case 'CancelReplace':
      return command.order.clOrdID === '' ? [] : [command.order.clOrdID]
    case 'NewOrderList':
      // The ids of a refused list are not used up.
      return events.some((e) => e.type === 'CommandRejected')
        ? []
        : command.orders.map(({ clOrdID }) => clOrdID)
    case 'Credit':
    case 'Debit': {
      const moved = events.some((e) => e.type === 'BalanceChanged')
      return moved ? [command.transferId] : []
    }
    default:
      return []
  }
}

/** The order that each key stands for; 0 where its first use was refused. */
class FirstResults {
  readonly #orderIDs = new Map<string, number>()

  note(command: Command, events: readonly EngineEvent[]): boolean {
    const keys = keysOf(command, events)
    for (const key of keys) {
      const known = `${command.account}:${key}`
      if (this.#orderIDs.has(known)) continue
      const entered = events.find(
        (e) => e.type === 'ExecutionReport' && e.clOrdID === key && e.execType !== 'Rejected',
      )
      this.#orderIDs.set(known, entered?.type === 'ExecutionReport' ? entered.orderID : 0)
    }
    return keys.length > 0
  }

  /** What is wrong with an answer to a repeat; empty: nothing. */
  judge(event: EngineEvent): string {
    switch (event.type) {
      case 'BalanceChanged':
        return event.duplicate && event.delta === 0n ? '' : 'money moved'
      case 'CommandRejected':
        return ''
      case 'ExecutionReport': {
        if (event.execType !== 'Rejected') return `the repeat is ${event.execType}`
        const first = this.#orderIDs.get(`${event.account}:${event.clOrdID}`)
        const isFirst = event.rejectReason !== 'DuplicateClOrdID' || event.orderID === first
        return isFirst ? '' : `order ${event.orderID}, not ${String(first)}`
      }
      default:
        return `it tells ${event.type}`
    }
  }
}

test('one result per clOrdID and transferId: a repeat is answered with the first and changes nothing', (t) => {
  let duplicates = 0
  let transfers = 0
  for (const [name, workloadOf] of Object.entries(WORKLOADS)) {
    for (const seed of SEEDS) {
      const [once, again] = [createBatchApplier(), createBatchApplier()]
      const random = new Random(seed)
      const results = new FirstResults()
      const keyed: Command[] = []
      playWorkload(workloadOf(seed), COMMANDS, (command, at) => {
        const what = `${name}, seed ${seed}, command ${at}`
        const first = send(once, [command])
        t.deepEqual(send(again, [command]), first, what)
        if (results.note(command, first)) keyed.push(command)
        if (keyed.length > REPEATED_MAX) keyed.shift()
        if (keyed.length === 0) return first
        const repeated = random.chance(50) ? (keyed.at(-1) as Command) : random.pick(keyed)
        const told = send(again, [repeated])
        const reports = told.filter((e) => e.type === 'ExecutionReport')
        for (const event of told) {
          const wrong = results.judge(event)
          if (wrong !== '') t.fail(`${what}: ${wrong}`)
          if (event.type === 'BalanceChanged') transfers += 1
        }
        duplicates += reports.filter((r) => r.rejectReason === 'DuplicateClOrdID').length
        // The same place in the log and the same ids of reports, by requests that are refused.
        send(
          once,
          reports.map(() => keylessOf(repeated)),
        )
        if (again.engine.stateHash() !== once.engine.stateHash()) t.fail(`${what}: state`)
        return first
      })
    }
  }
  t.true(duplicates > 1_000, `${duplicates} duplicates`)
  t.true(transfers > 50, `${transfers} transfers`)
})
