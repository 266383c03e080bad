-- Two cartridges that change places: the other one, of the request for it and of the move under way. NULL: the move is of one.
ALTER TABLE request ADD COLUMN partner BLOB;
ALTER TABLE request_done ADD COLUMN partner BLOB;
ALTER TABLE intent ADD COLUMN partner BLOB;
