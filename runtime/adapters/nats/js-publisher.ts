// The client's own one-by-one publisher: the baseline that the benchmarks measure against.

import { connectionOf, type NatsLink, toHeaders } from './link.ts'
import type { PublishResult } from './log-publisher.ts'

/** Publishes with the client's `js.publish`, as a program without this adapter would. */
export function createJsPublisher(
  link: NatsLink,
  subject: string,
): (data: Uint8Array, msgId: string) => Promise<PublishResult> {
  const js = connectionOf(link).jetstream()
  return async (data, msgId) => {
    const ack = await js.publish(subject, data, { headers: toHeaders({ 'Nats-Msg-Id': msgId }) })
    return { seq: ack.seq, duplicate: ack.duplicate }
  }
}
