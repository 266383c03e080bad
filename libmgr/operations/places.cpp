// The queue as an administrator orders it and clears it: places of mounts, and records that are no longer wanted.
// Source: ntms-functions.md section 7, rsm-model.md section 15, readings.md 1 and 2.
#include <algorithm>

#include "libmgr/operations/requests.hpp"
#include "libmgr/library/library.hpp"
#include "libmgr/queue/places.hpp"

namespace rsm {
namespace {

bool waits_for_its_turn(RequestRecord const& request) {
  return request.operation == Operation::mount && (request.state == RequestState::queued || request.state == RequestState::waiting);
}

template <class T>
void tell_when_durable(Book& book, T value, Reply<T> reply) {
  book.ledger().when_durable([value, reply = std::move(reply)](Result<> durable) mutable {
    if (durable) return reply(value);
    reply(std::unexpected(durable.error()));
  });
}

}  // namespace

std::vector<RequestRecord const*> Requests::waiting_mounts(LibraryId library) const {
  std::vector<RequestRecord const*> waiting;
  for (auto const& [sequence, id] : desk_.book.requests_of(library, Operation::mount))
    if (auto const* request = desk_.book.request(id); waits_for_its_turn(*request)) waiting.push_back(request);
  return waiting;
}

// As far as the order asks for it; also of a library that is not connected.
Situation Requests::situation_of(LibraryId library) const {
  return {.world = desk_.world(), .library = library, .now = desk_.book.now(), .policy = desk_.settings.policy, .fairness_limit = desk_.settings.fairness_limit};
}

std::uint32_t Requests::place_in_queue(RequestRecord const& request) const {
  if (!waits_for_its_turn(request)) return order_none;
  return static_cast<std::uint32_t>(served_before(situation_of(request.library), waiting_mounts(request.library), request)) + 1;
}

Result<std::uint32_t> Requests::place_of(Caller const& caller, RequestId id) const {
  RSM_CHECK(session_of(caller));
  std::string const name = name_of(id);
  RSM_TRY(auto const request, desk_.book.find_request(id));
  if (!request) return fail(Errc::object_not_found, name, "there is none, or it is not kept any more");
  RSM_CHECK(rights::may(desk_.world(), caller, rights::Act::get_order));
  return place_in_queue(*request);
}

void Requests::set_place(Caller const& caller, RequestId id, std::uint32_t place, Reply<std::uint32_t> reply) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  std::string const name = name_of(id);
  if (place == order_none) return reply(fail(Errc::invalid_parameter, "order", "places are counted from 1"));
  auto const found = desk_.book.find_request(id);
  if (!found) return reply(std::unexpected(found.error()));
  if (!*found) return reply(fail(Errc::object_not_found, name, "there is none, or it is not kept any more"));
  if (auto may = rights::may(desk_.world(), caller, rights::Act::set_order); !may) return reply(std::unexpected(may.error()));
  auto const* request = desk_.book.request(id);
  if (request == nullptr || !waits_for_its_turn(*request)) return tell_when_durable(desk_.book, order_none, std::move(reply));  // it is not changed
  auto const of_its_call = [request](RequestRecord const* other) { return other == request || (request->group && other->group == request->group); };
  auto line = in_order_of_service(situation_of(request->library), waiting_mounts(request->library));
  auto const others = std::ranges::stable_partition(line, [&](auto const* other) { return !of_its_call(other); });
  std::vector<RequestRecord const*> const moved(others.begin(), others.end());
  line.erase(others.begin(), others.end());
  for (auto const& [one, to] : places_for(line, moved, place))
    desk_.book.set_order(one, to, (one == id ? "was put at place " : "moved to place ") + (to == order_last ? std::string("last") : std::to_string(to)) + " by " + session->user);
  if (auto* library = desk_.library(request->library)) library->evaluate_soon();
  tell_when_durable(desk_.book, place_in_queue(*request), std::move(reply));
}

void Requests::forget(Caller const& caller, ObjectType type, std::vector<Guid> const& ids, Reply<std::size_t> reply) {
  auto const session = session_of(caller);
  if (!session) return reply(std::unexpected(session.error()));
  if (auto may = rights::may(desk_.world(), caller, rights::Act::delete_requests); !may) return reply(std::unexpected(may.error()));
  std::string const reason = "deleted by " + session->user;
  std::size_t forgotten = 0;
  for (auto const& id : ids) {
    auto const gone = type == ObjectType::request ? desk_.book.forget_request(RequestId{id}, reason) : desk_.book.forget_operator_request(OperatorRequestId{id}, reason);
    if (!gone) return reply(std::unexpected(gone.error()));
    forgotten += *gone ? 1 : 0;
  }
  tell_when_durable(desk_.book, forgotten, std::move(reply));
}

}  // namespace rsm
