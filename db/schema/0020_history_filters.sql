-- The history of a library and of a request are read by their indexes, as those of a cartridge and of a drive.
CREATE INDEX history_of_library ON history (library, time) WHERE library IS NOT NULL;
CREATE INDEX history_of_request ON history (request, time) WHERE request IS NOT NULL;
