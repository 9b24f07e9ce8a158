-- Letters of work queues: stream_partition is then the queue, and there is no offset. A queue may deliver the same message
-- again after its letter was written, and has no other name for it than its content: message_key is the SHA-256 of headers and
-- body. Once the letter is settled, the same message may be parked anew.
ALTER TABLE dead_letters ALTER COLUMN stream_offset DROP NOT NULL;
ALTER TABLE dead_letters ADD COLUMN message_key bytea;
ALTER TABLE dead_letters ADD CONSTRAINT dead_letters_place CHECK ((stream_offset IS NULL) <> (message_key IS NULL));
CREATE UNIQUE INDEX dead_letters_message ON dead_letters (consumer, message_key)
  WHERE message_key IS NOT NULL AND status = 'parked';
