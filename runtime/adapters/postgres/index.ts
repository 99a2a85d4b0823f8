// The only importer of pg and pg-pool: pool, transactions, bulk statements, projections.

export { defineBulk, defineInsert } from './bulk.ts'
export { isUniqueViolation } from './errors.ts'
export { createInstrumentTable, type InstrumentTable } from './instruments.ts'
export { holdOffset, readOffset } from './offsets.ts'
export {
  createPostgres,
  type Postgres,
  type Queryable,
  type Sql,
  type Tx,
} from './pool.ts'
export type { ProjectedBatch } from './projected-batch.ts'
export {
  createProjection,
  type Projection,
  type ProjectionBulk,
} from './projection.ts'
export { createProjectionFunction } from './projection-function.ts'
export type { SqlValue } from './values.ts'
