// One figure of a benchmark, the same shape for every bench: printed as a table and as JSON lines.

export interface BenchRow {
  /** Which bench: matching, path, sustained, log, projections. */
  readonly bench: string
  /** Which part of the bench, where it has parts. */
  readonly part?: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** The same figure as messages a second, where the value is a time. */
  readonly perSecond?: number
  /** Nanoseconds of the processor, where the value is a time by the clock of a busy machine. */
  readonly cpu?: number
  /** Latencies in microseconds: p50, p90, p99, p99.9, p99.99, max. */
  readonly percentiles?: Readonly<Record<string, number>>
  /** What the figure should reach, e.g. `>= 5000`. */
  readonly goal?: string
  /** A harder aim, which nothing depends on. */
  readonly stretch?: string
  /** Why there is no figure here; the value means nothing then. */
  readonly skipped?: string
  /** Point of a curve: its line in the plot and its place on the axis. */
  readonly point?: { readonly line: string; readonly at: number }
}

/** Unit of a figure that says whether something holds. */
export const YES_OR_NO = '1 = yes'
