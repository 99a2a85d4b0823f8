-- Up Migration
-- What the risk function shows: limits and switches as the engine last said them, and the open
-- orders from which exposure is summed. A projection: rebuilt from the event log.

CREATE TABLE risk_account (
  account_id bigint PRIMARY KEY,
  max_open_orders integer NOT NULL,
  kill_switch boolean NOT NULL,
  maker_fee_ppm integer,
  taker_fee_ppm integer,
  seq bigint NOT NULL
);

CREATE TABLE risk_venue (
  shard smallint PRIMARY KEY,
  kill_switch boolean NOT NULL,
  seq bigint NOT NULL
);

-- Only orders that are open at the end of a bulk: an order that came and went leaves no row.
CREATE TABLE risk_open_order (
  order_id bigint PRIMARY KEY,
  account_id bigint NOT NULL,
  instrument_id integer NOT NULL,
  is_buy boolean NOT NULL,
  -- Ticks; for an order that is not yet triggered and has no limit, its stop price.
  price bigint NOT NULL,
  leaves_qty bigint NOT NULL CHECK (leaves_qty > 0)
);
CREATE INDEX risk_open_order_account ON risk_open_order (account_id);

-- Down Migration
DROP TABLE risk_open_order;
DROP TABLE risk_venue;
DROP TABLE risk_account;
