-- Counts the changes that everybody may see. Unlike `version` it does not count raised maxima, so it may be shown. The default is for
-- the version before, which does not write the column.
ALTER TABLE items ADD COLUMN revision bigint NOT NULL DEFAULT 1 CHECK (revision > 0);
UPDATE items SET revision = version - (SELECT count(*) FROM raised_maxima WHERE item_id = items.id) WHERE version > 1;
