// The queue's counter: where calls come in, are checked, recorded, answered, and taken back.
//
// What for: every call that makes requests takes the same way: session, key, the operation's own checks, limits, the book; the answer leaves
// when all of it is durable. A resend with the same session and key is answered with the requests of the first time. Every open request
// can be ended here, whether its library is there or not. Thread rule: the loop only.
// Errors: not_ready (21) while the service starts, stops or reopens its catalog; invalid_handle (6) for a session that is closed;
// invalid_parameter (87) for a key that is too long or names another call; and those of each operation.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "libmgr/base/reply.hpp"
#include "libmgr/operations/call.hpp"
#include "libmgr/operations/finish.hpp"
#include "libmgr/operations/operations.hpp"
#include "libmgr/people/operator_requests.hpp"
#include "libmgr/queue/deadlines.hpp"
#include "libmgr/queue/scheduler.hpp"

namespace rsm {

class Requests {
 public:
  using Ids = std::vector<RequestId>;
  // `ready`: not_ready with its sentence, or nothing.
  Requests(operations::Desk desk, OperatorRequests& people, std::function<Result<>()> ready);

  // Answers with one id for each medium of a mount or dismount, in the order asked; else with one.
  void submit(Caller const& caller, RequestCall const& call, Reply<Ids> reply);

  // Of media, or of the cleaning cartridge (inject_cleaner).
  void stop_inject(Caller const& caller, RequestId request, Reply<> reply, Operation operation = Operation::inject);
  // The person has put something in. invalid_operation (4317): it is no inject of many that is under way.
  void retract_inject(Caller const& caller, RequestId request, Reply<> reply);
  // Ends those of an eject's cartridges that have not left yet. invalid_operation (4317): none is under way, or none can be held up.
  void stop_eject(Caller const& caller, RequestId request, Reply<> reply, Operation operation = Operation::eject);
  void stop_inventory(Caller const& caller, LibraryId library, Reply<> reply);
  void cancel(Caller const& caller, RequestId request, Reply<RequestRecord> reply);
  // Place in the queue of its library, from 1; 0: it has none, since it is no mount or waits no longer. Costs one look at each mount that waits there.
  Result<std::uint32_t> place_of(Caller const& caller, RequestId request) const;
  // Puts it there (order_last: at the end) and answers with where it is. Costs one record for each that stands before it.
  void set_place(Caller const& caller, RequestId request, std::uint32_t place, Reply<std::uint32_t> reply);
  // Forgets those that have ended, of library requests or operator requests; others, and what there is not, are passed over. Answers with their number.
  void forget(Caller const& caller, ObjectType type, std::vector<Guid> const& ids, Reply<std::size_t> reply);

  void submit_operator_request(Caller const& caller, OperatorCall const& call, Reply<OperatorRequestRecord> reply);
  void answer_operator_request(Caller const& caller, OperatorRequestId id, bool satisfied, Reply<OperatorRequestRecord> reply);

  void operator_requests_seen(Caller const& caller, std::vector<OperatorRequestId> const& ids, Reply<> reply);

  // Ends a request with this outcome; false: it is being handled and cannot be stopped in this way.
  bool stop(RequestId request, Outcome const& outcome, machine::StopHow how);
  // The mounts that a session waits for end with it.
  void session_ends(SessionRecord const& session, std::string const& reason);
  // After a restart: what was being worked on waits until the hardware has said where everything is; what has no library any more goes on
  // elsewhere or ends (decisions 7 and 24, readings.md 41).
  void resume(bool cancel_all);
  // For what any open request waits; never empty.
  std::string why(RequestRecord const& request) const;

 private:
  // A call has a `key`, and operation_of(), operations::check() and objects_of() for it.
  template <class Call>
  void take_in(Caller const& caller, Call const& call, Reply<Ids> reply);
  Result<SessionRecord> session_of(Caller const& caller) const;
  std::optional<operations::Who> begin(Caller const& caller, std::string const& key, std::function<KeyedCall()> const& call, Reply<Ids>& reply);
  Result<> room_for(operations::Who const& who, std::size_t more) const;
  static void mark_as_one_call(operations::Records& records);
  static Ids ids_of(operations::Records const& records);
  void record(operations::Records const& records);
  void look_soon(operations::Records const& records);
  void answer_when_durable(Ids ids, Reply<Ids> reply);
  bool expire(RequestId id);
  void end_without_library(RequestRecord const& request, Outcome const& outcome);
  void wait_on_the_shelf(RequestRecord request);
  void ask_again_for_labels(std::vector<RequestRecord> const& cancelled);
  void find_library_for(std::vector<RequestRecord> const& call);
  void move_to(LibraryId library, std::vector<RequestRecord> call, std::string const& reason);
  std::vector<RequestRecord> call_of(RequestRecord const& request) const;
  std::vector<RequestRecord const*> waiting_mounts(LibraryId library) const;
  Situation situation_of(LibraryId library) const;
  std::uint32_t place_in_queue(RequestRecord const& request) const;
  void nobody_is_asked_any_more(RequestId id);
  bool goes_where_its_medium_is(RequestRecord const& mount);

  operations::Desk desk_;
  OperatorRequests& people_;
  std::function<Result<>()> ready_;
  Deadlines deadlines_;
};

}  // namespace rsm
