/**
 * Starts a TypeScript entry of this repository on the pinned Node 24: `node infra/local/run.mjs ENTRY.ts [args...]`.
 *
 * Why: the machine's own node may be 20 and knows no TypeScript, and a fresh clone has no
 * node_modules. So this one file is plain JavaScript without dependencies: it installs what the
 * lockfile says when that is missing, then hands over to the runtime that the lockfile pins.
 * It writes to stderr only: the entry's stdout may be read by a program.
 */
import { spawn } from 'node:child_process'
import {
  accessSync,
  constants,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { arch, constants as osConstants, platform } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
const installLock = join(root, '.te', 'install.lock')
const LOCK_POLL_MS = 200
const PARENT_POLL_MS = 250
let holdsLock = false

const [entry, ...args] = process.argv.slice(2)
if (entry === undefined) {
  process.stderr.write('usage: node infra/local/run.mjs ENTRY.ts [args...]\n')
  process.exit(2)
}

if (!isInstalled()) await installOnce()
process.exit(await run(runtimePath(), [resolve(root, entry), ...args]))

/** The lockfile's packages are all there, in the locked versions, and so is the runtime. */
function isInstalled() {
  const wanted = readPackages(join(root, 'package-lock.json'))
  const found = readPackages(join(root, 'node_modules', '.package-lock.json'))
  if (wanted === undefined)
    fail('package-lock.json is missing or broken: clone the repository anew')
  if (found === undefined || runtimePath() === undefined) return false
  for (const [path, locked] of Object.entries(wanted)) {
    if (path === '') continue
    const installed = found[path]
    // What the platform does not need (optional packages of other systems) npm leaves out.
    if (installed === undefined ? !locked.optional : installed.version !== locked.version)
      return false
  }
  return true
}

function readPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages
  } catch {
    return undefined
  }
}

/** The node that runs the product: the pinned one, else our own when it is new enough. */
function runtimePath() {
  const pinned = join(root, 'node_modules', `node-${platform()}-${arch()}`, 'bin', 'node')
  try {
    accessSync(pinned, constants.X_OK)
    return pinned
  } catch {
    return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined
  }
}

/** Installs under a lock, so that two starts at the same time do not tear each other's folder. */
async function installOnce() {
  await takeLock()
  try {
    if (isInstalled()) return
    const startedAt = Date.now()
    process.stderr.write('Installing the packages of package-lock.json …\n')
    const code = await npmCi()
    if (code !== 0) fail(`npm ci ended with code ${code}; its message stands above`)
    if (runtimePath() === undefined) {
      fail(`no Node 24 for ${platform()}-${arch()} in the lockfile: install Node 24 and try again`)
    }
    process.stderr.write(`Installed in ${((Date.now() - startedAt) / 1000).toFixed(1)} s.\n`)
  } finally {
    rmSync(installLock, { force: true })
    holdsLock = false
  }
}

async function takeLock() {
  mkdirSync(dirname(installLock), { recursive: true })
  let told = false
  for (;;) {
    try {
      const fd = openSync(installLock, 'wx')
      writeSync(fd, String(process.pid))
      holdsLock = true
      return
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!holderIsAlive()) {
      // Rename first: of two waiters that both see a dead holder only one removes the lock.
      const stale = `${installLock}.${process.pid}`
      try {
        renameSync(installLock, stale)
        rmSync(stale, { force: true })
      } catch {
        // The other waiter was faster.
      }
      continue
    }
    if (!told) process.stderr.write('Another start is installing; waiting for it …\n')
    told = true
    await new Promise((done) => setTimeout(done, LOCK_POLL_MS))
  }
}

function holderIsAlive() {
  try {
    const pid = Number(readFileSync(installLock, 'utf8'))
    // Empty for the instant between creation and the write of the pid: counts as alive.
    return pid === 0 || process.kill(pid, 0)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** npm's output goes to stderr; no install script is needed by any package that we use. */
function npmCi() {
  const options = [
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--loglevel=error',
  ]
  if (process.stderr.isTTY) options.push('--progress=true')
  const npmCli = process.env.npm_execpath
  const viaNode = npmCli !== undefined && /npm-cli\.c?js$/.test(npmCli)
  return spawnAndWait(
    viaNode ? process.execPath : 'npm',
    viaNode ? [npmCli, ...options] : options,
    { cwd: root, stdio: ['ignore', 2, 2] },
    'npm could not be started: install npm (it comes with Node)',
  )
}

function run(node, argv) {
  const compileCache = join(root, 'node_modules', '.cache', 'tradeengine', 'compile')
  return spawnAndWait(
    node,
    argv,
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? compileCache,
        NODE_COMPILE_CACHE_PORTABLE: '1',
      },
    },
    `${node} could not be started`,
  )
}

/** Runs a child to its end, passing our signals on; a signalled child gives 128 + signal. */
function spawnAndWait(command, argv, options, problem) {
  return new Promise((done) => {
    const child = spawn(command, argv, options)
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    const forward = (signal) => child.kill(signal)
    for (const signal of signals) process.on(signal, forward)
    const stopWatching = watchParent(() => child.kill('SIGTERM'))
    child.on('error', (error) => fail(`${problem}: ${error.message}`))
    child.on('exit', (code, signal) => {
      for (const name of signals) process.off(name, forward)
      stopWatching()
      done(code ?? 128 + (osConstants.signals[signal] ?? 0))
    })
  })
}

/**
 * npm runs us below a shell, which dies of npm's SIGTERM without passing it on: then nobody would
 * ever end the venue. Started without npm, losing the parent means nothing (`… &` and log out).
 */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return () => {}
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onGone()
  }, PARENT_POLL_MS)
  timer.unref()
  return () => clearInterval(timer)
}

function fail(message) {
  if (holdsLock) rmSync(installLock, { force: true })
  process.stderr.write(`tradeengine: ${message}\n`)
  process.exit(1)
}
