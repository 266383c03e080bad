// The operating system's SQLite VFS, for a reader that has the catalog's file mapped into its memory.
//
// What for: whoever looks for single media among a million reads pages that nobody has read before. A page of a mapped file is the kernel's own: nothing is
// copied, no memory of the service is taken, and a commit does not take it away, as it does the pages that SQLite keeps of its own.
// SQLite gives the mapping up at every change of the catalog; here it stays, until the file has grown by so much that much of it would be read as ever.
// A page that the disk cannot give is no end of the service: the handler of SIGBUS puts an empty one in its place, guarded() sees it (db/lost_pages.hpp) and answers with
// an error, and from then on this file is read as ever, with errors that SQLite tells. Addresses that are in no mapped catalog are none of its business: the
// signal does what it did before.
// Thread rule: a file is its connection's; the handler runs in any thread.
#pragma once

namespace rsm::db {

// Its name, for opening a connection that only reads. It is registered, and the handler installed, at the first call.
char const* map_vfs();

}  // namespace rsm::db
