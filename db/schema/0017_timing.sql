-- What the steps of a library and of its drives take, as it was learned (libmgr/domain/timing.hpp): a sketch of a distribution for each kind of step.
-- Written now and then, with a commit that is made anyway.
CREATE TABLE timing (
  subject BLOB NOT NULL CHECK (length(subject) = 16),  -- a library or a drive
  kind INTEGER NOT NULL,
  seen INTEGER NOT NULL,
  buckets TEXT NOT NULL,
  PRIMARY KEY (subject, kind)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER drive_timing_gone AFTER DELETE ON drive BEGIN
  DELETE FROM timing WHERE subject = OLD.id;
END;
CREATE TRIGGER library_timing_gone AFTER DELETE ON library BEGIN
  DELETE FROM timing WHERE subject = OLD.id;
END;
