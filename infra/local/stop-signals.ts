/** The operator's wish to end, as an AbortSignal. */

/**
 * Aborts at the first SIGINT, SIGTERM or SIGHUP. Further ones are heard and ignored: npm and the
 * terminal both pass Ctrl-C on, so one wish arrives twice.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => controller.abort())
  }
  return controller.signal
}

/** Resolves when the signal is aborted, and keeps the process alive until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done()
    const alive = setInterval(() => {}, 1 << 30)
    signal.addEventListener('abort', () => {
      clearInterval(alive)
      done()
    })
  })
}
