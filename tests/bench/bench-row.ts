// One figure of a benchmark, the same shape for every bench: printed as a table and as JSON lines.

export interface BenchRow {
  /** Which bench: matching, path, sustained, log, projections. */
  readonly bench: string
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Latencies in microseconds: p50, p90, p99, p99.9, max. */
  readonly percentiles?: Readonly<Record<string, number>>
  /** What the figure should reach, e.g. `>= 5000`. */
  readonly goal?: string
}
