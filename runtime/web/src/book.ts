// The page's copy of one book: a snapshot, then diffs in sequence; a gap asks for a new snapshot.

import { signal } from '@preact/signals'
import type { BookDiff, BookSnapshot, LevelText } from '#contracts/market-data.ts'

export interface LadderRow {
  readonly price: string
  readonly qty: string
  /** Share of the deepest shown cumulative quantity, 0 to 1: for the depth bar only. */
  readonly depth: number
}

/** Rows of the ladder, best first. */
export const bids = signal<readonly LadderRow[]>([])
export const asks = signal<readonly LadderRow[]>([])

const SHOWN = 12
const levels = { bids: new Map<string, string>(), asks: new Map<string, string>() }
let seq = 0
let framePending = false

export function clearBook(): void {
  levels.bids.clear()
  levels.asks.clear()
  seq = 0
  render()
}

/** Applies a message. False: a gap, the caller must subscribe again. */
export function applyBook(message: BookSnapshot | BookDiff): boolean {
  if (message.type === 'snapshot') {
    levels.bids.clear()
    levels.asks.clear()
  } else {
    if (message.seq <= seq) return true
    if (message.prevSeq > seq) return false
  }
  seq = message.seq
  merge(levels.bids, message.bids)
  merge(levels.asks, message.asks)
  if (!framePending) {
    framePending = true
    requestAnimationFrame(render)
  }
  return true
}

function merge(side: Map<string, string>, changes: readonly LevelText[]): void {
  for (const [price, qty] of changes) {
    if (Number(qty) === 0) side.delete(price)
    else side.set(price, qty)
  }
}

function render(): void {
  framePending = false
  const top = (side: Map<string, string>, sign: number): [string, string][] =>
    [...side.entries()].sort(([a], [b]) => sign * (Number(a) - Number(b))).slice(0, SHOWN)
  const bidTop = top(levels.bids, -1)
  const askTop = top(levels.asks, 1)
  const sum = (rows: [string, string][]): number => rows.reduce((t, [, q]) => t + Number(q), 0)
  const deepest = Math.max(sum(bidTop), sum(askTop), Number.MIN_VALUE)
  bids.value = withDepth(bidTop, deepest)
  asks.value = withDepth(askTop, deepest)
}

function withDepth(rows: [string, string][], deepest: number): LadderRow[] {
  let cumulative = 0
  return rows.map(([price, qty]) => {
    cumulative += Number(qty)
    return { price, qty, depth: cumulative / deepest }
  })
}
