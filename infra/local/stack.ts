/** `npm run stack -- up|down|status|logs`: the venue by hand. */
import { parseArgs } from 'node:util'
import { startStack } from './local-stack.ts'
import { defaultDataDir } from './paths.ts'
import { createProgress, silentProgress } from './progress.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { dir: { type: 'string' }, ports: { type: 'string' }, quiet: { type: 'boolean' } },
})
if (positionals[0] === 'servers') await servers()

/** Runs the five servers alone, on free ports, until SIGINT or SIGTERM. */
async function servers(): Promise<void> {
  const stack = await startStack({
    dataDir: values.dir ?? defaultDataDir(),
    ports: values.ports === 'default' ? 'default' : 'free',
    processes: [],
    progress: values.quiet === true ? silentProgress : createProgress(),
  })
  stack.supervisor.markReady()
  process.stdout.write(`${JSON.stringify(stack.env)}\n`)
  await new Promise((done) => process.once('SIGINT', done).once('SIGTERM', done))
  await stack.stop()
}
