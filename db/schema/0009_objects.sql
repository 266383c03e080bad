-- What people and applications say of objects: a name and a description where the record of the object has no place for them, and named bytes.
-- Few objects have any. They go with their object; those of a request that ends stay with it, and those of a side that is read again, too.
CREATE TABLE object_text (
  object BLOB NOT NULL PRIMARY KEY CHECK (length(object) = 16),
  name TEXT NOT NULL,
  description TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE object_attribute (
  object BLOB NOT NULL CHECK (length(object) = 16),
  name TEXT NOT NULL,
  data BLOB NOT NULL,
  UNIQUE (object, name)
) STRICT;
CREATE TRIGGER library_forgotten AFTER DELETE ON library BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER changer_forgotten AFTER DELETE ON changer BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER drive_forgotten AFTER DELETE ON drive BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER slot_forgotten AFTER DELETE ON slot BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER port_forgotten AFTER DELETE ON port BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER door_forgotten AFTER DELETE ON door BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER media_type_forgotten AFTER DELETE ON media_type BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER pool_forgotten AFTER DELETE ON pool BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER logical_medium_forgotten AFTER DELETE ON logical_medium BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER request_done_forgotten AFTER DELETE ON request_done BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER operator_request_forgotten AFTER DELETE ON operator_request BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object = OLD.id;
END;
CREATE TRIGGER medium_forgotten BEFORE DELETE ON medium BEGIN
  DELETE FROM object_text WHERE object = OLD.id;
  DELETE FROM object_text WHERE object IN (SELECT id FROM side WHERE medium = OLD.id);
  DELETE FROM object_attribute WHERE object = OLD.id;
  DELETE FROM object_attribute WHERE object IN (SELECT id FROM side WHERE medium = OLD.id);
END;

-- The root of the pools has an id of its own. NULL: it is made with the next start.
ALTER TABLE catalog_facts ADD COLUMN root_pool BLOB CHECK (length(root_pool) = 16);

-- A library may be called otherwise than in the configuration, and have settings that a client has chosen (namespace chosen in libmgr/domain/library.hpp).
ALTER TABLE library ADD COLUMN configured_as TEXT NOT NULL DEFAULT '';
ALTER TABLE library ADD COLUMN chosen_by_clients INTEGER NOT NULL DEFAULT 0;
UPDATE library SET configured_as = name;

-- How long a medium stays in this drive after a deferred dismount. NULL: as its library says.
ALTER TABLE drive ADD COLUMN defer_dismount_delay INTEGER;
