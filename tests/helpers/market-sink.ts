// A market sink that remembers: what the feed would have said, parsed back from its text.

import type { MarketChannel, MarketSink } from '../../runtime/feed/instrument-market.ts'

export interface RecordingSink extends MarketSink {
  readonly messages: { channel: MarketChannel; subject: string; message: unknown }[]
  readonly lines: string[]
  readonly tradeGaps: [number, number][]
  /** The messages of one channel. Candles are kept apart from the sequenced messages. */
  readonly of: <T>(channel: MarketChannel) => T[]
  readonly candles: { subject: string; message: unknown }[]
}

/** A live sink that keeps everything. */
export function recordingSink(isLive = true): RecordingSink {
  const messages: RecordingSink['messages'] = []
  const candles: RecordingSink['candles'] = []
  const lines: string[] = []
  const tradeGaps: [number, number][] = []
  return {
    isLive,
    messages,
    candles,
    lines,
    tradeGaps,
    of: <T>(channel: MarketChannel) =>
      [...messages, ...candles.map((c) => ({ ...c, channel: 'candles' as const }))]
        .filter((m) => m.channel === channel)
        .map((m) => m.message as T),
    publish: (channel, subject, text) => {
      const message = JSON.parse(text) as unknown
      if (channel === 'candles') candles.push({ subject, message })
      else messages.push({ channel, subject, message })
    },
    history: (line) => void lines.push(line),
    latest: () => undefined,
    onTradeGap: (_symbol, expected, got) => void tradeGaps.push([expected, got]),
  }
}
