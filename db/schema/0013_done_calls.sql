-- Calls that change the catalog only and were carried out (db/changes.hpp): sent again with the same key in the same session, they are answered.
CREATE TABLE done_call (
  number INTEGER PRIMARY KEY,
  session BLOB NOT NULL,
  request_key TEXT NOT NULL,
  call TEXT NOT NULL,
  about BLOB NOT NULL,
  answer BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX done_call_by_key ON done_call (session, request_key);
