import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import { createMarkKeeper, markPath, readMark } from '../../../runtime/matching/high-water-mark.ts'

async function inFolder(work: (path: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'te-mark-'))
  try {
    await work(markPath(join(folder, 'sub'), 0))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const chain = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const unexpected = (error: unknown): void => {
  throw error
}

test('a mark that was raised and flushed is read back', (t) =>
  inFolder(async (path) => {
    t.is(await readMark(path), null)
    await using marks = await createMarkKeeper(path, unexpected)
    marks.raise(7, chain(1))
    await marks.flush()
    t.deepEqual(await readMark(path), { seq: 7, chain: '01'.repeat(32) })
    marks.raise(9, chain(2))
    marks.raise(12, chain(3))
    await marks.flush()
    t.deepEqual(await readMark(path), { seq: 12, chain: '03'.repeat(32) })
  }))

test('the last mark is written when the keeper ends', (t) =>
  inFolder(async (path) => {
    const marks = await createMarkKeeper(path, unexpected)
    marks.raise(3, chain(9))
    await marks[Symbol.asyncDispose]()
    t.deepEqual(await readMark(path), { seq: 3, chain: '09'.repeat(32) })
  }))

test('a mark that was cut or altered at any place is no mark at all', (t) =>
  inFolder(async (path) => {
    await using marks = await createMarkKeeper(path, unexpected)
    marks.raise(1234, chain(5))
    await marks.flush()
    const whole = await readFile(path, 'utf8')
    for (let length = 0; length < whole.length - 1; length++) {
      await writeFile(path, whole.slice(0, length))
      t.is(await readMark(path), 'Broken', `cut at ${length}`)
    }
    await writeFile(path, whole.replace('1234', '1235'))
    t.is(await readMark(path), 'Broken')
  }))
