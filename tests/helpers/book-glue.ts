// What a careful client of `book:` does: the rule written in contracts/market-data.ts.

import type { BookDiff, BookSnapshot, LevelText } from '#contracts/market-data.ts'

/** Puts diffs on a snapshot. Errors: an Error at the first gap. */
export function glueBook(snapshot: BookSnapshot, diffs: readonly BookDiff[]): BookSnapshot {
  const sides = { bids: new Map(snapshot.bids), asks: new Map(snapshot.asks) }
  let { seq, timestampMs } = snapshot
  for (const diff of diffs) {
    if (diff.seq <= seq) continue
    if (diff.prevSeq !== seq) throw new Error(`gap: ${diff.prevSeq} after ${seq}`)
    for (const side of ['bids', 'asks'] as const) {
      for (const [price, qty] of diff[side]) {
        if (qty === '0') sides[side].delete(price)
        else sides[side].set(price, qty)
      }
    }
    seq = diff.seq
    timestampMs = diff.timestampMs
  }
  const sorted = (map: Map<string, string>, sign: number): LevelText[] =>
    [...map].sort(([a], [b]) => (Number(a) - Number(b)) * sign)
  return {
    ...snapshot,
    seq,
    timestampMs,
    bids: sorted(sides.bids, -1),
    asks: sorted(sides.asks, 1),
  }
}
