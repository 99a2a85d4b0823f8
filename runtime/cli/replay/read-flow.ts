// Lines of a recording, plain or xz, streamed: memory does not grow with the file.

import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import xz from 'xz-decompress'
import type { FlowDefect, FlowEvent, FlowFormat } from './flow.ts'

/** Reads events and defects in order. Errors: those of the file system; a broken xz stream. */
export async function* readFlow(
  path: string,
  format: FlowFormat,
): AsyncGenerator<FlowEvent | FlowDefect> {
  const file = createReadStream(path)
  const input = path.endsWith('.xz') ? decompressed(file) : file
  let line = 0
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line += 1
    const event = format.read(text, line)
    if (event !== null) yield event
  }
}

function decompressed(file: Readable): Readable {
  const web = Readable.toWeb(file) as unknown as ReadableStream<Uint8Array>
  return Readable.fromWeb(new xz.XzReadableStream(web) as unknown as WebStream<Uint8Array>)
}
