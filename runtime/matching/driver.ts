// `npm run --silent engine`: one JSON command per line from standard input, one JSON event per line to
// standard output, in the engine that production runs. Reads no faster than the output is taken.

import { once } from 'node:events'
import { Script } from './driver-script.ts'
import { inlineHotFunctions } from './inlining.ts'

/** A line longer than this is refused without being kept: 1 MiB, 2,000 times an order. */
const LINE_BYTES_MAX = 1_048_576
/** Output is written in pieces of about this size. */
const WRITE_BYTES = 65_536
const LINE_FEED = 10
const NOTHING = Buffer.alloc(0)

/** Cuts bytes into lines; of one that is too long only that it was there. */
class Lines {
  #rest: Buffer = NOTHING
  #isTooLong = false
  readonly #script: Script

  constructor(script: Script) {
    this.#script = script
  }

  async feed(chunk: Buffer): Promise<void> {
    let from = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, from)) {
      if (this.#rest.length === 0) this.#line(chunk, from, end)
      else {
        const whole = Buffer.concat([this.#rest, chunk.subarray(from, end)])
        this.#line(whole, 0, whole.length)
        this.#rest = NOTHING
      }
      from = end + 1
      if (this.#script.pending >= WRITE_BYTES) await write(this.#script.drain())
    }
    if (from < chunk.length) this.#rest = Buffer.concat([this.#rest, chunk.subarray(from)])
    if (this.#rest.length > LINE_BYTES_MAX) {
      this.#isTooLong = true
      this.#rest = NOTHING
    }
  }

  /** The last line may lack its end. */
  finish(): void {
    const { length } = this.#rest
    if (length > 0 || this.#isTooLong) this.#line(this.#rest, 0, length)
  }

  #line(bytes: Buffer, from: number, end: number): void {
    if (this.#isTooLong || end - from > LINE_BYTES_MAX) this.#script.refuse('line is too long')
    else this.#script.takeBytes(bytes, from, end)
    this.#isTooLong = false
  }
}

async function write(bytes: Buffer): Promise<void> {
  if (bytes.length > 0 && !process.stdout.write(bytes)) await once(process.stdout, 'drain')
}

async function main(): Promise<void> {
  // Whoever reads the events may stop before the end; that is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  inlineHotFunctions()
  const script = new Script()
  const lines = new Lines(script)
  for await (const chunk of process.stdin) await lines.feed(chunk as Buffer)
  lines.finish()
  await write(script.drain())
}

await main()
