/** `npm start`: the whole venue in the foreground; Ctrl-C ends it in order. */
import { parseArgs } from 'node:util'
import { openVenue } from './open-venue.ts'
import { defaultDataDir } from './paths.ts'
import { createProgress } from './progress.ts'
import { aborted, abortOnSignals } from './stop-signals.ts'
import { welcome } from './welcome.ts'

const { values } = parseArgs({
  options: {
    dir: { type: 'string' },
    'free-ports': { type: 'boolean' },
    'no-bots': { type: 'boolean' },
  },
})
const progress = createProgress()
const signal = abortOnSignals()
try {
  const stack = await openVenue({
    dataDir: values.dir ?? defaultDataDir(),
    ports: values['free-ports'] === true ? 'free' : 'default',
    bots: values['no-bots'] !== true,
    progress,
    signal,
  })
  process.stdout.write(`${welcome(stack)}\nCtrl-C stops everything; the data stays.\n`)
  await aborted(signal)
  await progress.step('stop everything', () => stack.stop())
} catch (error) {
  const words = error instanceof Error ? error.message : String(error)
  progress.line(signal.aborted ? 'stopped while starting' : words)
  process.exitCode = signal.aborted ? 130 : 1
}
