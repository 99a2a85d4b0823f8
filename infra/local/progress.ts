/**
 * What the operator sees while the venue starts, is checked or is tested: one line per step with
 * its time. Colour and the running clock appear on a terminal only, and never with NO_COLOR.
 */

/** Where steps are shown. */
export interface Progress {
  /** Runs one step and shows its name, its time and the note that it returns. */
  step<T>(name: string, work: (note: (text: string) => void) => Promise<T>): Promise<T>
  /** Shows a line between the steps. */
  line(text: string): void
}

/** Makes a progress display on stderr, so that stdout stays free for results. */
export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const paint = createPaint(stream)
  const running = new Map<string, { startedAt: number; note: string }>()
  let shown = 0

  const clear = (): void => {
    if (shown > 0) stream.write(`\u001B[${shown}A\u001B[0J`)
    shown = 0
  }
  const draw = (): void => {
    if (!stream.isTTY) return
    for (const [name, { startedAt, note }] of running) {
      const line = `… ${name}${note === '' ? '' : `  ${note}`}`
      stream.write(`${paint.dim(`${line.slice(0, stream.columns - 8)}  ${since(startedAt)}`)}\n`)
    }
    shown = running.size
  }
  const print = (text: string): void => {
    clear()
    stream.write(`${text}\n`)
    draw()
  }
  let clock: NodeJS.Timeout | undefined
  const tick = (): void => {
    clear()
    draw()
  }
  const start = (name: string): { startedAt: number; note: string } => {
    const entry = { startedAt: Date.now(), note: '' }
    running.set(name, entry)
    if (stream.isTTY) clock ??= setInterval(tick, 200).unref()
    return entry
  }
  const end = (name: string): void => {
    running.delete(name)
    if (running.size > 0) return
    clearInterval(clock)
    clock = undefined
  }

  return {
    async step(name, work) {
      const entry = start(name)
      try {
        const result = await work((text) => {
          entry.note = text
        })
        end(name)
        const note = entry.note === '' ? '' : `  ${paint.dim(entry.note)}`
        print(`${paint.green('✔')} ${name}${note}  ${paint.dim(since(entry.startedAt))}`)
        return result
      } catch (error) {
        end(name)
        print(`${paint.red('✖')} ${name}  ${paint.dim(since(entry.startedAt))}`)
        throw error
      }
    },
    line: print,
  }
}

/** A progress that shows nothing, for stacks that tests and tools start. */
export const silentProgress: Progress = {
  step: (_name, work) => work(() => {}),
  line: () => {},
}

/** Colours for one stream; plain text when it is no terminal or NO_COLOR is set. */
export function createPaint(
  stream: NodeJS.WriteStream,
): Record<'green' | 'red' | 'yellow' | 'dim' | 'bold', (text: string) => string> {
  // Colour of the operator's own terminal, no setting of a process: read where it is used.
  const isColoured = stream.isTTY && (process.env['NO_COLOR'] ?? '') === ''
  const code = (open: number, close: number) => (text: string) =>
    isColoured ? `\u001B[${open}m${text}\u001B[${close}m` : text
  return {
    green: code(32, 39),
    red: code(31, 39),
    yellow: code(33, 39),
    dim: code(2, 22),
    bold: code(1, 22),
  }
}

function since(startedAt: number): string {
  return `${((Date.now() - startedAt) / 1000).toFixed(1)} s`
}
