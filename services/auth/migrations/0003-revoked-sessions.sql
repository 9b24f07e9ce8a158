-- replaced: the person signed in again in the same browser.
ALTER TABLE sessions DROP CONSTRAINT sessions_revoked_for_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_revoked_for_check
  CHECK (revoked_for IN ('logout', 'reuse', 'owner', 'password', 'replaced'));

-- For the list of sessions that were revoked lately, which is read every second.
CREATE INDEX sessions_revoked_at ON sessions (revoked_at) WHERE revoked_at IS NOT NULL;
