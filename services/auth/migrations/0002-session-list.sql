-- People see their sign-ins, and end them. The last use is the last exchange of a refresh token.
ALTER TABLE sessions ADD COLUMN last_used_at timestamptz NOT NULL DEFAULT now();
UPDATE sessions SET last_used_at = created_at;

-- owner: the person ended it in the list of sign-ins. password: the password was changed.
ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_for_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_for_check
  CHECK (revoked_for IN ('logout', 'reuse', 'owner', 'password'));
