-- Up Migration
-- Users, their sessions and API keys. Clients' account ids begin at 1000 (domain/accounts.ts).

CREATE SEQUENCE account_id AS bigint START 1000 MINVALUE 1000 MAXVALUE 4294967295;

CREATE TABLE user_account (
  account_id bigint PRIMARY KEY DEFAULT nextval('account_id'),
  -- NFKC, lower case: one spelling per address.
  email text NOT NULL CONSTRAINT user_account_email UNIQUE CHECK (length(email) <= 254),
  -- scrypt-kdf's own 96 bytes: parameters, salt, hash.
  password_hash bytea NOT NULL CHECK (length(password_hash) = 96),
  created_at timestamptz NOT NULL DEFAULT now(),
  password_changed_at timestamptz NOT NULL DEFAULT now()
);
ALTER SEQUENCE account_id OWNED BY user_account.account_id;

-- One login and everything refreshed from it. A family ends as a whole.
CREATE TABLE refresh_family (
  family_id uuid PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- Absolute: a refresh does not move it.
  expires_at timestamptz NOT NULL,
  revoked_at timestamptz,
  revoke_reason text CHECK (revoke_reason IN ('Logout', 'Reused'))
);
CREATE INDEX refresh_family_account ON refresh_family (account_id);
CREATE INDEX refresh_family_expiry ON refresh_family (expires_at);

CREATE TABLE refresh_token (
  -- SHA-256 of the token: 256 random bits need no slow hash.
  token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
  family_id uuid NOT NULL REFERENCES refresh_family ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz
);
CREATE INDEX refresh_token_family ON refresh_token (family_id);

CREATE TABLE api_key (
  key_id text PRIMARY KEY CHECK (key_id ~ '^[0-9a-f]{16}$'),
  account_id bigint NOT NULL REFERENCES user_account ON DELETE CASCADE,
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  scopes text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'trade', 'transfer'] AND cardinality(scopes) > 0),
  -- HMAC-SHA256(pepper, secret); the secret itself is shown once and stored nowhere.
  secret_mac bytea NOT NULL CHECK (length(secret_mac) = 32),
  created_at timestamptz NOT NULL DEFAULT now(),
  last_used_at timestamptz,
  revoked_at timestamptz
);
CREATE INDEX api_key_account ON api_key (account_id, created_at);

-- Down Migration
DROP TABLE api_key;
DROP TABLE refresh_token;
DROP TABLE refresh_family;
DROP TABLE user_account;
