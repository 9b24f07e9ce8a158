-- An event that breaks a field rule of its contract is parked with a reason of its own.
ALTER TABLE dead_letters
  DROP CONSTRAINT dead_letters_reason_check,
  ADD CONSTRAINT dead_letters_reason_check CHECK (reason IN (
    'malformed_message', 'malformed_envelope', 'unknown_type', 'undecodable_body', 'invalid_event', 'handler_failed',
    'waits_for_earlier'));
