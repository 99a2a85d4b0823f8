// The end of a process: asked for (drain, then 0) or by a bug (say so, then 1; the log rebuilds it).

import type { Logger } from './logger.ts'

/** Everyone is out after 10 s; half a second stays for the exit itself. */
const DRAIN_MS_MAX = 9500

/**
 * SIGTERM and SIGINT run `onShutdown` once, then exit 0; exit 1 when it throws or takes too long.
 * An uncaught error is logged and exits 1: a process in an unknown state serves nobody.
 */
export function installProcessGuards(log: Logger, onShutdown: () => Promise<void>): void {
  const die = (error: unknown, why: string) => {
    log.fatal({ err: error }, why)
    process.exit(1)
  }
  process.on('uncaughtException', (error) => die(error, 'uncaught exception'))
  process.on('unhandledRejection', (error) => die(error, 'unhandled rejection'))
  let isEnding = false
  const end = (signal: string) => {
    if (isEnding) return
    isEnding = true
    log.info({ signal }, 'draining')
    setTimeout(() => die(undefined, 'drain took too long'), DRAIN_MS_MAX).unref()
    onShutdown().then(
      () => {
        log.info('drained')
        process.exit(0)
      },
      (error: unknown) => die(error, 'drain failed'),
    )
  }
  process.on('SIGTERM', () => end('SIGTERM'))
  process.on('SIGINT', () => end('SIGINT'))
}
