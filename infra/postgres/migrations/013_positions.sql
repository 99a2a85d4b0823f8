-- Up Migration
-- Positions through trades, per account and instrument: a projection of the event log.

CREATE TABLE positions (
  account_id bigint NOT NULL,
  instrument_id integer NOT NULL,
  -- Lots bought minus lots sold.
  net_qty numeric(38, 0) NOT NULL,
  -- Quote minor units. Exact: realized_pnl - cost = received - paid.
  cost numeric(38, 0) NOT NULL,
  realized_pnl numeric(38, 0) NOT NULL,
  fees numeric(38, 0) NOT NULL,
  -- Sequence of the last fill in it: fills up to here are never added again.
  seq bigint NOT NULL,
  PRIMARY KEY (account_id, instrument_id)
) WITH (fillfactor = 50);

CREATE TABLE position_price (
  instrument_id integer PRIMARY KEY,
  -- Ticks of the last trade.
  last_px bigint NOT NULL,
  seq bigint NOT NULL
) WITH (fillfactor = 50);

-- Down Migration
DROP TABLE position_price;
DROP TABLE positions;
