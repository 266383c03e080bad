-- The computer itself: one row, made with the next start. Flags and times of clean-up are what an administrator has set; NULL: as configured.
CREATE TABLE computer (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  created INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  media_pool_policy INTEGER NOT NULL,
  request_flags INTEGER NOT NULL,
  operator_request_flags INTEGER NOT NULL,
  request_purge_after INTEGER,
  operator_request_purge_after INTEGER
) STRICT, WITHOUT ROWID;

-- Models of drives and changers: learned from the devices, never forgotten.
CREATE TABLE device_type (
  id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
  changer INTEGER NOT NULL,
  vendor TEXT NOT NULL,
  product TEXT NOT NULL,
  device_type INTEGER NOT NULL,
  created INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Where messages about an object go: of the computer, of a library, of what a session asks for. They go with their object.
CREATE TABLE destination (
  object BLOB NOT NULL CHECK (length(object) = 16),
  kind INTEGER NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (object, kind, name)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER library_unlisted AFTER DELETE ON library BEGIN
  DELETE FROM destination WHERE object = OLD.id;
END;
CREATE TRIGGER session_unlisted AFTER DELETE ON session BEGIN
  DELETE FROM destination WHERE object = OLD.id;
END;
