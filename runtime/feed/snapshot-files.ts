// The feed's state on disk, so that a restart does not read the log from its beginning. A file is
// written whole under another name, synced, then named; a SHA-256 stands in its first line. What is
// torn, altered or of another version is passed over for the one before, and at last for the log.

import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { StateDump } from './market-state.ts'

const VERSION = 2
/** The newest and the one before it. */
const KEPT_MAX = 2

/** Where the snapshots of one shard are. */
export interface SnapshotFiles {
  /** Writes the text of a dump; whole and named when it resolves. */
  readonly write: (seq: number, text: string) => Promise<void>
  /** The good ones, newest first, read one by one as they are asked for. */
  readonly read: () => AsyncGenerator<StateDump, void, undefined>
}

/** The snapshots in a folder, which is made when it is not there. */
export function createSnapshotFiles(
  folder: string,
  shard: number,
  log: { warn(fields: object, message: string): void },
): SnapshotFiles {
  const pattern = new RegExp(`^feed-${shard}-([0-9]{1,16})\\.snapshot$`)
  const list = async (): Promise<{ name: string; seq: number }[]> => {
    const names = await readdir(folder).catch(() => [])
    return names
      .map((name) => ({ name, seq: Number(pattern.exec(name)?.[1] ?? Number.NaN) }))
      .filter(({ seq }) => Number.isSafeInteger(seq))
      .sort((a, b) => b.seq - a.seq)
  }
  return {
    write: async (seq, text) => {
      await mkdir(folder, { recursive: true })
      await writeWhole(folder, `feed-${shard}-${seq}.snapshot`, text)
      const old = (await list()).slice(KEPT_MAX)
      for (const { name } of old) await rm(join(folder, name), { force: true })
    },
    read: async function* () {
      for (const { name, seq } of await list()) {
        const dump = parse(await readFile(join(folder, name), 'utf8').catch(() => ''))
        if (dump?.seq === seq) yield dump
        else log.warn({ name }, 'snapshot is torn or altered; passed over')
      }
    },
  }
}

async function writeWhole(folder: string, name: string, text: string): Promise<void> {
  const temporary = join(folder, `writing-${process.pid}-${name}`)
  const file = await open(temporary, 'w')
  try {
    await file.writeFile(`${JSON.stringify({ version: VERSION, sha256: sha256(text) })}\n${text}`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, join(folder, name))
}

function parse(content: string): StateDump | null {
  const end = content.indexOf('\n')
  if (end < 0) return null
  const text = content.slice(end + 1)
  try {
    const head = JSON.parse(content.slice(0, end)) as { version?: unknown; sha256?: unknown }
    if (head.version !== VERSION || head.sha256 !== sha256(text)) return null
    return JSON.parse(text) as StateDump
  } catch {
    return null
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
