-- Mails that people asked for, until they are sent. A row may name an address without an account: the request takes equally long,
-- and the sender deletes the row. No row has a secret: the sender makes the secret of a mail when it sends it.
CREATE TABLE account_mails (
  id              uuid        PRIMARY KEY,
  kind            text        NOT NULL CHECK (kind IN ('password_reset')),
  -- As normaliseEmail returns it.
  email           text        NOT NULL,
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  attempts        integer     NOT NULL DEFAULT 0,
  UNIQUE (kind, email)
);

CREATE INDEX account_mails_next_attempt_at ON account_mails (next_attempt_at);

-- The secrets of mailed links, as SHA-256. A row is deleted when its link is used.
CREATE TABLE mailed_links (
  token_hash bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
  kind       text        NOT NULL CHECK (kind IN ('password_reset')),
  user_id    uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);

CREATE INDEX mailed_links_user_id ON mailed_links (user_id);
CREATE INDEX mailed_links_expires_at ON mailed_links (expires_at);

-- mailed_link: the password was reset with a link.
ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_for_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_for_check
  CHECK (revoked_for IN ('logout', 'reuse', 'owner', 'password', 'replaced', 'mailed_link'));
