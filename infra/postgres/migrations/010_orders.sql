-- Up Migration
-- Order and execution history: a projection of the event log, rebuilt from it. Closed sets (side,
-- ord_type, time_in_force, ord_status, exec_type, reject_reason) are their places in the lists of
-- runtime/domain/order.ts and reject-reason.ts, which are append only.

CREATE TABLE orders (
  -- Negative: rejected before it got an orderID; then minus the execID of the reject.
  order_id bigint PRIMARY KEY,
  -- execID of its first event: lists go by it, newest first.
  first_exec_id bigint NOT NULL,
  account_id bigint NOT NULL,
  instrument_id integer NOT NULL,
  side smallint NOT NULL,
  ord_type smallint NOT NULL,
  time_in_force smallint NOT NULL,
  ord_status smallint NOT NULL,
  reject_reason smallint NOT NULL,
  post_only boolean NOT NULL,
  -- Not leaves_qty > 0: an index on this keeps partial fills inside their page (HOT updates).
  is_open boolean NOT NULL,
  -- Ticks; 0 = none (Market).
  price bigint NOT NULL,
  order_qty bigint NOT NULL,
  cum_qty bigint NOT NULL,
  leaves_qty bigint NOT NULL CHECK (leaves_qty >= 0),
  cum_notional numeric(38, 0) NOT NULL,
  fees numeric(38, 0) NOT NULL,
  created_ms bigint NOT NULL,
  updated_ms bigint NOT NULL,
  -- Sequence of the last event of this order: an update from an older one never applies.
  seq bigint NOT NULL,
  cl_ord_id text NOT NULL
) WITH (fillfactor = 80);
-- One index for open, closed and all orders: each index costs as much as the row itself.
CREATE INDEX orders_account ON orders (account_id, is_open, first_exec_id);
CREATE INDEX orders_account_cl_ord_id ON orders (account_id, cl_ord_id);

-- Every step but New and Triggered, which change no quantity: trades (one row a side), replaces,
-- cancels, expiries, preventions, rejects.
CREATE TABLE executions (
  exec_id bigint PRIMARY KEY,
  order_id bigint NOT NULL,
  account_id bigint NOT NULL,
  -- 0 for a refused cancel or replace: it names an order that may not exist.
  instrument_id integer NOT NULL,
  side smallint NOT NULL,
  exec_type smallint NOT NULL,
  ord_status smallint NOT NULL,
  reject_reason smallint NOT NULL,
  is_aggressor boolean NOT NULL,
  -- 0 = no trade.
  trade_id bigint NOT NULL,
  last_px bigint NOT NULL,
  last_qty bigint NOT NULL,
  last_notional numeric(38, 0) NOT NULL,
  fee numeric(38, 0) NOT NULL,
  time_ms bigint NOT NULL,
  seq bigint NOT NULL,
  trace_id uuid NOT NULL,
  cl_ord_id text NOT NULL
);
CREATE INDEX executions_account ON executions (account_id, exec_id);
CREATE INDEX executions_order ON executions (order_id, exec_id);

-- Down Migration
DROP TABLE executions;
DROP TABLE orders;
