-- What happened to cartridges and drives (libmgr/domain/history.hpp): a row for each thing, written in the commit of the change. A row names its
-- cartridge, drive and library by small numbers; history_subject says which they are, and has the sums, so that reading them costs nothing.
CREATE TABLE history_subject (
  ref INTEGER NOT NULL PRIMARY KEY,
  object BLOB NOT NULL UNIQUE CHECK (length(object) = 16),
  last_used INTEGER,
  moves INTEGER NOT NULL DEFAULT 0,
  mounted INTEGER NOT NULL DEFAULT 0,
  errors INTEGER NOT NULL DEFAULT 0,
  alerts INTEGER NOT NULL DEFAULT 0,
  cleanings INTEGER NOT NULL DEFAULT 0,
  name TEXT,      -- of a cartridge whose record was deleted: as it was called then; NULL: its record says it
  barcode TEXT
) STRICT;
CREATE INDEX history_subject_by_name ON history_subject (name) WHERE name IS NOT NULL;
CREATE INDEX history_subject_by_barcode ON history_subject (barcode) WHERE barcode IS NOT NULL;

CREATE TABLE history (
  number INTEGER NOT NULL PRIMARY KEY,
  time INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  medium INTEGER,     -- ref of history_subject, and so for the next two
  drive INTEGER,
  library INTEGER,
  source INTEGER,     -- an element: its number * 4 + its kind
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
CREATE INDEX history_of_medium ON history (medium, time) WHERE medium IS NOT NULL;
CREATE INDEX history_of_drive ON history (drive, time) WHERE drive IS NOT NULL;
CREATE INDEX history_by_time ON history (time);

-- A cartridge keeps its history under what it was called.
CREATE TRIGGER medium_remembered BEFORE DELETE ON medium BEGIN
  UPDATE history_subject SET name = OLD.name, barcode = OLD.barcode WHERE object = OLD.id;
END;
