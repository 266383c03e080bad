-- How often an owner has opened this catalog: its log belongs to the file of the same opening. 0: not a file that was opened as a catalog (a backup).
-- A table of its own: its page changes at openings only, so that what stands in the file itself is never in the middle of a change.
CREATE TABLE catalog_opening (
  one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO catalog_opening (one, number) VALUES (1, 0);
