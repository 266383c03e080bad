#include "libmgr/operations/call.hpp"

namespace rsm::operations {

RequestRecord blank(Desk const& desk, Who const& who, std::string const& key, Operation operation) {
  RequestRecord r;
  r.id = desk.book.make_id<RequestId>();
  r.operation = operation;
  r.session = who.session.id;
  r.key = key;
  r.application = who.session.application;
  r.user = who.session.user;
  r.computer = who.session.computer;
  r.nowait = true;
  return r;
}

RequestRecord blank(Book& book, LibraryId library, Operation operation, std::string const& reason) {
  RequestRecord r;
  r.id = book.make_id<RequestId>();
  r.operation = operation;
  r.reason = reason;
  r.application = "Removable Storage";
  r.library = library;
  r.nowait = true;
  return r;
}

Result<LibraryEntry const*> library_for_control(Desk const& desk, LibraryId id, Errc when_disabled) {
  auto const* library = desk.world().library(id);
  if (library == nullptr) return fail(Errc::invalid_library, "library " + id.text(), "there is none");
  std::string const name = "library " + library->record.name;
  if (library->record.type == LibraryType::offline) return fail(Errc::library_offline, name, "it is the shelf");
  if (desk.library(id) == nullptr) return fail(Errc::device_not_available, name, "it is not connected");
  if (!library->record.enabled) return fail(when_disabled, name, "it is disabled");
  return library;
}

std::vector<KeyedObject> keyed_media(Desk const& desk, std::vector<Guid> const& media, std::vector<DriveId> const& drives) {
  std::vector<KeyedObject> objects;
  for (std::size_t i = 0; i < media.size(); ++i) {
    KeyedObject object{.drive = i < drives.size() ? drives[i] : DriveId{}};
    if (auto const medium = desk.book.medium_of(media[i], &object.side); !medium || *medium == nullptr) object.side = SideId{media[i]};
    objects.push_back(object);
  }
  return objects;
}

std::string works_with_it(RequestRecord const& request) { return name_of(request.id) + " works with it" + (request.reason.empty() ? "" : ": " + request.reason); }

Result<> check_media_list(std::vector<Guid> const& media) {
  if (media.empty()) return fail(Errc::invalid_parameter, "media", "at least one is needed");
  if (media.size() > limits::mount_media_max) return fail(Errc::invalid_parameter, "media", "at most " + std::to_string(limits::mount_media_max) + " in one call");
  return {};
}

}  // namespace rsm::operations
