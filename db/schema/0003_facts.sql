-- What is true of the catalog as a whole: one row.
CREATE TABLE catalog_facts (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  history BLOB CHECK (length(history) = 16),  -- whose numbers the events have; NULL: a new history begins with the next start
  events_given INTEGER NOT NULL,              -- event numbers up to this one were given by an earlier history
  media_number INTEGER NOT NULL,              -- the newest number given to a cartridge
  restored TEXT                               -- the catalog was put here from this backup, and nobody has been told yet
) STRICT;
INSERT INTO catalog_facts (one, history, events_given, media_number, restored)
SELECT 1, NULL, 0, max((SELECT count(*) FROM medium), ifnull((SELECT max(CAST(sequence_number AS INTEGER)) FROM medium), 0)), NULL;
