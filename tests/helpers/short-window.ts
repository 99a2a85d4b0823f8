// A stream that forgets the ids of its messages soon, as every stream does after two minutes.

import type { NatsLink } from '#adapters/nats/index.ts'

/** Gives a stream another duplicate window. */
export async function shortenWindow(link: NatsLink, stream: string, ms: number): Promise<void> {
  const ask = async (verb: string, body: object): Promise<{ config: object; error?: object }> => {
    const bytes = new TextEncoder().encode(JSON.stringify(body))
    const { data } = await link.request(`$JS.API.STREAM.${verb}.${stream}`, bytes, {
      timeoutMs: 2000,
    })
    return JSON.parse(Buffer.from(data).toString()) as { config: object; error?: object }
  }
  const { config } = await ask('INFO', {})
  const { error } = await ask('UPDATE', { ...config, duplicate_window: ms * 1_000_000 })
  if (error !== undefined) throw new Error(JSON.stringify(error))
}
