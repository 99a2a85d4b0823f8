// Settings of the local function host. The only reader of the environment here.

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseConfigOrExit } from '#adapters/service/index.ts'

/** What the host needs to know. */
export interface FaasConfig {
  readonly host: string
  readonly port: number
  /** Deployments and the secret store live here. */
  readonly dataDir: string
  /** Where runtime/ and the template are. */
  readonly root: string
  /** Where functions/<FN>/handler.ts are. */
  readonly functionsDir: string
  /** Working directory of a literal envProcess. */
  readonly workDir: string
  /** First replica of the n-th function of the table listens on base + n; 0: on any free port. */
  readonly functionPortBase: number
  /** Refuse what OpenFaaS CE refuses. */
  readonly isStrict: boolean
  /** Undefined: /system is open. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
  readonly upstreamTimeoutMs: number
  /** How long the end of the host waits for open calls, and then for the functions. */
  readonly drainMs: number
  readonly logLevel: string
  /** Passed on to every function. */
  readonly functionEnv: Readonly<Record<string, string>>
}

type Env = Readonly<Record<string, string | undefined>>

/** Passed on beside TE_*: what a process needs to run at all. */
const PASSED = ['PATH', 'HOME', 'TZ', 'LANG', 'NODE_COMPILE_CACHE', 'NODE_COMPILE_CACHE_PORTABLE']
/** The host's own, never a function's. */
const KEPT = /^TE_(FAAS_|DATA_DIR$|SECRETS_DIR$)/

/** Reads and checks the environment once; a problem ends the process. */
export function readConfig(env: Env): FaasConfig {
  const root = resolve(import.meta.dirname, '../..')
  return parseConfigOrExit(env, (read) => {
    const secretsDir = read.text('TE_SECRETS_DIR', join(root, '.te/secrets'))
    const isOn = (name: string) => ['1', 'true'].includes(read.oneOf(name, SWITCH, '1'))
    return {
      host: read.text('TE_HOST', '127.0.0.1'),
      port: read.port('TE_FAAS_PORT', 8080),
      dataDir: resolve(read.text('TE_DATA_DIR', join(root, '.te/faas'))),
      root,
      functionsDir: resolve(read.text('TE_FAAS_FUNCTIONS_DIR', join(root, 'functions'))),
      workDir: resolve(read.text('TE_FAAS_WORK_DIR', root)),
      functionPortBase: read.port('TE_FAAS_FUNCTION_PORT_BASE', 8000),
      isStrict: isOn('TE_FAAS_STRICT'),
      credentials: isOn('TE_FAAS_AUTH') ? readCredentials(secretsDir) : undefined,
      upstreamTimeoutMs: read.integer('TE_FAAS_UPSTREAM_TIMEOUT_MS', 60_000, { min: 100 }),
      drainMs: read.integer('TE_FAAS_DRAIN_MS', 4000, { min: 0, max: 4500 }),
      logLevel: read.text('TE_LOG_LEVEL', 'info'),
      functionEnv: Object.freeze(functionEnv(env)),
    }
  })
}

const SWITCH = ['0', '1', 'true', 'false'] as const

function readCredentials(folder: string): { user: string; password: string } {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
  return { user: read('faas-basic-auth-user'), password: read('faas-basic-auth-password') }
}

function functionEnv(env: Env): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) continue
    if (PASSED.includes(name) || (name.startsWith('TE_') && !KEPT.test(name))) passed[name] = value
  }
  return passed
}
