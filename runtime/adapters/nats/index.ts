// NATS and JetStream: the only room that knows the client. What the venue needs of them is here.

export {
  type EventFollower,
  type FollowEventsOptions,
  followEvents,
} from './event-follower.ts'
export { messageOfBatch } from './event-log.ts'
export {
  type ApiError,
  apiErrorOf,
  ensureStreams,
  getMessage,
  type StoredMessage,
  type StreamState,
  streamExtent,
  streamState,
} from './jetstream.ts'
export { createJsPublisher } from './js-publisher.ts'
export {
  type ConnectOptions,
  connectNats,
  type LinkLog,
  type LinkStatus,
  type MessageHeaders,
  type NatsLink,
  type NatsMessage,
  type NatsSubscription,
  type RequestOptions,
} from './link.ts'
export {
  createLogPublisher,
  isFenceConflict,
  type LogPublisher,
  type LogPublisherOptions,
  type PublishOptions,
  type PublishResult,
} from './log-publisher.ts'
export { type LogReader, type OnLogMessage, type ReadLogOptions, readLog } from './log-reader.ts'
export { readServerDurability, type ServerDurability } from './monitor.ts'
export {
  createPullBatches,
  type PullConsumer,
  type PulledBatch,
  type PulledMessage,
  type PullOptions,
} from './pull-batches.ts'
export { createSnapshotStore, type SnapshotInfo, type SnapshotStore } from './snapshot-store.ts'
