// A projection for tests: one line per event batch in a file, its offset is the last line. Refuses
// what is marked as poison, and fails as often as the file `failures` says.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { InputError, OperationalError } from '#contracts/errors.ts'
import { createHandler } from '#contracts/function-handler.ts'

export default createHandler({
  events: async (call, context) => {
    const folder = context.env['RECORDER_DIR'] ?? ''
    const file = join(folder, 'applied')
    fail(join(folder, 'failures'))
    const offset = offsetOf(file)
    if (call.firstSeq > offset + 1) return { ok: false, expectedSeq: offset + 1 }
    let lines = ''
    let seq = offset
    for (const frame of call.frames) {
      if (frame.seq <= offset) continue
      const text = Buffer.from(frame.data).toString('utf8')
      if (text.startsWith('poison')) throw new InputError('TE_INPUT_BODY', 'poison')
      lines += `${frame.seq} ${frame.skipped ? 'skipped' : text}\n`
      seq = frame.seq
    }
    appendFileSync(file, lines)
    return { ok: true, seq, emit: [{ subject: 'push.1000', data: { seq } }] }
  },
})

function offsetOf(file: string): number {
  if (!existsSync(file)) return 0
  const last = readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? ''
  return Number(last.split(' ')[0] ?? 0)
}

function fail(file: string): void {
  const left = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0
  if (left <= 0) return
  writeFileSync(file, String(left - 1))
  throw new OperationalError('TE_UNAVAILABLE_POSTGRES', 'asked to fail')
}
