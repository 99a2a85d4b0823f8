// Whether matching takes commands now: its heartbeat says so. Asked before every append, so that a
// client hears 503 instead of waiting for an answer that nobody is going to give.

import type { NatsLink } from '#adapters/nats/index.ts'
import { matchingHeartbeatSubject } from '#contracts/subjects.ts'

/** Watches the heartbeat of one shard's matching. */
export interface MatchingWatch {
  readonly isAvailable: () => boolean
  /** Why not, for a probe and an answer. */
  readonly state: () => string
  readonly close: () => void
}

/** Four heartbeats of 500 ms. */
const SILENCE_MAX_MS = 2000

/** Starts watching. */
export function watchMatching(link: NatsLink, shard: number): MatchingWatch {
  let heardAt = Number.NEGATIVE_INFINITY
  let role = 'never heard'
  const subscription = link.subscribe(matchingHeartbeatSubject(shard), (data) => {
    const beat = JSON.parse(Buffer.from(data).toString('utf8')) as { role?: string }
    // A standby's heartbeat says nothing about the leader.
    if (beat.role === 'standby') return
    role = beat.role ?? 'unknown'
    heardAt = performance.now()
  })
  const isSilent = () => performance.now() - heardAt > SILENCE_MAX_MS
  return {
    isAvailable: () => role === 'leader' && !isSilent(),
    state: () => (isSilent() ? `no heartbeat (last role: ${role})` : role),
    close: () => subscription.unsubscribe(),
  }
}
