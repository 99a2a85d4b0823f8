// What a figure was measured on: figures without it mean nothing.

import { execFileSync } from 'node:child_process'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'
import { arch, platform, version } from 'node:process'

export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly commit: string
  readonly load: number
  readonly date: string
}

/** Describes this machine now. */
export function describeMachine(): Machine {
  const all = cpus()
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform} ${arch}`,
    node: version,
    commit: commit(),
    load: Number((loadavg()[0] ?? 0).toFixed(2)),
    date: new Date().toISOString().slice(0, 10),
  }
}

function commit(): string {
  try {
    const cwd = join(import.meta.dirname, '../..')
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd, encoding: 'utf8' }).trim()
  } catch {
    return 'unknown'
  }
}
