#include "cli/rsm/classic/view.hpp"

#include <array>

#include "cli/rsm/commands/pages.hpp"
#include "cli/rsm/commands/seen.hpp"
#include "cli/rsm/view/json.hpp"
#include "cli/rsm/view/words.hpp"

namespace rsm::cli {
namespace {

using client::Connection;
using Items = Result<std::vector<ViewItem>>;

template <class Page, class Name>
Items list(Connection& service, Result<Page> (Connection::*call)(wire::ListParams const&, std::optional<Millis>),
           std::optional<Guid> container, Name name_of) {
  wire::ListParams params;
  params.container = container;
  RSM_TRY(auto listing, collect(service, call, params));
  std::vector<ViewItem> items;
  for (auto const& info : listing.items) items.push_back({info.id.guid, name_of(info), to_json(info)});
  return items;
}

auto const own_name = [](auto const& info) { return info.name; };
auto const numbered(char const* kind) {
  return [kind](auto const& info) { return kind + std::to_string(info.number); };
}

Items libraries(Connection& s, std::optional<Guid> c) { return list(s, &Connection::library_list, c, own_name); }
Items changers(Connection& s, std::optional<Guid> c) { return list(s, &Connection::changer_list, c, own_name); }
Items drives(Connection& s, std::optional<Guid> c) { return list(s, &Connection::drive_list, c, own_name); }
Items media(Connection& s, std::optional<Guid> c) { return list(s, &Connection::medium_list, c, own_name); }
Items logical_media(Connection& s, std::optional<Guid> c) { return list(s, &Connection::logical_medium_list, c, own_name); }
Items media_types(Connection& s, std::optional<Guid> c) { return list(s, &Connection::media_type_list, c, own_name); }
Items slots(Connection& s, std::optional<Guid> c) { return list(s, &Connection::slot_list, c, numbered("Slot ")); }
Items doors(Connection& s, std::optional<Guid> c) { return list(s, &Connection::door_list, c, numbered("Door ")); }
Items ports(Connection& s, std::optional<Guid> c) { return list(s, &Connection::port_list, c, numbered("Port ")); }

Items sides(Connection& s, std::optional<Guid> c) {
  return list(s, &Connection::side_list, c, [](auto const& side) { return side.name.value_or(side_name(side.medium_name, side.id, side.number)); });
}
Items pools(Connection& s, std::optional<Guid> c) {
  return list(s, &Connection::pool_list, c, [](auto const& pool) { return pool.path.empty() ? pool.name : pool.path; });
}
Items operator_requests(Connection& s, std::optional<Guid> c) {
  wire::ListParams params;
  params.container = c;
  RSM_TRY(auto listing, collect(s, &Connection::opreq_list, params));
  say_seen(s, listing.items);
  std::vector<ViewItem> items;
  for (auto const& request : listing.items) items.push_back({request.id.guid, request.message, to_json(request)});
  return items;
}

Items requests(Connection& s, std::optional<Guid> container) {
  wire::RequestListParams params;
  if (container) params.library = LibraryId{*container};
  RSM_TRY(auto listing, collect(s, &Connection::request_list, params));
  std::vector<ViewItem> items;
  for (auto const& r : listing.items) items.push_back({r.id.guid, request_what(r), to_json(r)});
  return items;
}

Items drive_types(Connection& s, std::optional<Guid> c) { return list(s, &Connection::drive_type_list, c, own_name); }
Items changer_types(Connection& s, std::optional<Guid> c) { return list(s, &Connection::changer_type_list, c, own_name); }
Items computers(Connection& s, std::optional<Guid> c) { return list(s, &Connection::computer_list, c, own_name); }

// Where messages go: of a library, or of the computer; "error: ops1", with the id of what they are about.
Items destinations(Connection& service, std::optional<Guid> container) {
  Guid object;
  if (container) {
    object = *container;
  } else {
    RSM_TRY(auto page, service.computer_list({}));
    if (page.items.empty()) return std::vector<ViewItem>{};
    object = page.items.front().id.guid;
  }
  std::vector<ViewItem> items;
  for (auto const kind : {MessageKind::info, MessageKind::request, MessageKind::error}) {
    RSM_TRY(auto reply, service.ui_get({object, kind}));
    for (auto const& name : reply.destinations)
      items.push_back({object, word(kind) + ": " + name, to_json(wire::SetDestinationsParams{object, kind, DestinationAction::add, name})});
  }
  return items;
}

struct ViewFunction {
  ViewType type;
  Items (*items)(Connection&, std::optional<Guid>);
};

constexpr auto view_functions = std::to_array<ViewFunction>({
    {{"library", "library"}, libraries},
    {{"physical_media", "physical media"}, media},
    {{"partition", "partition"}, sides},
    {{"logical_media", "logical media"}, logical_media},
    {{"drive", "drive"}, drives},
    {{"changer", "changer"}, changers},
    {{"storageslot", "storage slot"}, slots},
    {{"iedoor", "IE door"}, doors},
    {{"ieport", "IE port"}, ports},
    {{"media_pool", "media pool"}, pools},
    {{"media_type", "media type"}, media_types},
    {{"librequest", "library request"}, requests},
    {{"oprequest", "operator request"}, operator_requests},
    {{"drive_type", "drive type"}, drive_types},
    {{"changer_type", "changer type"}, changer_types},
    {{"computer", "computer"}, computers},
    {{"ui", "UI destination"}, destinations},
});

}  // namespace

ViewType const* view_type(std::string_view lower_case_word) {
  for (auto const& row : view_functions)
    if (row.type.word == lower_case_word) return &row.type;
  return nullptr;
}

std::vector<std::string_view> view_type_words() {
  std::vector<std::string_view> words;
  for (auto const& row : view_functions) words.push_back(row.type.word);
  return words;
}

Items view_items(Connection& service, ViewType const& type, std::optional<Guid> container) {
  for (auto const& row : view_functions)
    if (row.type.word == type.word) return row.items(service, container);
  return fail(Errc::invalid_parameter, std::string{type.word}, "there is no such type");
}

std::string bare_guid(Guid const& id) {
  std::string out;
  for (char c : id.text())
    if (c != '-') out += c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return out;
}

}  // namespace rsm::cli
