-- Up Migration
-- What every projection shares: assets, instruments, and how far each projection has come.
-- Types of the house: bigint = ids, sequences, ticks, lots, milliseconds (below 2^53);
-- numeric(38,0) = money in minor units; uuid = trace ids (32 hex digits).

CREATE TABLE asset (
  asset_id integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  scale smallint NOT NULL CHECK (scale BETWEEN 0 AND 18)
);

CREATE TABLE instrument (
  instrument_id integer PRIMARY KEY,
  shard smallint NOT NULL,
  symbol text NOT NULL UNIQUE,
  base_asset_id integer NOT NULL REFERENCES asset,
  quote_asset_id integer NOT NULL REFERENCES asset,
  -- Sequence of the event that gave this definition.
  seq bigint NOT NULL,
  -- The instrument as contracts/binary-fields.ts writes it: exact, bigints included.
  definition text NOT NULL
);

CREATE TABLE projection_offset (
  function text NOT NULL,
  shard smallint NOT NULL,
  seq bigint NOT NULL CHECK (seq >= 0),
  updated_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (function, shard)
) WITH (fillfactor = 50);

-- Down Migration
DROP TABLE projection_offset;
DROP TABLE instrument;
DROP TABLE asset;
