-- Up Migration
-- What triggers, icebergs, ends by time, perpetuals and limits of their own add to the projections.
-- Defaults are those of every row there was before.

ALTER TABLE orders
  -- Ticks and lots; 0 = none.
  ADD COLUMN stop_px bigint NOT NULL DEFAULT 0,
  ADD COLUMN display_qty bigint NOT NULL DEFAULT 0,
  ADD COLUMN reduce_only boolean NOT NULL DEFAULT false;

-- Ticks; null = no mark (spot, or not yet said).
ALTER TABLE position_price ALTER COLUMN last_px DROP NOT NULL, ADD COLUMN mark_px bigint;

ALTER TABLE risk_account
  -- [[instrument_id, lots]] that differ from the listings'.
  ADD COLUMN max_positions jsonb NOT NULL DEFAULT '[]',
  ADD COLUMN max_orders_per_second integer NOT NULL DEFAULT 0,
  ADD COLUMN dead_man_timeout_ms integer NOT NULL DEFAULT 0;

-- Down Migration
ALTER TABLE risk_account
  DROP COLUMN dead_man_timeout_ms, DROP COLUMN max_orders_per_second, DROP COLUMN max_positions;
DELETE FROM position_price WHERE last_px IS NULL;
ALTER TABLE position_price DROP COLUMN mark_px, ALTER COLUMN last_px SET NOT NULL;
ALTER TABLE orders DROP COLUMN reduce_only, DROP COLUMN display_qty, DROP COLUMN stop_px;
