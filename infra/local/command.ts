/** Runs a program to its end and gives its output, with a deadline and a readable failure. */
import { spawn } from 'node:child_process'

/** What a program printed. */
export interface CommandResult {
  stdout: string
  stderr: string
}

/** How to run it. */
export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  uid?: number | undefined
  gid?: number | undefined
  timeoutMs?: number
  /** Sees stdout line by line while it runs. */
  onLine?: (line: string) => void
}

/** Runs it; a code other than 0, or the deadline, is an Error that holds the last lines. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((done, refuse) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env,
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 120_000,
      killSignal: 'SIGKILL',
    })
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      for (const line of chunk.split('\n')) if (line !== '') options.onLine?.(line)
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    child.on('error', (cause) => refuse(new Error(`${command} could not be run`, { cause })))
    child.on('close', (code, signal) => {
      if (code === 0) return done({ stdout, stderr })
      const words = (stderr.trim() || stdout.trim()).split('\n').slice(-8).join('\n')
      refuse(new Error(`${command} ${args[0] ?? ''} ended with ${code ?? signal}: ${words}`))
    })
  })
}
