-- When the owner showed, with a mailed link, that the address is theirs. Until then nothing else is mailed to it.
ALTER TABLE users ADD COLUMN email_verified_at timestamptz;

-- email_verification: a link to a new account's address. email_change: a link to the address that an account will have.
-- email_changing, email_changed, password_changed: told to the owner, without a link.
ALTER TABLE account_mails DROP CONSTRAINT account_mails_kind_check;
ALTER TABLE account_mails
  ADD CONSTRAINT account_mails_kind_check CHECK (kind IN ('password_reset', 'email_verification', 'email_change',
    'email_changing', 'email_changed', 'password_changed')),
  -- Whose mail it is. Null: of the account that has the address, if there is one.
  ADD COLUMN user_id uuid REFERENCES users ON DELETE CASCADE;
CREATE INDEX account_mails_user_id ON account_mails (user_id) WHERE user_id IS NOT NULL;

ALTER TABLE mailed_links DROP CONSTRAINT mailed_links_kind_check;
ALTER TABLE mailed_links
  ADD CONSTRAINT mailed_links_kind_check CHECK (kind IN ('password_reset', 'email_verification', 'email_change')),
  -- The address that the link confirms. Null in links of a version that confirmed none.
  ADD COLUMN email text;
