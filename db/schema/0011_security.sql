-- Who may do what with a pool, a library or the computer (object X'00…': the computer), as a security descriptor of Windows.
-- An object without a row: administrators may everything, everyone may use it.
CREATE TABLE object_security (
  object BLOB NOT NULL PRIMARY KEY CHECK (length(object) = 16),
  descriptor BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER library_unguarded AFTER DELETE ON library BEGIN
  DELETE FROM object_security WHERE object = OLD.id;
END;
CREATE TRIGGER pool_unguarded AFTER DELETE ON pool BEGIN
  DELETE FROM object_security WHERE object = OLD.id;
END;
