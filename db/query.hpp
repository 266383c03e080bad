// One use of a prepared statement: bind, step, read; reset at the end, whatever happens.
//
// What for: keeps binding and reading of the catalog's types in one place. A zero id is NULL in the catalog; a Guid is always
// a BLOB(16). Strings are not copied, but by bind_copy: they must outlive the Query. Errors: SQLite::Exception and DamagedRow, caught by
// guarded(). Thread rule: of the connection.
#pragma once

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <concepts>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "db/database.hpp"
#include "db/sqlite_error.hpp"
#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm::db {

// Bytes that are no text.
struct Bytes {
  std::string const& value;
};

class Query {
 public:
  template <class... Values>
  Query(Database& database, std::string_view sql, Values const&... values) : statement_(database.statement(sql)) {
    (bind(values), ...);
  }
  ~Query() { sqlite3_reset(statement_); }
  Query(Query const&) = delete;
  Query& operator=(Query const&) = delete;

  void bind(Guid const& value) { bind_blob(value.bytes.data(), value.bytes.size()); }
  template <class Tag>
  void bind(Id<Tag> const& value) {
    if (value.is_zero()) return bind_null();
    bind(value.guid);
  }
  void bind(std::string const& value) {
    check(sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
  }
  void bind_copy(std::string const& value) {
    check(sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT));
  }
  void bind(Bytes const& value) { bind_blob(value.value.data(), value.value.size()); }
  template <std::integral Number>
  void bind(Number value) {
    check(sqlite3_bind_int64(statement_, ++bound_, static_cast<std::int64_t>(value)));
  }
  template <class E>
  requires std::is_enum_v<E>
  void bind(E value) { bind(number(value)); }
  void bind(TimePoint value) { bind(to_ms(value)); }
  void bind(Millis value) { bind(value.count()); }
  template <class T>
  void bind(std::optional<T> const& value) {
    if (!value) return bind_null();
    bind(*value);
  }
  void bind_null() { check(sqlite3_bind_null(statement_, ++bound_)); }

  bool next() {
    read_ = 0;
    int const code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) throw error(code);
    return code == SQLITE_ROW;
  }
  // For changes: the number of rows changed.
  int run() {
    int const code = sqlite3_step(statement_);
    if (code != SQLITE_DONE) throw error(code);
    return sqlite3_changes(sqlite3_db_handle(statement_));
  }

  // For one row that is added: its number.
  std::int64_t run_for_row() {
    run();
    return sqlite3_last_insert_rowid(sqlite3_db_handle(statement_));
  }

  // The columns of the row, from left to right.
  void read(Guid& value) {
    int const column = read_++;
    if (sqlite3_column_type(statement_, column) != SQLITE_BLOB || sqlite3_column_bytes(statement_, column) != 16) damaged(column, "is no GUID");
    std::memcpy(value.bytes.data(), sqlite3_column_blob(statement_, column), 16);
  }
  template <class Tag>
  void read(Id<Tag>& value) {
    if (null()) return skip(value);
    read(value.guid);
  }
  void read(std::string& value) {
    int const column = read_++;
    // The blob first: a text is not converted, and its size is that of its bytes.
    auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(statement_, column));
    value.assign(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }
  void read(bool& value) { value = integer() != 0; }
  template <std::integral Number>
  void read(Number& value) {
    std::int64_t const found = integer();
    value = static_cast<Number>(found);
    if (static_cast<std::int64_t>(value) != found) damaged(read_ - 1, "is out of range");
  }
  template <Worded E>
  void read(E& value) {
    std::int64_t const found = integer();
    value = static_cast<E>(found);
    char const* const known = boost::describe::enum_to_string(value, nullptr);
    if (known == nullptr || number(value) != found) damaged(read_ - 1, "has no meaning");
  }
  void read(TimePoint& value) { value = from_ms(integer()); }
  void read(Millis& value) { value = Millis{integer()}; }
  template <class T>
  void read(std::optional<T>& value) {
    if (null()) return skip(value);
    read(value.emplace());
  }
  void pass_over(std::size_t columns) { read_ += static_cast<int>(columns); }
  bool null() const { return sqlite3_column_type(statement_, read_) == SQLITE_NULL; }

 private:
  template <class T>
  void skip(T& value) {
    ++read_;
    value = T{};
  }
  std::int64_t integer() {
    int const column = read_++;
    if (sqlite3_column_type(statement_, column) != SQLITE_INTEGER) damaged(column, "is no number");
    return sqlite3_column_int64(statement_, column);
  }
  void bind_blob(void const* bytes, std::size_t size) {
    check(sqlite3_bind_blob(statement_, ++bound_, bytes, static_cast<int>(size), SQLITE_STATIC));
  }
  void check(int code) const {
    if (code != SQLITE_OK) throw error(code);
  }
  SQLite::Exception error(int code) const { return SQLite::Exception(sqlite3_db_handle(statement_), code); }
  [[noreturn]] void damaged(int column, char const* how) const {
    char const* const name = sqlite3_column_name(statement_, column);
    bool const shown = sqlite3_column_type(statement_, column) == SQLITE_INTEGER;
    throw DamagedRow(std::string("column ") + (name == nullptr ? "?" : name) + " " + how + ": " +
                     (shown ? std::to_string(sqlite3_column_int64(statement_, column)) : "(not shown)"));
  }

  sqlite3_stmt* statement_;
  int bound_ = 0;
  int read_ = 0;
};

}  // namespace rsm::db
