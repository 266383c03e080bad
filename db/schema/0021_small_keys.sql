-- Media and their sides by small numbers (decision 43): an entry of an index ends with the 3 or 4 bytes of a number instead of the 16 of an id, and the
-- rows name pools, libraries and types by numbers, too. Everybody who reads sees them as before, in the views `medium` and `side`.

-- Pools, libraries and media types. A number is never given again, and stays when its object goes: a medium remembers the library that it was in.
CREATE TABLE object_ref (
  ref INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16)
) STRICT;
INSERT INTO object_ref (id) SELECT id FROM pool UNION SELECT id FROM media_type UNION SELECT id FROM library
  UNION SELECT pool FROM medium WHERE pool IS NOT NULL UNION SELECT type FROM medium WHERE type IS NOT NULL
  UNION SELECT library FROM medium WHERE library IS NOT NULL UNION SELECT place_library FROM medium WHERE place_library IS NOT NULL;

-- A medium refers to a pool and to a type that are there when the commit ends.
ALTER TABLE pool ADD COLUMN ref INTEGER;
UPDATE pool SET ref = (SELECT ref FROM object_ref WHERE object_ref.id = pool.id);
CREATE UNIQUE INDEX pool_by_ref ON pool (ref);
CREATE TRIGGER pool_numbered AFTER INSERT ON pool BEGIN
  INSERT INTO object_ref (id) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM object_ref WHERE id = NEW.id);
  UPDATE pool SET ref = (SELECT ref FROM object_ref WHERE id = NEW.id) WHERE id = NEW.id;
END;
ALTER TABLE media_type ADD COLUMN ref INTEGER;
UPDATE media_type SET ref = (SELECT ref FROM object_ref WHERE object_ref.id = media_type.id);
CREATE UNIQUE INDEX media_type_by_ref ON media_type (ref);
CREATE TRIGGER media_type_numbered AFTER INSERT ON media_type BEGIN
  INSERT INTO object_ref (id) SELECT NEW.id WHERE NOT EXISTS (SELECT 1 FROM object_ref WHERE id = NEW.id);
  UPDATE media_type SET ref = (SELECT ref FROM object_ref WHERE id = NEW.id) WHERE id = NEW.id;
END;

-- In the order in which they came: that is the order of lists. Pool, libraries and type are refs of object_ref.
CREATE TABLE medium_row (
  ref INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  pool INTEGER REFERENCES pool (ref) DEFERRABLE INITIALLY DEFERRED,
  barcode TEXT NOT NULL,
  library INTEGER,        -- the last one it was in
  place_library INTEGER,  -- the one it is in; NULL: offline
  place_kind INTEGER,
  place_number INTEGER,
  description TEXT NOT NULL,
  modified INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  type INTEGER REFERENCES media_type (ref) DEFERRABLE INITIALLY DEFERRED,
  sequence_number TEXT NOT NULL,
  home_slot INTEGER,
  trouble TEXT NOT NULL,
  alerts TEXT NOT NULL DEFAULT '',
  density_code INTEGER,
  scsi_medium_type INTEGER,
  density TEXT,
  manufacturer TEXT,
  serial TEXT,
  loads INTEGER,
  bytes_written INTEGER,
  bytes_read INTEGER,
  capacity INTEGER,
  remaining INTEGER
) STRICT;
INSERT INTO medium_row (id, name, created, pool, barcode, library, place_library, place_kind, place_number, description, modified, enabled, type, sequence_number, home_slot,
  trouble, alerts, density_code, scsi_medium_type, density, manufacturer, serial, loads, bytes_written, bytes_read, capacity, remaining)
SELECT id, name, created, (SELECT ref FROM object_ref WHERE object_ref.id = medium.pool), barcode, (SELECT ref FROM object_ref WHERE object_ref.id = medium.library),
  (SELECT ref FROM object_ref WHERE object_ref.id = medium.place_library), place_kind, place_number, description, modified, enabled,
  (SELECT ref FROM object_ref WHERE object_ref.id = medium.type), sequence_number, home_slot, trouble, alerts, density_code, scsi_medium_type, density, manufacturer, serial,
  loads, bytes_written, bytes_read, capacity, remaining
FROM medium ORDER BY created, id;

-- A side's number is that of its medium times 256, and its position in the record's list: they lie side by side, and need no index for that.
CREATE TABLE side_row (
  ref INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  logical_medium BLOB,
  omid_type TEXT,  -- NULL: no label known
  omid_id BLOB,
  omid_info TEXT,
  omid_also BLOB,  -- type, blank, id of a second label; NULL: there is none
  mount_count INTEGER NOT NULL,
  allocate_count INTEGER NOT NULL,
  capacity INTEGER NOT NULL,
  info_is_name INTEGER NOT NULL  -- 1: its medium is called as omid_info says, by name or by bar code, and is found by that
) STRICT;
INSERT INTO side_row (ref, id, number, state, logical_medium, omid_type, omid_id, omid_info, omid_also, mount_count, allocate_count, capacity, info_is_name)
SELECT medium_row.ref * 256 + side.position, side.id, side.number, side.state, side.logical_medium, side.omid_type, side.omid_id, side.omid_info, side.omid_also,
  side.mount_count, side.allocate_count, side.capacity, ifnull(side.omid_info IN (medium_row.name, medium_row.barcode), 0)
FROM medium_row CROSS JOIN side ON side.medium = medium_row.id ORDER BY medium_row.ref, side.position;

-- What is not carried over whole does not replace what was there: the migration fails, and the catalog stays as it was.
CREATE TABLE carried_over (whole INTEGER NOT NULL CHECK (whole = 1)) STRICT;
INSERT INTO carried_over SELECT (SELECT count(*) FROM medium) = (SELECT count(*) FROM medium_row);
INSERT INTO carried_over SELECT (SELECT count(*) FROM side) = (SELECT count(*) FROM side_row);
INSERT INTO carried_over SELECT count(*) = 0 FROM side WHERE position NOT BETWEEN 0 AND 255;
DROP TABLE carried_over;

-- The side of a logical medium and the medium of what may be allocated are named by their ids still, without a foreign key: the check of the catalog asks.
CREATE TABLE new_logical_medium (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  side BLOB,
  pool BLOB REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  created INTEGER NOT NULL,
  allocated_from BLOB,
  session BLOB,
  request_key TEXT NOT NULL DEFAULT '',
  user TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
INSERT INTO new_logical_medium (id, side, pool, name, description, created, allocated_from, session, request_key, user)
SELECT id, side, pool, name, description, created, allocated_from, session, request_key, user FROM logical_medium;
DROP TABLE logical_medium;
ALTER TABLE new_logical_medium RENAME TO logical_medium;
CREATE INDEX logical_medium_by_age ON logical_medium (created, id);
CREATE INDEX logical_medium_by_pool ON logical_medium (pool, created, id);
CREATE INDEX logical_medium_by_key ON logical_medium (session, request_key) WHERE request_key <> '';
CREATE TRIGGER logical_medium_counted AFTER INSERT ON logical_medium BEGIN
  INSERT INTO logical_media_counter (pool, media) VALUES (ifnull(NEW.pool, X''), 1)
  ON CONFLICT DO UPDATE SET media = media + 1;
END;
CREATE TRIGGER logical_medium_uncounted AFTER DELETE ON logical_medium BEGIN
  UPDATE logical_media_counter SET media = media - 1 WHERE pool = ifnull(OLD.pool, X'');
END;
CREATE TRIGGER logical_medium_recounted AFTER UPDATE OF pool ON logical_medium WHEN OLD.pool IS NOT NEW.pool BEGIN
  UPDATE logical_media_counter SET media = media - 1 WHERE pool = ifnull(OLD.pool, X'');
  INSERT INTO logical_media_counter (pool, media) VALUES (ifnull(NEW.pool, X''), 1)
  ON CONFLICT DO UPDATE SET media = media + 1;
END;
CREATE TRIGGER logical_medium_forgotten AFTER DELETE ON logical_medium BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER logical_medium_counted_for_user AFTER INSERT ON logical_medium WHEN NEW.user <> '' BEGIN
  INSERT INTO user_media_counter (user, media) VALUES (NEW.user, 1) ON CONFLICT DO UPDATE SET media = media + 1;
END;
CREATE TRIGGER logical_medium_uncounted_for_user AFTER DELETE ON logical_medium WHEN OLD.user <> '' BEGIN
  UPDATE user_media_counter SET media = media - 1 WHERE user = OLD.user;
  DELETE FROM user_media_counter WHERE user = OLD.user AND media = 0;
END;
CREATE TRIGGER logical_medium_recounted_for_user AFTER UPDATE OF user ON logical_medium WHEN OLD.user <> NEW.user BEGIN
  UPDATE user_media_counter SET media = media - 1 WHERE user = OLD.user;
  DELETE FROM user_media_counter WHERE user = OLD.user AND media = 0;
  INSERT INTO user_media_counter (user, media) SELECT NEW.user, 1 WHERE NEW.user <> '' ON CONFLICT DO UPDATE SET media = media + 1;
END;

CREATE TABLE new_allocatable_side (
  pool BLOB NOT NULL,
  library BLOB NOT NULL,
  shelf INTEGER NOT NULL,
  allocate_count INTEGER NOT NULL,
  created INTEGER NOT NULL,
  medium BLOB NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (pool, library, shelf, allocate_count, created, medium, number)
) STRICT, WITHOUT ROWID;
INSERT INTO new_allocatable_side SELECT pool, library, shelf, allocate_count, created, medium, number FROM allocatable_side;
DROP TABLE allocatable_side;
ALTER TABLE new_allocatable_side RENAME TO allocatable_side;
CREATE INDEX allocatable_side_of_medium ON allocatable_side (medium);

DROP TABLE side;
DROP TABLE medium;

-- The first six bytes of an id are chance enough to find its row; the row has all of it. A place of all pools and a pool of all places are read by one
-- index each; the media of a pool wherever they are by the second one, for each place that has some. A name that is the bar code is found as bar code.
CREATE INDEX medium_by_id ON medium_row (substr(id, 1, 6));
CREATE INDEX medium_by_place ON medium_row (place_library);
CREATE INDEX medium_by_pool_and_place ON medium_row (pool, place_library);
CREATE INDEX medium_by_barcode ON medium_row (barcode) WHERE barcode <> '';
CREATE INDEX medium_by_name ON medium_row (name) WHERE name <> barcode;
CREATE INDEX side_by_id ON side_row (substr(id, 1, 6));
CREATE INDEX side_by_label ON side_row (omid_id) WHERE omid_type IS NOT NULL;
CREATE INDEX side_by_other_label ON side_row (omid_also) WHERE omid_also IS NOT NULL;
CREATE INDEX side_by_info ON side_row (omid_info) WHERE omid_info IS NOT NULL AND info_is_name = 0;

-- Counters by refs; 0 stands for "none".
DROP TABLE media_counter;
CREATE TABLE media_counter (
  place_library INTEGER NOT NULL,
  pool INTEGER NOT NULL,
  library INTEGER NOT NULL,
  media INTEGER NOT NULL,
  PRIMARY KEY (pool, place_library, library)
) STRICT, WITHOUT ROWID;
INSERT INTO media_counter (place_library, pool, library, media)
SELECT ifnull(place_library, 0), ifnull(pool, 0), ifnull(library, 0), count(*) FROM medium_row GROUP BY 1, 2, 3;
CREATE TRIGGER medium_counted AFTER INSERT ON medium_row BEGIN
  INSERT INTO media_counter (place_library, pool, library, media)
  VALUES (ifnull(NEW.place_library, 0), ifnull(NEW.pool, 0), ifnull(NEW.library, 0), 1)
  ON CONFLICT DO UPDATE SET media = media + 1;
END;
CREATE TRIGGER medium_uncounted AFTER DELETE ON medium_row BEGIN
  UPDATE media_counter SET media = media - 1
  WHERE place_library = ifnull(OLD.place_library, 0) AND pool = ifnull(OLD.pool, 0) AND library = ifnull(OLD.library, 0);
END;
CREATE TRIGGER medium_recounted AFTER UPDATE OF place_library, pool, library ON medium_row
WHEN OLD.place_library IS NOT NEW.place_library OR OLD.pool IS NOT NEW.pool OR OLD.library IS NOT NEW.library
BEGIN
  UPDATE media_counter SET media = media - 1
  WHERE place_library = ifnull(OLD.place_library, 0) AND pool = ifnull(OLD.pool, 0) AND library = ifnull(OLD.library, 0);
  INSERT INTO media_counter (place_library, pool, library, media)
  VALUES (ifnull(NEW.place_library, 0), ifnull(NEW.pool, 0), ifnull(NEW.library, 0), 1)
  ON CONFLICT DO UPDATE SET media = media + 1;
END;

CREATE TRIGGER medium_called_otherwise AFTER UPDATE OF name, barcode ON medium_row WHEN OLD.name <> NEW.name OR OLD.barcode <> NEW.barcode BEGIN
  UPDATE side_row SET info_is_name = ifnull(omid_info IN (NEW.name, NEW.barcode), 0) WHERE ref BETWEEN NEW.ref * 256 AND NEW.ref * 256 + 255;
END;

-- A medium takes along its sides, what was said of it and of them, and what may be allocated of it. Its history keeps what it was called.
CREATE TRIGGER medium_remembered BEFORE DELETE ON medium_row BEGIN
  UPDATE history_subject SET name = OLD.name, barcode = OLD.barcode WHERE object = OLD.id;
END;
CREATE TRIGGER medium_forgotten BEFORE DELETE ON medium_row BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_text WHERE object IN (SELECT id FROM side_row WHERE ref BETWEEN OLD.ref * 256 AND OLD.ref * 256 + 255);
  DELETE FROM object_attribute WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object IN (SELECT id FROM side_row WHERE ref BETWEEN OLD.ref * 256 AND OLD.ref * 256 + 255);
  DELETE FROM allocatable_side WHERE medium = OLD.id;
  DELETE FROM side_row WHERE ref BETWEEN OLD.ref * 256 AND OLD.ref * 256 + 255;
END;

-- As records have them: objects by their ids.
CREATE VIEW medium AS
SELECT ref, id, name, created, (SELECT o.id FROM object_ref AS o WHERE o.ref = medium_row.pool) AS pool, barcode,
  (SELECT o.id FROM object_ref AS o WHERE o.ref = medium_row.library) AS library, (SELECT o.id FROM object_ref AS o WHERE o.ref = medium_row.place_library) AS place_library,
  place_kind, place_number, description, modified, enabled, (SELECT o.id FROM object_ref AS o WHERE o.ref = medium_row.type) AS type, sequence_number, home_slot, trouble,
  alerts, density_code, scsi_medium_type, density, manufacturer, serial, loads, bytes_written, bytes_read, capacity, remaining
FROM medium_row;
CREATE VIEW side AS
SELECT ref, (SELECT m.id FROM medium_row AS m WHERE m.ref = side_row.ref / 256) AS medium, ref % 256 AS position, id, number, state, logical_medium, omid_type, omid_id, omid_info,
  omid_also, mount_count, allocate_count, capacity
FROM side_row;
