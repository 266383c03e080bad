-- The first schema of the catalog.
--
-- Tables are split by how often they change (decision 23): what one request changes sits in small hot tables (drive_hot,
-- slot, intent, request); a medium and its sides are written rarely; history is append-only.
-- GUIDs: BLOB(16) in text order; NULL where the record says "none". Times: milliseconds UTC; durations: milliseconds.
-- Foreign keys are checked at COMMIT: inside one commit the order of changes is free. They stand where one object cannot be
-- without the other; who asked for what (session, request, drive of a request) is history and outlives its objects.

-- ---- libraries and their parts: rarely written -----------------------------------------------------------------------
CREATE TABLE library (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  type INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  operational_state INTEGER NOT NULL,
  state_since INTEGER NOT NULL,
  state_reason TEXT NOT NULL,
  inventory_method INTEGER NOT NULL,
  auto_recovery INTEGER NOT NULL,
  barcode_reader INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  defer_dismount_delay INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE media_type (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  code INTEGER NOT NULL,
  name TEXT NOT NULL,
  sides INTEGER NOT NULL,
  read_write INTEGER NOT NULL,
  device_type INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE library_media_type (
  library BLOB NOT NULL REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  type BLOB NOT NULL REFERENCES media_type (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  PRIMARY KEY (library, type)
) STRICT, WITHOUT ROWID;
CREATE INDEX library_media_type_type ON library_media_type (type);

CREATE TABLE changer (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  library BLOB NOT NULL REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  device TEXT NOT NULL,
  vendor TEXT NOT NULL,
  product TEXT NOT NULL,
  serial TEXT NOT NULL,
  revision TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX changer_library ON changer (library);

CREATE TABLE drive (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  library BLOB NOT NULL REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL,
  name TEXT NOT NULL,
  device TEXT NOT NULL,
  vendor TEXT NOT NULL,
  product TEXT NOT NULL,
  serial TEXT NOT NULL,
  revision TEXT NOT NULL,
  created INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  operational_state INTEGER NOT NULL,
  state_since INTEGER NOT NULL,
  state_reason TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX drive_library ON drive (library);

CREATE TABLE door (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  library BLOB NOT NULL REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  max_open INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX door_library ON door (library);

-- ---- hot: written with almost every request ---------------------------------------------------------------------------
CREATE TABLE drive_hot (
  id BLOB NOT NULL PRIMARY KEY REFERENCES drive (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  state INTEGER NOT NULL,
  since INTEGER NOT NULL,
  reason TEXT NOT NULL,
  medium BLOB,
  side BLOB,
  session BLOB,
  request BLOB,
  volume TEXT NOT NULL,
  mount_count INTEGER NOT NULL,
  errors_in_a_row INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE slot (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  library BLOB NOT NULL REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  medium BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX slot_library ON slot (library);

CREATE TABLE port (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  library BLOB NOT NULL REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL,
  content INTEGER NOT NULL,
  position INTEGER NOT NULL,
  max_extend INTEGER NOT NULL,
  medium BLOB
) STRICT, WITHOUT ROWID;
CREATE INDEX port_library ON port (library);

CREATE TABLE intent (
  library BLOB NOT NULL PRIMARY KEY REFERENCES library (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  request BLOB,
  medium BLOB,
  source_kind INTEGER NOT NULL,
  source_number INTEGER NOT NULL,
  target_kind INTEGER NOT NULL,
  target_number INTEGER NOT NULL,
  turn INTEGER NOT NULL,
  recorded INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  secret BLOB NOT NULL,
  application TEXT NOT NULL,
  user TEXT NOT NULL,
  computer TEXT NOT NULL,
  uid INTEGER NOT NULL,
  opened INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Open requests, and those that have ended: the same columns; a request is in one of the two.
CREATE TABLE request (
  sequence INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  operation INTEGER NOT NULL,
  operation_option INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (0, 1, 5, 6)),
  reason TEXT NOT NULL,
  queued INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  completed INTEGER,
  deadline INTEGER,
  due INTEGER,
  error INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  queue_order INTEGER NOT NULL,
  session BLOB,
  request_key TEXT NOT NULL,
  application TEXT NOT NULL,
  user TEXT NOT NULL,
  computer TEXT NOT NULL,
  group_id BLOB,
  group_size INTEGER NOT NULL,
  work_item BLOB,
  nowait INTEGER NOT NULL,
  for_writing INTEGER NOT NULL,
  specific_drive INTEGER NOT NULL,
  error_if_offline INTEGER NOT NULL,
  library BLOB,
  medium BLOB,
  side BLOB,
  drive BLOB,
  slot INTEGER,
  port INTEGER,
  force INTEGER NOT NULL
) STRICT;
CREATE INDEX request_by_key ON request (session, request_key) WHERE request_key <> '';
CREATE INDEX request_by_library ON request (library, sequence);

CREATE TABLE request_done (
  sequence INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  operation INTEGER NOT NULL,
  operation_option INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (2, 3, 4, 7, 8)),
  reason TEXT NOT NULL,
  queued INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  completed INTEGER,
  deadline INTEGER,
  due INTEGER,
  error INTEGER NOT NULL,
  priority INTEGER NOT NULL,
  queue_order INTEGER NOT NULL,
  session BLOB,
  request_key TEXT NOT NULL,
  application TEXT NOT NULL,
  user TEXT NOT NULL,
  computer TEXT NOT NULL,
  group_id BLOB,
  group_size INTEGER NOT NULL,
  work_item BLOB,
  nowait INTEGER NOT NULL,
  for_writing INTEGER NOT NULL,
  specific_drive INTEGER NOT NULL,
  error_if_offline INTEGER NOT NULL,
  library BLOB,
  medium BLOB,
  side BLOB,
  drive BLOB,
  slot INTEGER,
  port INTEGER,
  force INTEGER NOT NULL
) STRICT;
CREATE INDEX request_done_by_key ON request_done (session, request_key) WHERE request_key <> '';
CREATE INDEX request_done_by_library ON request_done (library, sequence);
CREATE INDEX request_done_by_age ON request_done (changed);

CREATE TABLE operator_request (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  command INTEGER NOT NULL,
  state INTEGER NOT NULL,
  submitted INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  message TEXT NOT NULL,
  argument1 BLOB NOT NULL,
  argument2 BLOB NOT NULL,
  request BLOB,
  application TEXT NOT NULL,
  user TEXT NOT NULL,
  computer TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX operator_request_by_time ON operator_request (submitted, id);
CREATE INDEX operator_request_open ON operator_request (submitted, id) WHERE state NOT IN (4, 5);
CREATE INDEX operator_request_by_age ON operator_request (changed) WHERE state IN (4, 5);

-- The events of one commit are one row; the numbers of all rows follow each other without a gap.
CREATE TABLE event_batch (
  first INTEGER NOT NULL PRIMARY KEY,
  last INTEGER NOT NULL CHECK (last >= first),
  payload BLOB NOT NULL
) STRICT;

-- ---- pools and media: many, rarely written ----------------------------------------------------------------------------
CREATE TABLE pool (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  parent BLOB REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  description TEXT NOT NULL,
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  type INTEGER NOT NULL,
  media_type BLOB REFERENCES media_type (id) DEFERRABLE INITIALLY DEFERRED,
  allocation_policy INTEGER NOT NULL,
  deallocation_policy INTEGER NOT NULL,
  max_allocates INTEGER NOT NULL,
  defer_dismount_delay INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX pool_parent ON pool (parent);

CREATE TABLE medium (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  pool BLOB REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
  barcode TEXT NOT NULL,
  library BLOB,        -- the last one it was in
  place_library BLOB,  -- the one it is in; NULL: offline
  place_kind INTEGER,
  place_number INTEGER,
  description TEXT NOT NULL,
  modified INTEGER NOT NULL,
  enabled INTEGER NOT NULL,
  type BLOB REFERENCES media_type (id) DEFERRABLE INITIALLY DEFERRED,
  sequence_number TEXT NOT NULL,
  home_slot INTEGER,
  trouble TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX medium_by_age ON medium (created, id);
CREATE INDEX medium_by_place ON medium (place_library, created, id);
CREATE INDEX medium_by_pool ON medium (pool, created, id);
CREATE INDEX medium_by_pool_and_place ON medium (pool, place_library, created, id);
CREATE INDEX medium_by_name ON medium (name);
CREATE INDEX medium_by_barcode ON medium (barcode) WHERE barcode <> '';

CREATE TABLE side (
  medium BLOB NOT NULL REFERENCES medium (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL,  -- in the record's list
  id BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
  number INTEGER NOT NULL,
  state INTEGER NOT NULL,
  logical_medium BLOB,
  omid_type TEXT,  -- NULL: no label known
  omid_id BLOB,
  omid_info TEXT,
  mount_count INTEGER NOT NULL,
  allocate_count INTEGER NOT NULL,
  capacity INTEGER NOT NULL,
  PRIMARY KEY (medium, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX side_by_label ON side (omid_type, omid_id) WHERE omid_type IS NOT NULL;

CREATE TABLE logical_medium (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  side BLOB REFERENCES side (id) DEFERRABLE INITIALLY DEFERRED,
  pool BLOB REFERENCES pool (id) DEFERRABLE INITIALLY DEFERRED,
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX logical_medium_by_side ON logical_medium (side);
CREATE INDEX logical_medium_by_age ON logical_medium (created, id);
CREATE INDEX logical_medium_by_pool ON logical_medium (pool, created, id);

-- ---- counters: kept by triggers, in the transaction of the change ------------------------------------------------------
-- One row for each combination that has media; X'' stands for "none" (NULL would not be one key).
CREATE TABLE media_counter (
  place_library BLOB NOT NULL,
  pool BLOB NOT NULL,
  library BLOB NOT NULL,
  media INTEGER NOT NULL,
  PRIMARY KEY (place_library, pool, library)
) STRICT, WITHOUT ROWID;

CREATE TABLE logical_media_counter (
  pool BLOB NOT NULL PRIMARY KEY,
  media INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER medium_counted AFTER INSERT ON medium BEGIN
  INSERT INTO media_counter (place_library, pool, library, media)
  VALUES (ifnull(NEW.place_library, X''), ifnull(NEW.pool, X''), ifnull(NEW.library, X''), 1)
  ON CONFLICT DO UPDATE SET media = media + 1;
END;
CREATE TRIGGER medium_uncounted AFTER DELETE ON medium BEGIN
  UPDATE media_counter SET media = media - 1
  WHERE place_library = ifnull(OLD.place_library, X'') AND pool = ifnull(OLD.pool, X'') AND library = ifnull(OLD.library, X'');
END;
CREATE TRIGGER medium_recounted AFTER UPDATE OF place_library, pool, library ON medium
WHEN OLD.place_library IS NOT NEW.place_library OR OLD.pool IS NOT NEW.pool OR OLD.library IS NOT NEW.library
BEGIN
  UPDATE media_counter SET media = media - 1
  WHERE place_library = ifnull(OLD.place_library, X'') AND pool = ifnull(OLD.pool, X'') AND library = ifnull(OLD.library, X'');
  INSERT INTO media_counter (place_library, pool, library, media)
  VALUES (ifnull(NEW.place_library, X''), ifnull(NEW.pool, X''), ifnull(NEW.library, X''), 1)
  ON CONFLICT DO UPDATE SET media = media + 1;
END;

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
