// Which snapshot a start may use: the newest good one that was taken from this very log. A log that
// was thrown away and begun anew has the same numbers with other times.

import { getMessage, messageOfBatch, type NatsLink } from '#adapters/nats/index.ts'
import { OperationalError } from '#contracts/errors.ts'
import { readEventHeader } from '#contracts/event-codec.ts'
import { eventStream } from '#contracts/subjects.ts'
import type { StateDump } from './market-state.ts'
import type { SnapshotFiles } from './snapshot-files.ts'

const RETRY_MS = 200

/** The snapshot to start from, or null: read the log from its beginning. */
export async function newestSnapshot(
  link: NatsLink,
  shard: number,
  files: Pick<SnapshotFiles, 'read'>,
  log: { warn(fields: object, message: string): void },
): Promise<StateDump | null> {
  for await (const dump of files.read()) {
    if (await isOfThisLog(link, shard, dump)) return dump
    log.warn({ seq: dump.seq }, 'snapshot is of another log; passed over')
  }
  return null
}

async function isOfThisLog(link: NatsLink, shard: number, dump: StateDump): Promise<boolean> {
  for (;;) {
    try {
      const first = await messageOfBatch(link, shard, dump.seq)
      const message = await getMessage(link, eventStream(shard), first)
      if (message === null) return false
      const { seq, timestampNs } = readEventHeader(message.data)
      return seq === dump.seq && timestampNs.toString() === dump.batchTimeNs
    } catch (error) {
      if (error instanceof OperationalError && error.code === 'TE_NOT_FOUND') return false
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
    }
  }
}
