// The reference tables `asset` and `instrument`: every projection keeps them, idempotently, from the
// InstrumentChanged events that it sees anyway, so none depends on another. What is read often is
// cached in the process; a cache may vanish, the tables are filled before any row needs them.

import { fromJson, toJson } from '#contracts/binary-fields.ts'
import type { Asset, Instrument } from '#domain/instrument.ts'
import { defineBulk, defineInsert } from './bulk.ts'
import type { Postgres, Tx } from './pool.ts'
import type { ProjectedBatch } from './projected-batch.ts'

/** Instruments and assets by id and by name. */
export interface InstrumentTable {
  /** Cached, or read from the database when this process does not know it yet. */
  readonly byId: (instrumentId: number) => Promise<Instrument | undefined>
  readonly bySymbol: (symbol: string) => Promise<Instrument | undefined>
  readonly assetById: (assetId: number) => Promise<Asset | undefined>
  readonly assetByName: (name: string) => Promise<Asset | undefined>
  /** What the cache holds now, without a query: enough inside a projection after `load`. */
  readonly known: () => ReadonlyMap<number, Instrument>
  readonly knownAssets: () => ReadonlyMap<number, Asset>
  /** Reads all of it from the database. */
  readonly load: () => Promise<void>
  /** Writes the InstrumentChanged events of the batches; the newest definition of each stays. */
  readonly apply: (tx: Tx, shard: number, batches: readonly ProjectedBatch[]) => Promise<void>
}

// Several projections insert the same rows at the same time. Without a named arbiter DO NOTHING covers
// every unique constraint; with one, the race of two inserts fails on the other constraint.
const insertAssets = defineInsert({
  name: 'asset.insert',
  into: 'asset',
  columns: { asset_id: 'integer', name: 'text', scale: 'smallint' },
  onConflict: 'ON CONFLICT DO NOTHING',
})

const insertInstruments = defineInsert({
  name: 'instrument.insert',
  into: 'instrument',
  columns: {
    instrument_id: 'integer',
    shard: 'smallint',
    symbol: 'text',
    base_asset_id: 'integer',
    quote_asset_id: 'integer',
    seq: 'bigint',
    definition: 'text',
  },
  onConflict: 'ON CONFLICT DO NOTHING',
})

const amendInstruments = defineBulk({
  name: 'instrument.amend',
  columns: { instrument_id: 'integer', seq: 'bigint', definition: 'text' },
  sql: (source) => `UPDATE instrument i SET seq = r.seq, definition = r.definition
    FROM ${source} WHERE i.instrument_id = r.instrument_id AND i.seq < r.seq`,
})

/** Makes the table's face for one process. */
export function createInstrumentTable(pool: Postgres): InstrumentTable {
  const instruments = new Map<number, { instrument: Instrument; seq: number }>()
  const view = new Map<number, Instrument>()
  const assets = new Map<number, Asset>()

  const remember = (instrument: Instrument, seq: number) => {
    const { instrumentId, base, quote } = instrument
    if ((instruments.get(instrumentId)?.seq ?? -1) > seq) return
    instruments.set(instrumentId, { instrument, seq })
    view.set(instrumentId, instrument)
    assets.set(base.assetId, base)
    assets.set(quote.assetId, quote)
  }
  const load = async () => {
    const { rows } = await pool.query<{ definition: string; seq: number }>(
      'SELECT definition, seq FROM instrument ORDER BY instrument_id',
    )
    for (const row of rows) remember(fromJson(row.definition) as Instrument, row.seq)
  }
  const find = async <T>(look: () => T | undefined): Promise<T | undefined> => {
    const found = look()
    if (found !== undefined) return found
    await load()
    return look()
  }
  const where = <T>(values: Iterable<T>, test: (value: T) => boolean): T | undefined => {
    for (const value of values) if (test(value)) return value
    return undefined
  }
  return {
    byId: (id) => find(() => view.get(id)),
    bySymbol: (symbol) => find(() => where(view.values(), (i) => i.symbol === symbol)),
    assetById: (id) => find(() => assets.get(id)),
    assetByName: (name) => find(() => where(assets.values(), (a) => a.name === name)),
    known: () => view,
    knownAssets: () => assets,
    load,
    apply: async (tx, shard, batches) => {
      const changed = latestChanges(batches)
      if (changed.size === 0) return
      await writeChanges(tx, shard, changed)
      // Before the commit, and right even if it fails: what the log says is true either way.
      for (const { instrument, seq } of changed.values()) remember(instrument, seq)
    },
  }
}

/** `seq` is the number of the event message: the newest definition stays. */
type Changes = ReadonlyMap<number, { readonly instrument: Instrument; readonly seq: number }>

function latestChanges(batches: readonly ProjectedBatch[]): Changes {
  const changed = new Map<number, { instrument: Instrument; seq: number }>()
  for (const { message: seq, events } of batches) {
    for (const event of events) {
      if (event.type !== 'InstrumentChanged') continue
      changed.set(event.instrument.instrumentId, { instrument: event.instrument, seq })
    }
  }
  return changed
}

/** Rows in ascending id, assets first: several projections do this at once and never deadlock. */
async function writeChanges(tx: Tx, shard: number, changed: Changes): Promise<void> {
  const assets = new Map<number, Asset>()
  for (const { instrument } of changed.values()) {
    for (const asset of [instrument.base, instrument.quote]) assets.set(asset.assetId, asset)
  }
  const assetRows = [...assets.values()]
    .sort((a, b) => a.assetId - b.assetId)
    .map(({ assetId, name, scale }) => ({ asset_id: assetId, name, scale }))
  await insertAssets.run(tx, assetRows)
  const rows = [...changed.values()]
    .sort((a, b) => a.instrument.instrumentId - b.instrument.instrumentId)
    .map(({ instrument, seq }) => ({
      instrument_id: instrument.instrumentId,
      shard,
      symbol: instrument.symbol,
      base_asset_id: instrument.base.assetId,
      quote_asset_id: instrument.quote.assetId,
      seq,
      definition: toJson(instrument),
    }))
  await insertInstruments.run(tx, rows)
  // One by one: the row locks of one UPDATE have no order of their own, and listings are rare.
  for (const { instrument_id, seq, definition } of rows) {
    await amendInstruments.run(tx, [{ instrument_id, seq, definition }])
  }
}
