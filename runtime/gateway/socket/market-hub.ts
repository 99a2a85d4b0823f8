// (9) Public streams: which channels exist, who follows them. A channel's NATS subscription lives
// as long as somebody follows it (A3).

import type { NatsLink } from '#adapters/nats/index.ts'
import { CANDLE_INTERVALS } from '#contracts/market-data.ts'
import { marketDataSubject } from '#contracts/subjects.ts'
import { isSymbol } from '../catalogue.ts'
import { Refusal } from '../refusal.ts'
import type { Rpc } from '../rpc.ts'
import { newTraceId } from '../trace.ts'
import {
  type ChannelKind,
  type MarketChannel,
  type MessageOrder,
  openMarketChannel,
} from './market-channel.ts'
import type { Outbox } from './outbox.ts'

export interface MarketHub {
  /** Errors: TE_INPUT_CHANNEL, TE_NOT_FOUND_INSTRUMENT. */
  readonly assertChannel: (name: string) => void
  readonly follow: (name: string, follower: Outbox) => void
  readonly leave: (name: string, follower: Outbox) => void
  /** Open NATS subscriptions: one a followed channel. */
  readonly openChannels: () => number
  readonly close: () => void
}

export interface MarketHubOptions {
  readonly link: Pick<NatsLink, 'subscribe'>
  readonly rpc: Pick<Rpc, 'feed'>
  /** Errors: TE_NOT_FOUND_INSTRUMENT. */
  readonly assertListed: (symbol: string) => void
}

const BOOK_DEPTH = 1000
const TRADES_FIRST = 50
const READMIT_MS = 500
const CHANNELS = new Set([
  'book',
  'trades',
  'ticker',
  'auction',
  ...CANDLE_INTERVALS.map((i) => `candles-${i}`),
])

/** Makes the hub of this gateway. */
export function createMarketHub(options: MarketHubOptions): MarketHub {
  const channels = new Map<string, MarketChannel>()
  const readmit = setInterval(() => {
    for (const channel of channels.values()) channel.readmit()
  }, READMIT_MS)
  const open = (name: string): MarketChannel => {
    const { kind, symbol } = parse(name)
    const subject = marketDataSubject(kind, symbol)
    const channel = openMarketChannel(kindOf(options.rpc, name, kind, symbol), (onMessage) =>
      options.link.subscribe(subject, onMessage),
    )
    channels.set(name, channel)
    return channel
  }
  return {
    assertChannel: (name) => options.assertListed(parse(name).symbol),
    follow: (name, follower) => (channels.get(name) ?? open(name)).add(follower),
    leave: (name, follower) => {
      const channel = channels.get(name)
      channel?.remove(follower)
      if (channel === undefined || channel.followers() > 0) return
      channel.close()
      channels.delete(name)
    },
    openChannels: () => channels.size,
    close: () => {
      clearInterval(readmit)
      for (const channel of channels.values()) channel.close()
      channels.clear()
    },
  }
}

function parse(name: string): { readonly kind: string; readonly symbol: string } {
  const [kind = '', symbol = '', ...rest] = name.split(':')
  if (!CHANNELS.has(kind) || rest.length > 0 || !isSymbol(symbol)) {
    throw new Refusal('TE_INPUT_CHANNEL', 'no such channel', { field: 'channels' })
  }
  return { kind, symbol }
}

function kindOf(rpc: Pick<Rpc, 'feed'>, name: string, kind: string, symbol: string): ChannelKind {
  const ask = async (method: string, params: object) =>
    (await rpc.feed(method, params, { traceId: newTraceId() })).result
  switch (kind) {
    case 'book':
      return {
        orderOf: bookOrder,
        first: async () => {
          const result = await ask('book', { symbol, level: 2, depth: BOOK_DEPTH })
          const snapshot = result as { readonly seq: number }
          const text = JSON.stringify({ ...snapshot, type: 'snapshot', channel: name })
          return { text, last: snapshot.seq }
        },
      }
    case 'trades':
      return {
        orderOf: tradeOrder,
        first: async () => {
          const result = await ask('trades', { symbol, limit: TRADES_FIRST })
          const { trades } = result as { readonly trades: readonly { readonly tradeID: number }[] }
          const text = JSON.stringify({ type: 'trades', channel: name, symbol, trades })
          return { text, last: Math.max(0, ...trades.map(({ tradeID }) => tradeID)) }
        },
      }
    case 'ticker':
      return {
        orderOf: newerMessage(),
        first: async () => {
          const result = await ask('tickers', { symbol })
          const [ticker] = Array.isArray(result) ? result : [result]
          return { text: JSON.stringify({ ...ticker, type: 'ticker', channel: name }), last: 0 }
        },
      }
    case 'auction':
      return {
        orderOf: newerMessage(),
        first: async () => {
          return { text: JSON.stringify(await ask('auction', { symbol })), last: 0 }
        },
      }
    default:
      return { orderOf: null, first: null }
  }
}

/** Reads the numbers from the head of the text; parses the whole when they stand elsewhere. */
function bookOrder(head: string, whole: () => string): MessageOrder {
  const [, own, previous] = /"seq":(\d+),"prevSeq":(\d+)/.exec(head) ?? []
  if (own !== undefined && previous !== undefined) {
    return { own: Number(own), previous: Number(previous) }
  }
  const { seq, prevSeq } = JSON.parse(whole()) as { seq: number; prevSeq: number }
  return { own: seq, previous: prevSeq }
}

/** Trade ids have no gaps per instrument. */
function tradeOrder(head: string, whole: () => string): MessageOrder {
  const [, text] = /"tradeID":(\d+)/.exec(head) ?? []
  const own =
    text === undefined ? (JSON.parse(whole()) as { tradeID: number }).tradeID : Number(text)
  return { own, previous: own - 1 }
}

/** Tickers and indications replace each other: each one counts as the successor of the last. */
function newerMessage(): (head: string, whole: () => string) => MessageOrder {
  let count = 0
  return () => {
    count++
    return { own: count, previous: 0 }
  }
}
