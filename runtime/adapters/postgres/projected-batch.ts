// What a projection is fed with.

import type { BatchPart, EventBatch } from '#contracts/event-codec.ts'

/**
 * The events of one message. What is added up, or must not go back, is fenced by `message`: several
 * messages may have the same `seq`.
 */
export interface ProjectedBatch extends EventBatch, BatchPart {
  /** Its number in the event log. */
  readonly message: number
}
