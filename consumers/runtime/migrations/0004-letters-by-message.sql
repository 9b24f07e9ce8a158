-- A stream that was made anew gives its offsets to other messages, so a place alone does not name one: without this a letter
-- of the old stream kept the new stream's message at its offset from being parked. What tells messages apart is the event's
-- id, and what came where there is none.
ALTER TABLE dead_letters DROP CONSTRAINT dead_letters_consumer_stream_partition_stream_offset_key;
CREATE UNIQUE INDEX dead_letters_place_and_message ON dead_letters
  (consumer, stream_partition, stream_offset, (coalesce(event_id::text, md5(headers::text) || md5(body))))
  WHERE stream_offset IS NOT NULL;
