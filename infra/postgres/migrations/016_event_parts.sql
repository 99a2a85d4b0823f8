-- Up Migration
-- Events of one command batch that are too many for one message come in parts. The columns called seq
-- that only fence rows (instrument, ledger_balance, engine_balance, positions, position_price,
-- portfolio_*) hold the number of the event message from now on: the same as long as no batch was cut.

-- seq = the last batch that is here whole; seq + extra_messages = the last message that is here.
ALTER TABLE projection_offset
  ADD COLUMN extra_messages bigint NOT NULL DEFAULT 0 CHECK (extra_messages >= 0);

-- Which part of batch seq said so last.
ALTER TABLE orders ADD COLUMN part integer NOT NULL DEFAULT 0;

-- The message that fired it: what the outbox goes by.
ALTER TABLE alert ADD COLUMN fired_message bigint;
UPDATE alert SET fired_message = fired_seq WHERE status = 'Fired';
DROP INDEX alert_owed;
CREATE INDEX alert_owed ON alert (shard, fired_message)
  WHERE status = 'Fired' AND delivered_at IS NULL;

-- What the ledger knows of a command whose events go on in the next part.
CREATE TABLE ledger_open_command (
  shard smallint PRIMARY KEY,
  -- The message that it was left in.
  message bigint NOT NULL,
  -- As functions/ledger/open-command.ts writes it.
  state text NOT NULL
);

-- Down Migration
DROP TABLE ledger_open_command;
DROP INDEX alert_owed;
CREATE INDEX alert_owed ON alert (shard, fired_seq) WHERE status = 'Fired' AND delivered_at IS NULL;
ALTER TABLE alert DROP COLUMN fired_message;
ALTER TABLE orders DROP COLUMN part;
ALTER TABLE projection_offset DROP COLUMN extra_messages;
