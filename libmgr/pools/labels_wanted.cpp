#include "libmgr/pools/labels_wanted.hpp"

#include <algorithm>

namespace rsm::pools {
namespace {

RequestRecord request_for(Book& book, MediumRecord const& medium, LabelsWanted const& wanted) {
  RequestRecord r;
  r.id = book.make_id<RequestId>();
  r.operation = Operation::write_scratch;
  r.application = "Removable Storage";
  if (wanted.caller != nullptr) {
    auto const session = book.world().sessions.find(wanted.caller->session);
    if (session != book.world().sessions.end()) r.application = session->second.application, r.computer = session->second.computer;
    r.user = wanted.caller->user;
  }
  r.reason = "its free label is to be written: " + wanted.why;
  r.nowait = true;
  r.medium = medium.id;
  r.drive = wanted.drive;
  r.specific_drive = static_cast<bool>(wanted.drive);
  auto const at = whereabouts(book.world(), medium);
  r.library = at ? at->library : book.world().offline_library;
  return r;
}

bool is_wanted_already(Book const& book, MediumId medium, SideId side) {
  return std::ranges::any_of(book.open_requests_of(medium), [&](RequestId id) {
    auto const* open = book.request(id);
    return open->operation == Operation::write_scratch && open->side == side;
  });
}

}  // namespace

bool ask_for_labels(Book& book, MediumRecord const& medium, LabelsWanted const& wanted) {
  bool asked = false;
  for (auto const& side : medium.sides) {
    if (side.state != SideState::unprepared || is_wanted_already(book, medium.id, side.id)) continue;
    RequestRecord r = request_for(book, medium, wanted);
    r.side = side.id;
    book.add(std::move(r));
    asked = true;
  }
  return asked;
}

void want_no_labels(Book& book, MediumId medium, std::string const& why) {
  for (auto const& id : book.open_requests_of(medium))
    if (book.request(id)->operation == Operation::write_scratch) book.finish(id, {RequestState::invalid, Errc::invalid_media, why});
}

}  // namespace rsm::pools
