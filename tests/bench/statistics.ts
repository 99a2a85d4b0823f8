// Medians and percentiles of bench rounds.

import { build, type Histogram } from 'hdr-histogram-js'

/** The middle value; the mean of the two middle ones for an even count; 0 for none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
  const high = sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0
  return (low + high) / 2
}

/** Percentiles over all rounds together, in the histograms' unit. */
export function hdrPercentiles(histograms: readonly Histogram[]): Record<string, number> {
  const all = build()
  for (const histogram of histograms) all.add(histogram)
  return {
    p50: all.getValueAtPercentile(50),
    p90: all.getValueAtPercentile(90),
    p99: all.getValueAtPercentile(99),
    'p99.9': all.getValueAtPercentile(99.9),
    max: all.maxValue,
  }
}
