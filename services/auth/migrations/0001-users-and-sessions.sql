-- One row per person. The e-mail address is stored in its normal form; the unique index does not rely on that.
CREATE TABLE users (
  id            uuid        PRIMARY KEY,
  email         text        NOT NULL CHECK (email <> ''),
  password_hash text        NOT NULL,
  full_name     text        NOT NULL CHECK (full_name <> ''),
  country_code  text        NOT NULL DEFAULT '' CHECK (country_code ~ '^([A-Z]{2})?$'),
  phone_number  text        NOT NULL DEFAULT '',
  avatar_url    text        NOT NULL DEFAULT '',
  -- The sequence of the last event about this person.
  version       bigint      NOT NULL DEFAULT 1 CHECK (version > 0),
  created_at    timestamptz NOT NULL DEFAULT now()
);

-- Collation "C": in a Turkish locale lower('I') is not 'i', and an operating system upgrade must not break the index.
CREATE UNIQUE INDEX users_email_key ON users (lower(email COLLATE "C"));

-- One row per sign-in: the family of all refresh tokens that descend from it. Its row lock makes rotation atomic.
CREATE TABLE sessions (
  id            uuid        PRIMARY KEY,
  user_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
  created_at    timestamptz NOT NULL DEFAULT now(),
  ends_at       timestamptz NOT NULL,
  -- Moves on with every exchange and never past ends_at, so it alone says when the row may be pruned.
  idle_ends_at  timestamptz NOT NULL CHECK (idle_ends_at <= ends_at),
  revoked_at    timestamptz,
  revoked_for   text        CHECK (revoked_for IN ('logout', 'reuse')),
  -- Where the person signed in, to show them their sign-ins and to look into a reuse.
  ip_address    text        NOT NULL DEFAULT '',
  user_agent    text        NOT NULL DEFAULT '',
  CHECK ((revoked_at IS NULL) = (revoked_for IS NULL))
);

CREATE INDEX sessions_user_id ON sessions (user_id);
CREATE INDEX sessions_idle_ends_at ON sessions (idle_ends_at);

-- Every refresh token a session ever had, as SHA-256. Replaced ones stay until the session goes: presenting one again
-- is how a theft shows.
CREATE TABLE refresh_tokens (
  token_hash       bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
  session_id       uuid        NOT NULL REFERENCES sessions ON DELETE CASCADE,
  predecessor_hash bytea,
  replaced_at      timestamptz,
  -- The successor, encrypted under a key that only this token's holder can derive. Set while this token is the one
  -- just before the newest; cleared when the successor is replaced in turn.
  sealed_successor bytea,
  CHECK (sealed_successor IS NULL OR replaced_at IS NOT NULL)
);

CREATE INDEX refresh_tokens_session_id ON refresh_tokens (session_id);
