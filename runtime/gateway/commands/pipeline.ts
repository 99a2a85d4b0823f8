// (2) The gateway's way into the command log: group commit while in flight. What one turn of the
// event loop collects, or what waits while two messages are unanswered, leaves as the next message.
// There is no timer: a single command leaves at the end of its own turn. A message counts as in flight
// until its events are back, not only until it is stored: the whole way is the bottleneck under load,
// and fuller messages make every step of it cheaper.
//
// (7) An answer comes from the event batch of the same (source, sourceSeq). Matching reads commands
// only from the log, and the log delivers only what it has stored (with power-safe: synced), so an
// event proves that its command is stored; the acknowledgement is not waited for a second time.

import { apiErrorOf, type LogPublisher } from '#adapters/nats/index.ts'
import { BATCH_COMMANDS_MAX } from '#contracts/batch-layout.ts'
import { encodeCommandBatch } from '#contracts/command-codec.ts'
import { OperationalError } from '#contracts/errors.ts'
import type { Command } from '#domain/command.ts'
import type { EngineEvent } from '#domain/event.ts'

/** What became of one command. `events` are those of its own account, in order. */
export type CommandOutcome =
  | {
      readonly ok: true
      readonly seq: number
      readonly timestampNs: bigint
      readonly events: readonly EngineEvent[]
    }
  | { readonly ok: false; readonly error: OperationalError }

export type OnOutcome = (outcome: CommandOutcome) => void

/** A batch of ours whose events have come; filled by the event router. */
export interface OwnBatch {
  readonly commands: readonly Command[]
  readonly add: (cmdIndex: number, event: EngineEvent) => void
  /** All have come: answers the commands, unless they were told meanwhile that it took too long. */
  readonly finish: (seq: number, timestampNs: bigint) => void
}

export interface CommandPipeline {
  /** Takes one command; `onOutcome` is called once, never synchronously. */
  readonly submit: (command: Command, onOutcome: OnOutcome) => void
  /** The same as a promise. Errors: TE_UNAVAILABLE_*, TE_OVERLOADED, TE_TIMEOUT_UNKNOWN_STATE. */
  readonly execute: (command: Command) => Promise<CommandOutcome & { ok: true }>
  /** The batch of ours that an event batch answers; undefined for those of others. */
  readonly takeOwn: (source: number, sourceSeq: number) => OwnBatch | undefined
  readonly pending: () => number
  /** Refuses new commands and resolves when none is open, or after the longest wait. */
  readonly drain: () => Promise<void>
  readonly close: () => void
}

export interface PipelineOptions {
  readonly publisher: Pick<LogPublisher, 'publish'>
  /** This process's number among gateways, new at each start: ids never meet again. */
  readonly source: number
  /** Why no command can be taken now; undefined when one can. */
  readonly refuse: () => OperationalError | undefined
  readonly resultTimeoutMs?: number
  readonly onBatch?: (commands: number, waiting: number) => void
}

/** Messages without an answer: one is on its way to the disk, one on its way back. */
const IN_FLIGHT_MAX = 2
/** 20,000 open commands = 4 s of 5,000 a second: what is older times out anyway. */
const PENDING_MAX = 20_000
const RESULT_TIMEOUT_MS = 5000
const SWEEP_MS = 250

interface Waiting {
  readonly command: Command
  readonly onOutcome: OnOutcome
  readonly deadline: number
}

interface Batch {
  readonly entries: readonly Waiting[]
  readonly deadline: number
}

interface State {
  readonly options: PipelineOptions
  readonly resultTimeoutMs: number
  queue: Waiting[]
  /** Sent and unanswered, oldest first. */
  readonly batches: Map<number, Batch>
  nextBatch: number
  pending: number
  isScheduled: boolean
  isClosing: boolean
}

/** Makes the pipeline of one shard. */
export function createCommandPipeline(options: PipelineOptions): CommandPipeline {
  const state: State = {
    options,
    resultTimeoutMs: options.resultTimeoutMs ?? RESULT_TIMEOUT_MS,
    queue: [],
    batches: new Map(),
    nextBatch: 1,
    pending: 0,
    isScheduled: false,
    isClosing: false,
  }
  const sweeper = setInterval(() => sweep(state, performance.now()), SWEEP_MS)
  const execute: CommandPipeline['execute'] = async (command) => {
    const outcome = await new Promise<CommandOutcome>((resolve) => submit(state, command, resolve))
    if (!outcome.ok) throw outcome.error
    return outcome
  }
  return {
    submit: (command, onOutcome) => submit(state, command, onOutcome),
    execute,
    takeOwn: (source, sourceSeq) =>
      source === options.source ? takeOwn(state, sourceSeq) : undefined,
    pending: () => state.pending,
    drain: () => drain(state),
    close: () => clearInterval(sweeper),
  }
}

function submit(state: State, command: Command, onOutcome: OnOutcome): void {
  const refused = refusal(state)
  if (refused !== undefined) {
    queueMicrotask(() => onOutcome({ ok: false, error: refused }))
    return
  }
  state.pending++
  state.queue.push({ command, onOutcome, deadline: performance.now() + state.resultTimeoutMs })
  schedule(state)
}

function refusal(state: State): OperationalError | undefined {
  if (state.isClosing) {
    return new OperationalError('TE_UNAVAILABLE_STARTING', 'this gateway is stopping')
  }
  if (state.pending >= PENDING_MAX) {
    return new OperationalError('TE_OVERLOADED', 'too many commands are waiting; try again')
  }
  return state.options.refuse()
}

function schedule(state: State): void {
  if (state.isScheduled || !mayGo(state)) return
  state.isScheduled = true
  setImmediate(() => {
    state.isScheduled = false
    if (!mayGo(state)) return
    send(state)
    schedule(state)
  })
}

function mayGo(state: State): boolean {
  return state.batches.size < IN_FLIGHT_MAX && state.queue.length > 0
}

function send(state: State): void {
  const entries = state.queue.splice(0, BATCH_COMMANDS_MAX)
  const sourceSeq = state.nextBatch++
  const { source, publisher } = state.options
  const data = encodeCommandBatch(
    { source, sourceSeq },
    entries.map(({ command }) => command),
  )
  state.options.onBatch?.(entries.length, state.queue.length)
  state.batches.set(sourceSeq, {
    entries,
    deadline: performance.now() + state.resultTimeoutMs,
  })
  publisher
    .publish(data, { msgId: `${source}:${sourceSeq}` })
    .catch((error: unknown) => failBatch(state, sourceSeq, error))
}

/** The server's own refusal means that nothing is stored; anything else leaves it open. */
function failBatch(state: State, sourceSeq: number, error: unknown): void {
  const isRefused =
    apiErrorOf(error) !== undefined ||
    (error instanceof OperationalError && error.code === 'TE_OVERLOADED')
  const batch = state.batches.get(sourceSeq)
  if (batch === undefined) return
  state.batches.delete(sourceSeq)
  const answer = isRefused
    ? new OperationalError('TE_UNAVAILABLE_NATS', 'the command log takes nothing', { cause: error })
    : unknownState(error)
  settle(state, batch.entries, answer)
  schedule(state)
}

function settle(state: State, entries: readonly Waiting[], error: OperationalError): void {
  for (const { onOutcome } of entries) {
    state.pending--
    onOutcome({ ok: false, error })
  }
}

function unknownState(cause?: unknown): OperationalError {
  const message = 'no result in time: it may still happen; ask for the order by its clOrdID'
  return new OperationalError('TE_TIMEOUT_UNKNOWN_STATE', message, { cause })
}

function takeOwn(state: State, sourceSeq: number): OwnBatch | undefined {
  const batch = state.batches.get(sourceSeq)
  if (batch === undefined) return undefined
  const { entries } = batch
  const events: EngineEvent[][] = entries.map(() => [])
  return {
    commands: entries.map(({ command }) => command),
    add: (cmdIndex, event) => void events[cmdIndex]?.push(event),
    finish: (seq, timestampNs) => {
      // Between its parts a batch can still end by time.
      if (!state.batches.delete(sourceSeq)) return
      entries.forEach(({ onOutcome }, i) => {
        state.pending--
        onOutcome({ ok: true, seq, timestampNs, events: events[i] ?? [] })
      })
      schedule(state)
    },
  }
}

/** Ends what waits too long: unsent commands are surely not stored, sent ones nobody knows. */
function sweep(state: State, now: number): void {
  for (const [sourceSeq, batch] of state.batches) {
    if (batch.deadline > now) break
    state.batches.delete(sourceSeq)
    settle(state, batch.entries, unknownState())
  }
  schedule(state)
  let late = 0
  while ((state.queue[late]?.deadline ?? Number.POSITIVE_INFINITY) <= now) late++
  if (late === 0) return
  const error = new OperationalError('TE_UNAVAILABLE_NATS', 'the command log took nothing in time')
  settle(state, state.queue.splice(0, late), error)
}

async function drain(state: State): Promise<void> {
  state.isClosing = true
  const deadline = performance.now() + state.resultTimeoutMs
  while (state.pending > 0 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
