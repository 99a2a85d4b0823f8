// Tells every gateway, twice a second, who leads this shard and how far it is. A gateway that hears
// nothing for two seconds, or another role than leader, accepts no commands for the shard.

import type { NatsLink } from '#adapters/nats/index.ts'
import { matchingHeartbeatSubject } from '#contracts/subjects.ts'

/** The heartbeat's body. */
export interface Heartbeat {
  readonly shard: number
  readonly role: string
  readonly seq: number
  readonly epoch: number
  readonly durability: string
}

const EVERY_MS = 500

/** Starts the heartbeat; a last one goes out when it is disposed. */
export function startHeartbeat(link: NatsLink, shard: number, read: () => Heartbeat): Disposable {
  const send = (): void => {
    link.publish(matchingHeartbeatSubject(shard), JSON.stringify(read()))
  }
  send()
  const timer = setInterval(send, EVERY_MS)
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer)
      send()
    },
  }
}
