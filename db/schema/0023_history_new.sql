-- What has happened to cartridges and drives since the last batch went into the history: rows that end up there as they are, with their numbers.
-- Without an index, so that a row of a commit is written to one tree and not to seven; it is read whole, and holds a few hundred rows.
CREATE TABLE history_new (
  number INTEGER NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  medium INTEGER,
  drive INTEGER,
  library INTEGER,
  source INTEGER,
  target INTEGER,
  side INTEGER,
  duration INTEGER,
  error INTEGER,
  alert INTEGER,
  request BLOB,
  user TEXT,
  application TEXT,
  text TEXT
) STRICT;

-- The largest number that another catalog has given, which a backup replaced: rows have larger ones.
ALTER TABLE catalog_facts ADD COLUMN history_number INTEGER NOT NULL DEFAULT 0;
