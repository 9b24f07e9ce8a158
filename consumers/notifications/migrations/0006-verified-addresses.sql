-- Mails go only to addresses whose owner has confirmed them. An address that was stored earlier waits for its confirmation, too.
ALTER TABLE recipients
  ADD COLUMN verified boolean NOT NULL DEFAULT false,
  -- The sequence of the account's event that the address is of: an older event never replaces a newer address.
  ADD COLUMN sequence bigint NOT NULL DEFAULT 1;
