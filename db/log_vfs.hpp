// The operating system's SQLite VFS, with a write-ahead log whose pages are written together.
//
// What for: SQLite gives each page of a commit to the system in two pieces, its header and itself: forty calls for a commit of twenty pages, of which
// nobody sees anything before the last of them. Here they are collected and go out in one call, when the last page of a commit is there, before the log is
// synced, and before anything else is asked of it. Only the owner's connection has it: whoever reads the log opens it as ever. What goes wrong with the call is told
// where it happens, by the write of the last page or by the sync; both are ends of a commit, whose outcome is judged as before.
// Thread rule: a file is its connection's.
#pragma once

namespace rsm::db {

// Its name, for opening a connection. It is registered at the first call, and uses whichever VFS is the process's own when a file is opened.
char const* log_vfs();

}  // namespace rsm::db
