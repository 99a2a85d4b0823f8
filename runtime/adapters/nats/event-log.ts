// Where batches stand in TE_EVT. A batch whose events were cut takes several messages, so behind it
// the number of a message is greater than that of its batch; it is never less.

import { readEventHeader } from '#contracts/event-codec.ts'
import { eventStream } from '#contracts/subjects.ts'
import { getMessage, streamExtent } from './jetstream.ts'
import type { NatsLink } from './link.ts'

/**
 * The message in which batch `seq` begins; where it would begin when it is not stored yet. Reads one
 * message as long as no batch was cut, then one for each halving of what lies behind.
 * Errors: TE_NOT_FOUND, TE_UNAVAILABLE_NATS, TE_INPUT_BODY when the log holds something else.
 */
export async function messageOfBatch(link: NatsLink, shard: number, seq: number): Promise<number> {
  const stream = eventStream(shard)
  const { lastSeq } = await streamExtent(link, stream)
  let low = Math.max(1, seq)
  let high = Math.max(low, lastSeq + 1)
  for (let probe = low; low < high; probe = Math.floor((low + high) / 2)) {
    if ((await batchAt(link, stream, probe)) < seq) low = probe + 1
    else high = probe
  }
  return low
}

/** What is no longer there was before all that is. */
async function batchAt(link: NatsLink, stream: string, message: number): Promise<number> {
  const stored = await getMessage(link, stream, message)
  return stored === null ? 0 : readEventHeader(stored.data).seq
}
