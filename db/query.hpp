// One use of a prepared statement: bind, step, read; reset at the end, whatever happens.
//
// What for: keeps binding and reading of the catalog's types in one place. A zero id is NULL in the catalog; a Guid is always
// a BLOB(16). Strings are not copied: they must outlive the Query. Errors: SQLite::Exception and DamagedRow, caught by
// guarded(). Thread rule: of the connection.
#pragma once

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <concepts>
#include <cstring>
#include <optional>
#include <string>

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
  Query(Database& database, std::string const& sql, Values const&... values) : statement_(database.statement(sql)) {
    (bind(values), ...);
  }
  ~Query() { statement_.tryReset(); }
  Query(Query const&) = delete;
  Query& operator=(Query const&) = delete;

  void bind(Guid const& value) { statement_.bindNoCopy(++bound_, value.bytes.data(), static_cast<int>(value.bytes.size())); }
  template <class Tag>
  void bind(Id<Tag> const& value) {
    if (value.is_zero()) return bind_null();
    bind(value.guid);
  }
  void bind(std::string const& value) { statement_.bindNoCopy(++bound_, value); }
  void bind(Bytes const& value) { statement_.bindNoCopy(++bound_, value.value.data(), static_cast<int>(value.value.size())); }
  template <std::integral Number>
  void bind(Number value) {
    statement_.bind(++bound_, static_cast<std::int64_t>(value));
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
  void bind_null() { statement_.bind(++bound_); }

  bool next() {
    read_ = 0;
    return statement_.executeStep();
  }
  // For changes: the number of rows changed.
  int run() { return statement_.exec(); }

  // The columns of the row, from left to right.
  void read(Guid& value) {
    auto const column = statement_.getColumn(read_++);
    if (!column.isBlob() || column.getBytes() != 16) damaged(column, "is no GUID");
    std::memcpy(value.bytes.data(), column.getBlob(), 16);
  }
  template <class Tag>
  void read(Id<Tag>& value) {
    if (null()) return skip(value);
    read(value.guid);
  }
  void read(std::string& value) { value = statement_.getColumn(read_++).getString(); }
  void read(bool& value) { value = integer() != 0; }
  template <std::integral Number>
  void read(Number& value) {
    std::int64_t const found = integer();
    value = static_cast<Number>(found);
    if (static_cast<std::int64_t>(value) != found) damaged(statement_.getColumn(read_ - 1), "is out of range");
  }
  template <Worded E>
  void read(E& value) {
    std::int64_t const found = integer();
    value = static_cast<E>(found);
    char const* const known = boost::describe::enum_to_string(value, nullptr);
    if (known == nullptr || number(value) != found) damaged(statement_.getColumn(read_ - 1), "has no meaning");
  }
  void read(TimePoint& value) { value = from_ms(integer()); }
  void read(Millis& value) { value = Millis{integer()}; }
  template <class T>
  void read(std::optional<T>& value) {
    if (null()) return skip(value);
    read(value.emplace());
  }
  bool null() const { return statement_.getColumn(read_).isNull(); }

 private:
  template <class T>
  void skip(T& value) {
    ++read_;
    value = T{};
  }
  std::int64_t integer() {
    auto const column = statement_.getColumn(read_++);
    if (!column.isInteger()) damaged(column, "is no number");
    return column.getInt64();
  }
  [[noreturn]] void damaged(SQLite::Column const& column, char const* how) const {
    throw DamagedRow(std::string("column ") + column.getName() + " " + how + ": " +
                     (column.isInteger() ? column.getString() : "(not shown)"));
  }

  SQLite::Statement& statement_;
  int bound_ = 0;
  int read_ = 0;
};

}  // namespace rsm::db
