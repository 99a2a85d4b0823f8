// Stands between the host and a literal envProcess, whose code does not know that it has a parent:
// when the host dies by kill -9, our stdin closes and the child is stopped. A function of the
// template needs no guard, it watches its stdin itself.

import { spawn } from 'node:child_process'

const KILL_AFTER_MS = 8000
const [command = '', ...args] = process.argv.slice(2)

const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
child.once('error', (error) => {
  process.stderr.write(`${command} could not be started: ${error.message}\n`)
  process.exitCode = 127
  process.stdin.destroy()
})
child.once('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 143)))

const stop = () => {
  child.kill('SIGTERM')
  setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS).unref()
}
process.on('SIGTERM', stop)
process.stdin.resume().once('end', stop).once('error', stop)
