-- Sides that may be allocated, in the order in which they are (libmgr/domain/allocatable.hpp): an allocation takes the first of a shelf, among
-- a million cartridges as among ten. Kept by the writer with each cartridge that changes.
CREATE TABLE allocatable_side (
  pool BLOB NOT NULL,
  library BLOB NOT NULL,
  shelf INTEGER NOT NULL,
  allocate_count INTEGER NOT NULL,
  created INTEGER NOT NULL,
  medium BLOB NOT NULL REFERENCES medium (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  number INTEGER NOT NULL,
  PRIMARY KEY (pool, library, shelf, allocate_count, created, medium, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocatable_side_of_medium ON allocatable_side (medium);
INSERT INTO allocatable_side (pool, library, shelf, allocate_count, created, medium, number)
SELECT medium.pool, medium.place_library,
  CASE WHEN EXISTS (SELECT 1 FROM side AS other WHERE other.medium = medium.id AND other.state IN (5, 6)) THEN 0
       WHEN EXISTS (SELECT 1 FROM side AS other WHERE other.medium = medium.id AND other.state <> 4) THEN 1 ELSE 2 END,
  side.allocate_count, medium.created, medium.id, side.number
FROM medium JOIN side ON side.medium = medium.id
WHERE side.state = 4 AND medium.enabled <> 0 AND medium.pool IS NOT NULL AND medium.place_library IS NOT NULL;

-- Which call has made a logical medium: sent again, it is answered and not carried out twice.
ALTER TABLE logical_medium ADD COLUMN allocated_from BLOB;
ALTER TABLE logical_medium ADD COLUMN session BLOB;
ALTER TABLE logical_medium ADD COLUMN request_key TEXT NOT NULL DEFAULT '';
CREATE INDEX logical_medium_by_key ON logical_medium (session, request_key) WHERE request_key <> '';
