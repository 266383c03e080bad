-- What drives have reported of themselves and of media (TapeAlert): the last alert of each number, the newest last, as JSON; '' for none.
-- Few drives and media have any, they come and go with their record, and nothing is looked for in them.
ALTER TABLE drive ADD COLUMN alerts TEXT NOT NULL DEFAULT '';
ALTER TABLE medium ADD COLUMN alerts TEXT NOT NULL DEFAULT '';
