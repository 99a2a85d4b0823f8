// A private NATS server with a shard's streams and a connection to it, for tests of the logs.

import { connectNats, ensureStreams, type NatsLink } from '#adapters/nats/index.ts'
import { encodeEventBatch } from '#contracts/event-codec.ts'
import { type NatsServer, startNatsServer } from './nats-server.ts'

/** Swallows what an adapter logs. */
export const quiet = { info: () => undefined, warn: () => undefined }

/** One server, one connection, streams made. */
export interface LogFixture extends AsyncDisposable {
  readonly server: NatsServer
  readonly link: NatsLink
  /** Another connection to the same server; closed with the fixture. */
  readonly connect: (name: string) => Promise<NatsLink>
}

/** Starts all of it. */
export async function startLog(
  options: { readonly sync?: 'always' | '2m' } = {},
): Promise<LogFixture> {
  const stack = new AsyncDisposableStack()
  const server = stack.use(await startNatsServer(options))
  const connect = async (name: string): Promise<NatsLink> =>
    stack.use(await connectNats({ url: server.url, name, log: quiet }))
  const link = await connect('test')
  await ensureStreams(link, { shard: 0 })
  return { server, link, connect, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** An event batch without events. */
export const emptyEventBatch = (seq: number): Uint8Array =>
  encodeEventBatch({ source: 1, sourceSeq: seq, seq, timestampNs: BigInt(seq), events: [] })
