#include "libmgr/operations/inject.hpp"

#include <algorithm>

#include "libmgr/library/library.hpp"
#include "libmgr/operations/cleaner_cartridge.hpp"
#include "libmgr/operations/eject.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/identify.hpp"
#include "libmgr/operations/write_scratch.hpp"

namespace rsm::operations {

using namespace inject;

Result<Records> check(Desk const& desk, Who const& who, InjectCall const& call) {
  RequestRecord r = blank(desk, who, call.key, Operation::inject);
  RSM_TRY(auto const* library, library_for_control(desk, call.library, Errc::device_not_available));
  std::string const name = "library " + library->record.name;
  RSM_CHECK(rights::may(desk.world(), who.caller, rights::Act::inject, call.library));
  if (library->record.type == LibraryType::standalone) return fail(Errc::resource_not_present, name, "it is one drive: put the medium into it by hand, that is seen");
  if (library->ports.empty()) return fail(Errc::resource_not_present, name, "it has no port");
  bool const room = std::ranges::any_of(library->slots, [&](auto const& s) { return may_be_free(s.second) && s.first != library->record.cleaner_slot; });
  if (!room) return fail(Errc::library_full, name, "no slot is free");
  r.library = call.library;
  if (call.many) r.option = operation_option::inject_many;
  return Records{std::move(r)};
}

}  // namespace rsm::operations

namespace rsm::operations::inject {

namespace {

// Its cartridge has been taken out of the port and is in an element of this kind.
bool has_brought(Library const& library, RequestRecord const& request, ElementKind kind) {
  auto const at = request.medium ? library.belief().place_of(request.medium) : std::nullopt;
  return at && at->kind == kind && !library.port().works_for(request.id);
}

// A restart came between its move and its end.
void end_stored(Library& library, Operation operation) {
  std::vector<RequestRecord> there;
  for (auto const* request : library.open(operation))
    if (has_brought(library, *request, ElementKind::slot)) there.push_back(*request);
  for (auto const& request : there) {
    stored(library, request.medium);
    Outcome const passed{RequestState::passed, Errc::success, "stored in the library"};
    if (!takes_the_next(library, request.id, passed)) finish(library, request.id, passed);
  }
}

}  // namespace

void look_at(Library& library, RequestRecord const& request) {
  if (library.port().works_for(request.id)) return;
  if (has_brought(library, request, ElementKind::arm)) return library.waits_for(request.id, "its cartridge is in the arm and is brought into the library first");
  if (!library.port().free()) return library.waits_for(request.id, "waits for the port: " + library.port().text());
  if (library.arm().uses_port()) return library.waits_for(request.id, "waits for the port: the arm brings " + library.arm().text());
  auto port = eject::empty_port(library);
  if (!port) {  // one that is full already: that cartridge is taken in
    for (auto const& [number, record] : library.belief().entry().ports)
      if (!port && !library.drives().bound_for({ElementKind::port, number})) port = number;
  }
  if (!port) return library.waits_for(request.id, "waits for the port: a cartridge is on its way to it");
  library.port().begin(machine::PortTask::inject, request.id, {}, *port);
}

void evaluate(Library& library) {
  end_stored(library, Operation::inject);
  end_stored(library, Operation::inject_cleaner);
  for (auto const* request : library.open(Operation::inject)) look_at(library, *request);
}

bool takes_the_next(Library& library, RequestId id, Outcome const& outcome) {
  auto const* request = library.book().request(id);
  if (request == nullptr || !is_of_many(*request)) return false;
  bool const nobody_came = outcome.state == RequestState::failed && outcome.error == Errc::timeout;
  if (outcome.state != RequestState::passed && !nobody_came) return false;
  if (!library.world().sessions.contains(request->session)) return false;  // nobody would stop it
  auto const* medium = library.belief().medium(request->medium);
  std::string const done = nobody_came ? "nobody has put in another cartridge yet" : (medium == nullptr ? std::string("a cartridge") : name_of(*medium)) + " is stored";
  RequestRecord next = *request;
  next.medium = {};
  library.book().update(std::move(next));
  library.book().set_state(id, RequestState::waiting, done + "; the next one may be put in");
  library.evaluate_soon();
  return true;
}

MediumId put_in(Library& library, RequestId request, std::uint32_t number, port::ElementStatus const& seen) {
  auto& belief = library.belief();
  auto& book = library.book();
  Element const here{ElementKind::port, number};
  auto const known = seen.tag == port::TagState::readable ? book.media_by_barcode(seen.barcode).value_or(std::vector<MediumId>{}) : std::vector<MediumId>{};
  auto const* record = known.size() == 1 ? belief.medium(known.front()) : nullptr;
  bool const returns = record != nullptr && !whereabouts(library.world(), *record);
  MediumId const before = belief.medium_at(here);
  MediumId medium = returns ? known.front() : before;
  if (before && before != medium) belief.set_place(before, Offline{}, "the cartridge in " + here.text() + " is " + name_of(*record) + ", by its bar code");
  if (!medium) {
    port::ElementStatus element = seen;
    element.element = here;
    medium = library.absorber().make_unknown(element);
  }
  if (auto const* r = book.request(request)) {
    RequestRecord with_medium = *r;
    with_medium.medium = medium;
    book.update(with_medium);
    if (with_medium.operation == Operation::inject_cleaner && !cleaner_cartridge::taken_in(library, with_medium, medium))
      book.log(LogLevel::warning, library.belief().name() + ": what was put in as the cleaning cartridge is somebody's medium");
  }
  library.saw_barcode(medium, seen.tag == port::TagState::readable ? seen.barcode : std::string{});
  PortRecord port = belief.entry().ports.at(number);
  port.content = PortContent::full;
  port.medium = medium;
  book.put(port, "a cartridge was put in");
  belief.set_place(medium, InElement{library.id(), here}, "put into the port", request);
  write_scratch::arrived(library, medium);
  return medium;
}

void stored(Library& library, MediumId medium) { identify::ask_if_unknown(library, medium, "it was put in"); }

void no_place(Library& library, std::uint32_t number, MediumId medium) {
  auto const* m = library.belief().medium(medium);
  library.people().raise({OperatorKind::library_full, library.id().guid, library.belief().entry().ports.at(number).id.guid, {},
                          "library " + library.belief().name() + " is full: take " + (m == nullptr ? std::string("the cartridge") : name_of(*m)) + " out of port " + std::to_string(number) +
                              ", or a cartridge out of the library"});
}

}  // namespace rsm::operations::inject
