// Counts of a function's process. They are plain numbers until somebody scrapes: loading the
// metrics library would cost every cold start tens of milliseconds.

/** What one process of a function has done. */
export interface FunctionCounts {
  inflight: number
  durationSeconds: number
  /** By status of the answer. */
  readonly answers: Map<number, number>
}

/** Counts that start at nothing. */
export function createCounts(): FunctionCounts {
  return { inflight: 0, durationSeconds: 0, answers: new Map() }
}

/** The counts as a Prometheus page. */
export async function renderMetrics(functionName: string, counts: FunctionCounts): Promise<string> {
  const { collectDefaultMetrics, Counter, Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  registry.setDefaultLabels({ function: functionName })
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const calls = new Counter({
    name: 'te_function_calls_total',
    help: 'Calls answered, by status',
    labelNames: ['status'],
    registers,
  })
  for (const [status, count] of counts.answers) calls.inc({ status: String(status) }, count)
  const seconds = { name: 'te_function_call_seconds_total', help: 'Seconds spent in calls' }
  new Counter({ ...seconds, registers }).inc(counts.durationSeconds)
  const inflight = { name: 'te_function_calls_inflight', help: 'Calls that are open now' }
  new Gauge({ ...inflight, registers }).set(counts.inflight)
  return registry.metrics()
}
