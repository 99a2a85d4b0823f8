-- Up Migration
-- The journal is written once. The functions' role may insert and read; whoever else has the right
-- to change rows (the owner, a superuser by mistake) is stopped by the trigger.

CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only: % refused', TG_OP
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
  FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only();

DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'tradeengine') THEN
    REVOKE UPDATE, DELETE, TRUNCATE ON ledger_entry FROM tradeengine;
  END IF;
END $$;

-- Down Migration
DROP TRIGGER ledger_is_append_only ON ledger_entry;
DROP FUNCTION ledger_is_append_only;
