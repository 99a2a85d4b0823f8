-- Up Migration
-- The double-entry journal. One transfer = the rows with the same (shard, seq, transfer); per asset
-- its legs sum to zero, which the database itself checks. Amounts in minor units: positive = the
-- venue owes the account more.

CREATE TABLE ledger_entry (
  -- int64 like every amount of the engine, half the size of numeric; read it as amount::numeric.
  amount bigint NOT NULL CHECK (amount <> 0),
  balance_after bigint NOT NULL,
  seq bigint NOT NULL,
  account_id bigint NOT NULL,
  time_ms bigint NOT NULL,
  -- 0 = no trade.
  trade_id bigint NOT NULL,
  asset_id integer NOT NULL,
  -- Running number of the leg, and of its transfer, in the event batch `seq`.
  leg integer NOT NULL,
  transfer integer NOT NULL,
  shard smallint NOT NULL,
  -- Place in LEDGER_KINDS of runtime/domain/ledger-entry.ts.
  kind smallint NOT NULL,
  trace_id uuid NOT NULL,
  -- The client's transferId of a deposit or withdrawal.
  transfer_ref text,
  -- C5: a replay cannot post twice.
  PRIMARY KEY (shard, seq, leg)
);
CREATE INDEX ledger_entry_account ON ledger_entry (account_id, seq, leg);

-- C2: one aggregate over the rows of a statement instead of a deferred trigger for each row. It is
-- stricter, a transfer arrives whole in one statement, and 100 times cheaper.
CREATE FUNCTION ledger_transfer_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  SELECT shard, seq, transfer, asset_id, sum(amount) AS total INTO wrong
    FROM fresh GROUP BY shard, seq, transfer, asset_id HAVING sum(amount) <> 0 LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'transfer %-%-% does not sum to zero in asset %: %',
      wrong.shard, wrong.seq, wrong.transfer, wrong.asset_id, wrong.total
      USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_sums_to_zero';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER ledger_transfer_sums_to_zero AFTER INSERT ON ledger_entry
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT
  EXECUTE FUNCTION ledger_transfer_sums_to_zero();

-- The journal's own sum for each account and asset, moved in the transaction of the entries.
CREATE TABLE ledger_balance (
  shard smallint NOT NULL,
  account_id bigint NOT NULL,
  asset_id integer NOT NULL,
  balance numeric(38, 0) NOT NULL,
  -- Sequence of the last leg in it: legs up to here are never added again.
  seq bigint NOT NULL,
  PRIMARY KEY (account_id, asset_id, shard)
) WITH (fillfactor = 50);

-- What the engine says, kept beside it to be compared with.
CREATE TABLE engine_balance (
  shard smallint NOT NULL,
  account_id bigint NOT NULL,
  asset_id integer NOT NULL,
  balance numeric(38, 0) NOT NULL,
  hold numeric(38, 0) NOT NULL,
  seq bigint NOT NULL,
  PRIMARY KEY (account_id, asset_id, shard)
) WITH (fillfactor = 50);

-- Down Migration
DROP TABLE engine_balance;
DROP TABLE ledger_balance;
DROP TABLE ledger_entry;
DROP FUNCTION ledger_transfer_sums_to_zero;
