// Every NATS name is built here, so that a symbol or id can never smuggle a wildcard into one.

import { SYMBOL_PATTERN } from '#domain/instrument.ts'
import { InputError } from './errors.ts'

const SYMBOL = new RegExp(SYMBOL_PATTERN)
const TOKEN = /^[a-zA-Z0-9_-]{1,64}$/

function token(value: string | number): string {
  const text = String(value)
  if (!TOKEN.test(text)) throw new InputError('TE_INPUT_SUBJECT', `not a subject token: ${text}`)
  return text
}

function symbolToken(symbol: string): string {
  if (!SYMBOL.test(symbol)) throw new InputError('TE_INPUT_SYMBOL', 'not a symbol', 'symbol')
  return symbol
}

/** The command log of a shard: the truth. */
export const commandStream = (shard: number): string => `TE_CMD_${token(shard)}`
export const commandSubject = (shard: number): string => `cmd.${token(shard)}`
/** The event log of a shard: one message per command message. */
export const eventStream = (shard: number): string => `TE_EVT_${token(shard)}`
export const eventSubject = (shard: number): string => `evt.${token(shard)}`
/** Messages that no function could take. */
export const DLQ_STREAM = 'TE_DLQ'
export const dlqSubject = (functionName: string): string => `dlq.${token(functionName)}`
export const SNAPSHOT_BUCKET = 'TE_SNAPSHOTS'
/** Request/reply of a function, through the connector. */
export const rpcSubject = (functionName: string, method: string): string =>
  `rpc.${token(functionName)}.${token(method)}`
/** Private pushes that are no engine events (alerts), to every gateway. */
export const pushSubject = (accountId: number): string => `push.${token(accountId)}`
export const PUSH_ALL = 'push.*'
/** Matching's heartbeat. */
export const matchingHeartbeatSubject = (shard: number): string => `hb.matching.${token(shard)}`
/** Market data from the feed to the gateways; channel `candles-1m` for one interval. */
export const marketDataSubject = (channel: string, symbol: string): string =>
  `md.${token(channel)}.${symbolToken(symbol)}`
/** Snapshot requests that the feed answers (request/reply, JSON). */
export const feedRequestSubject = (method: string): string => `rpc.feed.${token(method)}`
/** Operator requests that matching answers (request/reply, JSON): snapshot, stateHash. */
export const matchingRequestSubject = (shard: number, method: string): string =>
  `rpc.matching-${token(shard)}.${token(method)}`
