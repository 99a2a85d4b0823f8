// InfluxDB: trades and candles for whoever looks back. Only the subset that 1.x, 2.x and 3.x share.

export {
  createInflux,
  type Influx,
  type InfluxSeries,
  type WriteOutcome,
} from './client.ts'
export { encodePoint, quoteName, quoteText } from './line-protocol.ts'
export { createInfluxSpool, type InfluxSpool, type SpoolState } from './spool.ts'
