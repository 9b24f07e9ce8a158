-- sign_in_locked: wrong passwords made the sign-ins at some address wait. A row may name an address without an account: the failure takes
-- equally long, and the sender deletes the row.
ALTER TABLE account_mails DROP CONSTRAINT account_mails_kind_check;
ALTER TABLE account_mails ADD CONSTRAINT account_mails_kind_check CHECK (kind IN ('password_reset', 'email_verification',
  'email_change', 'email_changing', 'email_changed', 'password_changed', 'two_factor_on', 'two_factor_off', 'sign_in_locked'));
