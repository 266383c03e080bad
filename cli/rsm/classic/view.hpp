// The objects that `rsm view` lists: their ids and friendly names. Thread rule: as the connection's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "api/client/connection.hpp"

namespace rsm::cli {

struct ViewItem {
  Guid id;
  std::string name;
  std::string json;  // the whole object
};

struct ViewType {
  std::string_view word;     // "physical_media"
  std::string_view heading;  // "physical media"
};

// The type of /t; nullptr: there is none of this name.
ViewType const* view_type(std::string_view lower_case_word);
std::vector<std::string_view> view_type_words();
// Objects of the type in the container, or in the whole system.
Result<std::vector<ViewItem>> view_items(client::Connection& service, ViewType const& type, std::optional<Guid> container);

// "0123456789ABCDEF0123456789ABCDEF": as scripts cut it.
std::string bare_guid(Guid const& id);

}  // namespace rsm::cli
