// The only importer of pg and pg-pool: pool, transactions, bulk statements, projections.

export { type Bulk, type BulkRow, defineBulk, defineInsert, type PgType } from './bulk.ts'
export { isUniqueViolation } from './errors.ts'
export { createInstrumentTable, type InstrumentTable } from './instruments.ts'
export { holdOffset, readOffset } from './offsets.ts'
export {
  createPostgres,
  type Postgres,
  type PostgresOptions,
  type Queryable,
  type Sql,
  type SqlResult,
  type Tx,
} from './pool.ts'
export {
  createProjection,
  type Projection,
  type ProjectionBulk,
  type ProjectionOptions,
} from './projection.ts'
export type { TxOptions } from './transaction.ts'
export type { SqlScalar, SqlValue } from './values.ts'
