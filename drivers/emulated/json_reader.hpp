// Strict reading of JSON objects: every member must be there, of the right type and in range, and no other.
//
// What for: damaged files of the emulated library are refused with the path of what is wrong, never guessed at. The first thing
// found wrong is kept in `problem` ("state.drives[1].phase: ..."); values read after it are defaults and must not be used.
// Internal to this folder, for .cpp files only. Thread rule: values.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <functional>
#include <set>
#include <string>

#include "libmgr/domain/words.hpp"

namespace rsm::emulated {

class JsonReader {
 public:
  JsonReader(boost::json::value const& value, std::string path, std::string& problem);

  bool has(char const* name) const { return object_ != nullptr && object_->contains(name); }
  bool is_null(char const* name);
  bool flag(char const* name);
  std::uint64_t whole(char const* name, std::uint64_t most);
  std::int64_t integer(char const* name);
  std::string text(char const* name);
  template <Worded E>
  E worded(char const* name) {
    auto const parsed = parse_word<E>(text(name));
    if (!parsed) wrong(name, "this word is not known");
    return parsed.value_or(E{});
  }
  JsonReader object(char const* name);
  // Calls with each member of an array, or of an object, and its path.
  void each(char const* name, std::function<void(boost::json::value const&, std::string const& path)> const& read);
  void each_member(char const* name,
                   std::function<void(std::string const& key, boost::json::value const&, std::string const& path)> const& read);
  // The value is wrong: says so unless something was wrong before.
  void wrong(char const* name, std::string const& why);
  // No member is there that nobody asked for.
  void finish();

 private:
  boost::json::value const& member(char const* name);

  boost::json::object const* object_ = nullptr;
  std::string path_;
  std::string& problem_;
  std::set<std::string> asked_;
};

}  // namespace rsm::emulated
