// All markets of a shard, fed by its event messages one after another. A message that does not follow
// the last one is not applied: a repeated one changes nothing, a gap is said (A6, C8). Between two
// parts of a batch a command may be half told: then there is nothing to be written down.

import { eventPlace, placeAfter, readEventHeader } from '#contracts/event-codec.ts'
import type { Instrument } from '#domain/instrument.ts'
import { createBatchReader, type FeedReport } from './batch-reader.ts'
import { InstrumentMarket, type MarketSink } from './instrument-market.ts'
import type { MarketDump } from './market-dump.ts'

export type ApplyOutcome = 'Applied' | 'Repeated' | 'Gap'

/** Everything, to be written down. */
export interface StateDump {
  readonly seq: number
  readonly timeMs: number
  /** Time of the last batch as the log has it: tells this log from another with the same numbers. */
  readonly batchTimeNs: string
  readonly markets: readonly MarketDump[]
}

/** Owns the markets of one shard. */
export class MarketState {
  readonly #sink: MarketSink
  readonly #byId = new Map<number, InstrumentMarket>()
  readonly #bySymbol = new Map<string, InstrumentMarket>()
  readonly #read: (bytes: Uint8Array) => void
  readonly #touched = new Set<InstrumentMarket>()
  #cmdIndex = -1
  #seq = 0
  #next = eventPlace({ seq: 1, part: 0 })
  #timeMs = 0
  #batchTimeNs = 0n

  constructor(sink: MarketSink) {
    this.#sink = sink
    this.#read = createBatchReader({
      onReport: (report) => this.#onReport(report),
      onInstrument: (instrument) => this.#onInstrument(instrument),
      onAuction: (indication) => {
        this.#byId.get(indication.instrumentId)?.indicate(indication, this.#timeMs, this.#sink)
      },
    })
  }

  /** Last batch applied whole. */
  get seq(): number {
    return this.#seq
  }

  /** False between two parts of a batch: only a whole state may be dumped. */
  get isWhole(): boolean {
    return this.#next === eventPlace({ seq: this.#seq + 1, part: 0 })
  }

  /** Time of the last batch, ms; it never goes back, even when a server's clock does. */
  get timeMs(): number {
    return this.#timeMs
  }

  /** Takes batch `seq`, or its next part. Errors: TE_INPUT_BODY when it is no event batch. */
  apply(seq: number, bytes: Uint8Array): ApplyOutcome {
    const header = { ...readEventHeader(bytes), seq }
    const place = eventPlace(header)
    if (place !== this.#next) return place < this.#next ? 'Repeated' : 'Gap'
    this.#batchTimeNs = header.timestampNs
    this.#timeMs = Math.max(this.#timeMs, Number(this.#batchTimeNs / 1_000_000n))
    for (const market of this.#byId.values()) market.closeUntil(this.#timeMs, this.#sink)
    this.#read(bytes)
    this.#next = placeAfter(header)
    if (!header.isLast) return 'Applied'
    this.#endCommand()
    this.#cmdIndex = -1
    this.#seq = seq
    return 'Applied'
  }

  market(symbol: string): InstrumentMarket | undefined {
    return this.#bySymbol.get(symbol)
  }

  markets(): InstrumentMarket[] {
    return [...this.#byId.values()]
  }

  dump(): StateDump {
    return {
      seq: this.#seq,
      timeMs: this.#timeMs,
      batchTimeNs: this.#batchTimeNs.toString(),
      markets: this.markets().map((market) => market.dump()),
    }
  }

  /** Takes up what `dump` gave; only before the first batch. */
  load(dump: StateDump): void {
    const markets = dump.markets.map((market) => InstrumentMarket.load(market))
    for (const market of markets) this.#enlist(market)
    this.#seq = dump.seq
    this.#next = eventPlace({ seq: dump.seq + 1, part: 0 })
    this.#timeMs = dump.timeMs
    this.#batchTimeNs = BigInt(dump.batchTimeNs)
  }

  #enlist(market: InstrumentMarket): void {
    this.#byId.set(market.instrument.instrumentId, market)
    this.#bySymbol.set(market.instrument.symbol, market)
  }

  #onInstrument(instrument: Instrument): void {
    const known = this.#byId.get(instrument.instrumentId)
    if (known === undefined) this.#enlist(new InstrumentMarket(instrument))
    else known.amend(instrument, this.#timeMs, this.#sink)
  }

  #onReport(report: FeedReport): void {
    const market = this.#byId.get(report.instrumentId)
    if (market === undefined) return
    if (report.cmdIndex !== this.#cmdIndex) this.#endCommand()
    this.#cmdIndex = report.cmdIndex
    this.#touched.add(market)
    market.apply(report, this.#timeMs, this.#sink)
  }

  #endCommand(): void {
    for (const market of this.#touched) market.endCommand(this.#timeMs, this.#sink)
    this.#touched.clear()
  }
}
