// What a replay prints: one table that a reader can check line by line.

import Table from 'cli-table3'
import type { AuditRow } from './audit.ts'
import type { TradeFigures } from './comparison.ts'
import type { ReplayFigures } from './replayer.ts'
import type { ReplaySession } from './session.ts'

export interface ReplaySummary {
  readonly figures: ReplayFigures
  readonly trades: TradeFigures
  readonly audit: readonly AuditRow[]
  readonly session: Pick<ReplaySession, 'outcomes' | 'symbol'>
  readonly seconds: number
}

/** The summary as tables. */
export function renderSummary(summary: ReplaySummary): string {
  return [flowTable(summary), comparisonTable(summary), auditTable(summary.audit)].join('\n')
}

function flowTable({ figures, session, seconds }: ReplaySummary): string {
  const table = plainTable(['order flow', ''])
  const rejects = new Map<string, number>()
  const latencies = new Float64Array(session.outcomes.length)
  session.outcomes.forEach((outcome, i) => {
    latencies[i] = outcome?.latencyMs ?? 0
    const code = outcome?.rejectCode
    if (code) rejects.set(code, (rejects.get(code) ?? 0) + 1)
  })
  latencies.sort()
  table.push(['instrument', session.symbol], ['recorded events', figures.events])
  table.push(['commands sent', figures.commands])
  for (const [what, count] of Object.entries(figures.counts)) table.push([`  ${what}`, count])
  for (const [code, count] of rejects) table.push([`  answered ${code}`, count])
  table.push(['corrupt lines skipped', figures.defects.length])
  for (const d of figures.defects.slice(0, 5)) table.push([`  line ${d.line}`, d.reason])
  table.push(['seconds', seconds.toFixed(1)])
  table.push([
    'orders/s (all commands, power-safe as configured)',
    Math.round(figures.commands / seconds),
  ])
  const at = (q: number): string =>
    (latencies[Math.floor((latencies.length - 1) * q)] ?? 0).toFixed(2)
  table.push(['latency ms p50 / p90 / p99 / max', [at(0.5), at(0.9), at(0.99), at(1)].join(' / ')])
  return table.toString()
}

function comparisonTable({ figures: { books }, trades }: ReplaySummary): string {
  const table = plainTable(['against the recording', ''])
  const share = (part: number, whole: number): string =>
    whole === 0 ? 'none recorded' : `${part} of ${whole} (${((100 * part) / whole).toFixed(2)} %)`
  table.push(
    ['book levels equal, where the log determines them', share(books.levelsEqual, books.levels)],
    ['snapshots equal in every determined level', share(books.snapshotsEqual, books.snapshots)],
    ['levels that the log does not determine', books.levelsUndetermined],
    ['trades matched by price and quantity', share(trades.matched, trades.recorded)],
  )
  for (const [reason, count] of Object.entries(trades.missing))
    table.push([`  not here: ${reason}`, count])
  table.push(['trades here', trades.here], ['  not recorded', trades.extra])
  for (const example of books.examples) table.push(['  for example', example])
  return table.toString()
}

function auditTable(rows: readonly AuditRow[]): string {
  const table = plainTable(['books of the venue', 'expected', 'found', ''])
  for (const r of rows) table.push([r.what, r.expected, r.found, r.ok ? 'ok' : 'DIFFERS'])
  return table.toString()
}

function plainTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } })
}
