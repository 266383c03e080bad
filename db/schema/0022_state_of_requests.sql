-- A list of more than two values is a table that SQLite makes, fills and forgets for each row that it checks; a range is two comparisons. The same
-- values are allowed as before, so no row has to be looked at.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (0, 1, 2, 3, 4, 5, 6, 7, 8))', 'CHECK (state BETWEEN 0 AND 8)') WHERE type = 'table' AND name = 'request';
UPDATE sqlite_schema SET sql = replace(sql, 'CHECK (state IN (2, 3, 4, 7, 8))', 'CHECK (state BETWEEN 2 AND 8 AND state <> 5 AND state <> 6)') WHERE type = 'table' AND name = 'request_done';
PRAGMA writable_schema = RESET;
