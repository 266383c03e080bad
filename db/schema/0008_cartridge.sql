-- What drives have told of a cartridge, from its memory and from their mode; NULL: nobody has told it. Nothing is looked for in them.
ALTER TABLE medium ADD COLUMN density_code INTEGER;
ALTER TABLE medium ADD COLUMN scsi_medium_type INTEGER;
ALTER TABLE medium ADD COLUMN density TEXT;
ALTER TABLE medium ADD COLUMN manufacturer TEXT;
ALTER TABLE medium ADD COLUMN serial TEXT;
ALTER TABLE medium ADD COLUMN loads INTEGER;
ALTER TABLE medium ADD COLUMN bytes_written INTEGER;
ALTER TABLE medium ADD COLUMN bytes_read INTEGER;
ALTER TABLE medium ADD COLUMN capacity INTEGER;
ALTER TABLE medium ADD COLUMN remaining INTEGER;
-- What a drive reads and writes, as JSON; '': not known.
ALTER TABLE drive ADD COLUMN densities TEXT NOT NULL DEFAULT '';
