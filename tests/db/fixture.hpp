// A catalog for one test: on the in-memory disk, or in a folder of its own that is removed at the end.
// Thread rule: the test's thread.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>

#include "db/database.hpp"
#include "db/sqlite_reader.hpp"
#include "db/writer.hpp"
#include "tests/db/samples.hpp"
#include "tests/support/sim_vfs.hpp"

namespace rsm::db {

// The value, or a failure of the test with the error's text.
template <class T>
T must(Result<T> result) {
  if (!result) throw std::runtime_error(result.error().text());
  return std::move(*result);
}
inline void must(Result<> result) {
  if (!result) throw std::runtime_error(result.error().text());
}
inline void must(std::expected<void, CommitFailure> result) {
  if (!result) throw std::runtime_error(result.error().error.text());
}

class Folder {
 public:
  Folder() {
    char name[] = "/tmp/rsm-db-test-XXXXXX";
    if (::mkdtemp(name) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string file(std::string const& name) const { return path_ + "/" + name; }
  std::string const& path() const { return path_; }

 private:
  std::string path_;
};

// Database, writer and reader on one in-memory disk.
struct MemoryCatalog {
  sim::SimVfs vfs;
  std::unique_ptr<Database> database;
  std::unique_ptr<Writer> writer;
  std::unique_ptr<SqliteReader> reader;

  explicit MemoryCatalog(std::uint64_t seed = 1, WriterOptions options = {}) : vfs("sim-" + std::to_string(++count()), seed) {
    open(options);
  }
  void open(WriterOptions options = {}) {
    database = must(Database::open_owner("catalog.db", vfs.name()));
    writer = std::make_unique<Writer>(*database, options);
    reader = std::make_unique<SqliteReader>(*database);
  }
  void close() { reader.reset(), writer.reset(), database.reset(); }
  // What ends in it goes to the history in a commit of its own, as it does a little later in the daemon.
  void write(ChangeSet set) {
    must(writer->commit({&set, 1}));
    to_history(set);
  }
  void to_history(ChangeSet const& set) {
    ToHistory ended;
    for (auto const& change : set.changes)
      if (auto const* request = std::get_if<RequestRecord>(&change); request != nullptr && is_final(request->state)) {
        ended.numbers.push_back(request->sequence);
        ended.now = std::max(ended.now, request->changed);
      }
    if (ended.numbers.empty()) return;
    ChangeSet const alone{.changes = {std::move(ended)}, .events = {}, .alone = true};
    must(writer->commit({&alone, 1}));
  }
  static int& count() {
    static int number = 0;
    return number;
  }
};

}  // namespace rsm::db
