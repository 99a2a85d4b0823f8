// `npm run --silent engine`: one JSON command per line from standard input, one JSON event per line to
// standard output, in the engine that production runs. Reads no faster than the output is taken.

import { once } from 'node:events'
import { StringDecoder } from 'node:string_decoder'
import { Script } from './driver-script.ts'

/** A line longer than this is refused without being kept: 1 MiB, 2,000 times an order. */
const LINE_CHARS_MAX = 1_048_576
/** Output is written in pieces of about this size. */
const WRITE_CHARS = 65_536

/** Cuts text into lines; of one that is too long only that it was there. */
class Lines {
  #rest = ''
  #isTooLong = false
  readonly #script: Script

  constructor(script: Script) {
    this.#script = script
  }

  async feed(text: string): Promise<void> {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#line(this.#rest + text.slice(from, end))
      this.#rest = ''
      from = end + 1
      if (this.#script.pending >= WRITE_CHARS) await write(this.#script.drain())
    }
    this.#rest += text.slice(from)
    if (this.#rest.length > LINE_CHARS_MAX) {
      this.#isTooLong = true
      this.#rest = ''
    }
  }

  /** The last line may lack its end. */
  finish(): void {
    if (this.#rest !== '' || this.#isTooLong) this.#line(this.#rest)
  }

  #line(line: string): void {
    if (this.#isTooLong || line.length > LINE_CHARS_MAX) this.#script.refuse('line is too long')
    else this.#script.take(line)
    this.#isTooLong = false
  }
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text, 'latin1')) await once(process.stdout, 'drain')
}

async function main(): Promise<void> {
  // Whoever reads the events may stop before the end; that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  const script = new Script()
  const lines = new Lines(script)
  const decoder = new StringDecoder('utf8')
  for await (const chunk of process.stdin) await lines.feed(decoder.write(chunk as Buffer))
  await lines.feed(decoder.end())
  lines.finish()
  await write(script.drain())
}

await main()
