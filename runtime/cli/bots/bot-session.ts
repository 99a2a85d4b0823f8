// A bot's connection: an ordinary logged-on WebSocket session, opened again when it is lost.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#adapters/service/index.ts'
import { openSocket, type VenueSocket } from '../client/socket.ts'

const BACKOFF_MAX_MS = 5_000

/** What a bot does while it is connected; it ends when the socket closes or the signal aborts. */
export type BotWork = (socket: VenueSocket, signal: AbortSignal) => Promise<void>

/** Runs a bot until the signal aborts. Errors: none; they are logged and the bot tries again. */
export async function keepRunning(
  options: { gatewayUrl: string; apiKey: string; name: string; log: Logger; signal: AbortSignal },
  work: BotWork,
): Promise<void> {
  let backoffMs = 250
  while (!options.signal.aborted) {
    try {
      await using socket = await openSocket(options.gatewayUrl)
      await socket.request('logon', { apiKey: options.apiKey, cancelOnDisconnect: true })
      backoffMs = 250
      await work(socket, options.signal)
    } catch (error) {
      if (options.signal.aborted) return
      options.log.warn({ bot: options.name, err: error }, 'bot lost its session, trying again')
    }
    await sleep(backoffMs, undefined, { signal: options.signal }).catch(() => undefined)
    backoffMs = Math.min(BACKOFF_MAX_MS, backoffMs * 2)
  }
}

/** Waits between two acts. False: time to end. */
export async function pause(
  ms: number,
  socket: VenueSocket,
  signal: AbortSignal,
): Promise<boolean> {
  await sleep(ms, undefined, { signal }).catch(() => undefined)
  return socket.isOpen && !signal.aborted
}
