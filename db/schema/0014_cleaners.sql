-- The slot that is reserved for the cleaning cartridge of a library, the cartridge while it is in the library, and the uses that it has left.
ALTER TABLE library ADD COLUMN cleaner_slot INTEGER;
ALTER TABLE library ADD COLUMN cleaner BLOB;
ALTER TABLE library ADD COLUMN cleaner_uses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE drive ADD COLUMN last_cleaned INTEGER;
