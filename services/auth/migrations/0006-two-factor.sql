-- The second factor of a sign-in: codes that change every 30 seconds (RFC 6238). Not in force before enabled_at.
CREATE TABLE two_factor (
  user_id       uuid        PRIMARY KEY REFERENCES users ON DELETE CASCADE,
  -- Encrypted with the sealing key, for this person only.
  sealed_secret bytea       NOT NULL,
  enabled_at    timestamptz,
  -- The 30 seconds of the newest code that was accepted: it and older ones are refused from then on.
  last_step     bigint      NOT NULL DEFAULT 0
);

-- Codes for a person without their device, as SHA-256. A row is deleted when its code is used.
CREATE TABLE recovery_codes (
  user_id   uuid  NOT NULL REFERENCES two_factor ON DELETE CASCADE,
  code_hash bytea NOT NULL CHECK (length(code_hash) = 32),
  PRIMARY KEY (user_id, code_hash)
);

-- Sign-ins with the right password that wait for the second factor.
CREATE TABLE sign_in_challenges (
  token_hash    bytea       PRIMARY KEY CHECK (length(token_hash) = 32),
  user_id       uuid        NOT NULL REFERENCES users ON DELETE CASCADE,
  -- The hash that the password was checked with: a new password ends the sign-in.
  password_hash text        NOT NULL,
  tries         integer     NOT NULL DEFAULT 0,
  expires_at    timestamptz NOT NULL
);

CREATE INDEX sign_in_challenges_user_id ON sign_in_challenges (user_id);
CREATE INDEX sign_in_challenges_expires_at ON sign_in_challenges (expires_at);

ALTER TABLE account_mails DROP CONSTRAINT account_mails_kind_check;
ALTER TABLE account_mails ADD CONSTRAINT account_mails_kind_check CHECK (kind IN ('password_reset', 'email_verification',
  'email_change', 'email_changing', 'email_changed', 'password_changed', 'two_factor_on', 'two_factor_off'));
