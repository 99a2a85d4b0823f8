// matching as its own process, to be killed.

import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { freePort } from './free-port.ts'
import { until } from './until.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** A running matching. */
export interface MatchingProcess extends AsyncDisposable {
  readonly port: number
  /** Resolves when it leads. */
  readonly ready: () => Promise<void>
  /** Ends it with a signal; resolves with its exit code (null after a signal). */
  readonly end: (signal: NodeJS.Signals) => Promise<number | null>
  /** Resolves when it has ended by itself. */
  readonly exited: Promise<number | null>
  /** What it logged. */
  readonly output: () => string
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts one on a NATS server; `dataDir` holds its high-water mark. */
export async function startMatchingProcess(options: {
  readonly natsUrl: string
  readonly dataDir: string
  readonly env?: Readonly<Record<string, string>>
}): Promise<MatchingProcess> {
  const port = await freePort()
  const child = spawn(process.execPath, [resolve(ROOT, 'runtime/matching/main.ts')], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: resolve(ROOT, 'node_modules/.cache/tradeengine/compile'),
      TE_MATCHING_PORT: String(port),
      TE_NATS_URL: options.natsUrl,
      TE_DATA_DIR: options.dataDir,
      TE_DURABILITY: 'process-safe',
      TE_SNAPSHOT_EVERY: '2000',
      // Tests count what they append themselves.
      TE_CLOCK_MS: '60000',
      ...options.env,
    },
  })
  running.add(child)
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    output += data.toString()
  })
  const exited = new Promise<number | null>((done) => {
    child.once('exit', (code) => {
      running.delete(child)
      done(code)
    })
  })
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal)
    return exited
  }
  return {
    port,
    exited,
    end,
    output: () => output,
    ready: async () => {
      await until(`matching leads\n${output}`, async () => {
        if (child.exitCode !== null) throw new Error(`matching ended\n${output}`)
        const url = `http://127.0.0.1:${port}/health/ready`
        const answer = await fetch(url).catch(() => undefined)
        return answer?.status === 200
      })
    },
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) await end('SIGKILL')
    },
  }
}
