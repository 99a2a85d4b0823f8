// InfluxDB: trades and candles for whoever looks back. Only the subset that 1.x, 2.x and 3.x share.

export {
  createInflux,
  type Influx,
  type InfluxOptions,
  type InfluxSeries,
  type WriteOutcome,
} from './client.ts'
export { encodePoint, type FieldValue, type Point, quoteName, quoteText } from './line-protocol.ts'
export { createInfluxSpool, type InfluxSpool, type SpoolOptions, type SpoolState } from './spool.ts'
