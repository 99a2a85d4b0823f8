-- Up Migration
-- What an account is worth, over time: a projection of the event log. Realised and unrealised P&L
-- are read from `positions`, which the positions function writes.

CREATE TABLE portfolio_balance (
  shard smallint NOT NULL,
  account_id bigint NOT NULL,
  asset_id integer NOT NULL,
  balance numeric(38, 0) NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (account_id, asset_id, shard)
) WITH (fillfactor = 50);

CREATE TABLE portfolio_price (
  instrument_id integer PRIMARY KEY,
  -- Ticks of the last trade.
  last_px bigint NOT NULL,
  seq bigint NOT NULL
) WITH (fillfactor = 50);

-- One sample a minute in which the account's balances changed, as of the last change in it, kept for
-- 7 days of log time: at most 10,080 rows an account.
CREATE TABLE portfolio_equity (
  account_id bigint NOT NULL,
  bucket_ms bigint NOT NULL,
  -- Minor units of the reporting currency.
  equity numeric(38, 0) NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (account_id, bucket_ms)
) WITH (fillfactor = 80);

-- Down Migration
DROP TABLE portfolio_equity;
DROP TABLE portfolio_price;
DROP TABLE portfolio_balance;
