-- What an operator request is about decides what ends it (OperatorKind in libmgr/domain/request.hpp).
-- 0: made by an application, ended by a person only. Open ones from before are told apart by what they name.
ALTER TABLE operator_request ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;

UPDATE operator_request SET kind = 1 WHERE state NOT IN (4, 5) AND command = 4;
UPDATE operator_request SET kind = 4, argument2 = coalesce((SELECT medium FROM drive_hot WHERE id = argument1), argument2)
  WHERE state NOT IN (4, 5) AND command = 3 AND message LIKE '%no free slot for%' AND argument1 IN (SELECT id FROM drive);
UPDATE operator_request SET kind = 2 WHERE state NOT IN (4, 5) AND command = 3 AND kind = 0 AND argument1 IN (SELECT id FROM drive);
UPDATE operator_request SET kind = 3 WHERE state NOT IN (4, 5) AND command = 3 AND argument1 IN (SELECT id FROM library);
UPDATE operator_request SET kind = 6 WHERE state NOT IN (4, 5) AND command = 3 AND argument1 IN (SELECT id FROM medium);
UPDATE operator_request SET kind = 7 WHERE state NOT IN (4, 5) AND command = 3 AND argument1 IN (SELECT id FROM port);
