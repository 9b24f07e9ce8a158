-- Aborts the transaction unless a condition holds. A program that sends COMMIT together with its last statements cannot look at their
-- answers before it commits.
CREATE FUNCTION fail_unless(holds boolean, code text, reason text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF holds IS NOT TRUE THEN
    RAISE EXCEPTION USING ERRCODE = code, MESSAGE = reason;
  END IF;
  RETURN true;
END $$;
