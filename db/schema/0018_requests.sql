-- Requests have numbers for people (their sequence), and ids that carry the number (libmgr/domain/ids.hpp): a row is found by its number alone.
-- What a request changes is one row in `request`, a table without any index: those that are open, and those that have ended a moment ago, are all in
-- memory. What has ended goes on to `request_done` later, many at once and in the order of their numbers.
CREATE TABLE request_id (  -- of requests from before: ids that are all chance. They go with their request.
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  sequence INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO request_id (id, sequence) SELECT id, sequence FROM request UNION ALL SELECT id, sequence FROM request_done;

ALTER TABLE catalog_facts ADD COLUMN request_number INTEGER NOT NULL DEFAULT 0;  -- numbers up to this one were given, also where no row says so

CREATE TABLE new_request (
  sequence INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
  operation INTEGER NOT NULL,
  operation_option INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state IN (0, 1, 2, 3, 4, 5, 6, 7, 8)),
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
  force INTEGER NOT NULL,
  partner BLOB
) STRICT;
INSERT INTO new_request SELECT * FROM request ORDER BY sequence;
DROP TABLE request;
ALTER TABLE new_request RENAME TO request;

CREATE TABLE new_request_done (
  sequence INTEGER NOT NULL PRIMARY KEY,
  id BLOB NOT NULL CHECK (length(id) = 16),
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
  force INTEGER NOT NULL,
  partner BLOB
) STRICT;
INSERT INTO new_request_done SELECT * FROM request_done ORDER BY sequence;
DROP TABLE request_done;
ALTER TABLE new_request_done RENAME TO request_done;
CREATE INDEX request_done_by_library ON request_done (library, sequence);
CREATE INDEX request_done_by_age ON request_done (changed);
-- The keys of a session that is still open are read from here when the service starts; new rows come at the end of their session.
CREATE INDEX request_done_by_session ON request_done (session, sequence) WHERE request_key <> '';

CREATE TRIGGER request_done_forgotten AFTER DELETE ON request_done BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
  DELETE FROM request_id WHERE id = OLD.id;
END;
