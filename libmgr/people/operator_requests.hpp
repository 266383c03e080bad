// What a person is asked to do, and when that is over.
//
// What for: the service raises a request of a kind; each kind names the condition that ends it, and the condition is looked at whenever
// something has changed that it depends on: what has gone is closed with a sentence (COMPLETE), whoever caused that. No other end closes
// it. What was asked for a library request ends with that, unless somebody else wants the same by then: it goes on for them. A person may
// say done or refuse; what is not done although somebody said so is asked for again (readings.md 16 and 42).
// An application asks for what it wants itself; such a request ends when a person, or the one who asked, says so.
// Errors: object_not_found (4312), invalid_state (5023), access_denied (5), as for SatisfyNtmsOperatorRequest and
// CancelNtmsOperatorRequest. Files: operator_requests.cpp; submitting: operator_submit.cpp. Thread rule: the loop only. Source: rsm-model.md section 16.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "libmgr/base/loop.hpp"
#include "libmgr/people/quotas.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

// What an application asks a person for (SubmitNtmsOperatorRequest).
struct OperatorCall {
  OperatorRequestId id;  // the client's own: the same call comes with the same one, and is recorded once
  OperatorCommand command = OperatorCommand::unknown;
  std::string message;   // empty: a standard text
  struct Argument {
    Guid id{};                             // zero: not given
    std::optional<ObjectType> type;        // what it is; nothing: there is no such object
  };
  Argument first, second;
};

class OperatorRequests {
 public:
  // Where a cartridge of this library could be put now; nothing: nowhere. The same judgement that raised slot_wanted or library_full.
  using SlotFor = std::function<std::optional<Element>(LibraryId, MediumRecord const&)>;

  // All must outlive the operator requests. It hears of every change that the book makes.
  OperatorRequests(Loop& loop, Book& book, SlotFor slot_for, quotas::Limits quotas = {});

  struct Question {
    OperatorKind kind = OperatorKind::none;
    Guid about{};       // argument 1: what it is about
    Guid beside{};      // argument 2: target library, medium in the drive or the port, the other medium
    RequestId request;  // the library request it was raised for
    std::string message;
  };
  // Open ones that an application of this user has submitted.
  std::size_t asked_by(std::string const& user) const;
  // The same question about the same things is asked once, and none whose reason has gone already.
  void raise(Question question);
  // bring_medium, for a mount that waits for it from now on.
  void ask_for_medium(MediumRecord const& medium, LibraryId into, RequestId mount);

  // Called, later on the loop, for a library request that a question was raised for: nobody is asked any more, so it may go on. A mount: its
  // medium may be in any library now.
  void on_ended(std::function<void(RequestId)> callback) { ended_ = std::move(callback); }

  // An application's own. invalid_parameter (87): no such kind, an argument that is missing or of another type, or an id that is another
  // request's; message_exceeds_max_size (4336); object_not_found (4312); resource_not_available (5006): it has asked for too much.
  Result<OperatorRequestRecord> submit(Caller const& caller, SessionRecord const& session, OperatorCall const& call);

  // The person's word, recorded; what follows for the library request or the drive is the caller's.
  Result<OperatorRequestRecord> answer(Caller const& caller, OperatorRequestId id, bool done);

  // A person has read these: those that nobody had seen are ACTIVE. What there is not, and what has ended, is passed over.
  Result<> seen(Caller const& caller, std::vector<OperatorRequestId> const& ids);

  // Called when a person has answered one: what follows for who waits.
  void on_answered(std::function<void(OperatorRequestRecord const&)> callback) { answered_ = std::move(callback); }

  // What this asked for has come about, or whoever raised it does not want it any more: then its record goes (rsm-model.md section 10).
  void met(OperatorKind kind, Guid about, std::string const& reason);
  void withdraw(OperatorKind kind, Guid about, std::string const& reason);
  // A move has succeeded there. library_service that names the library twice is about its arm, and nothing else ends it.
  void arm_moves(LibraryId library);

  // Where a person's hand was at work when this was done: the hardware has to be asked. Zero: nowhere.
  LibraryId where_somebody_was(OperatorRequestRecord const& record) const;

  // Closes what is over. Runs by itself when the loop comes round after a change.
  void observe();
  // After memory was rebuilt from the catalog: everything is looked at anew.
  void resume();

  // How it ends: COMPLETE or REFUSED, and the sentence.
  struct Ending {
    OperatorState state = OperatorState::complete;
    std::string reason;
  };

 private:
  struct Kind;
  static Kind const& kind_of(OperatorKind kind);
  void asked_again(OperatorRequestRecord record, Question const& question);
  bool has_ended(RequestId request) const;
  bool has_to_leave(DriveEntry const& drive, RequestId asked_for) const;
  std::vector<OperatorRequestRecord> open_ones(OperatorKind kind, Guid about) const;
  OperatorRequestRecord close(OperatorRequestRecord record, Ending const& ending);
  Result<> may_submit(Caller const& caller, OperatorCall const& call) const;
  std::string standard_text(OperatorCall const& call) const;
  std::string name_of_object(OperatorCall::Argument const& object) const;
  void tell_ended(RequestId asked_for);
  void tell_people(OperatorRequestRecord const& record, SessionId session);
  std::string what_to_do(MediumRecord const& medium, LibraryId into) const;
  void changed(Event const& event);
  void look_soon();
  std::set<OperatorRequestId> concerned() const;
  std::optional<Ending> ended(OperatorRequestRecord const& record) const;

  // The conditions: what ends a request of each kind; nothing while it holds.
  std::optional<Ending> never(OperatorRequestRecord const& record) const;
  std::optional<Ending> medium_brought(OperatorRequestRecord const& record) const;
  std::optional<Ending> drive_works(OperatorRequestRecord const& record) const;
  std::optional<Ending> library_answers(OperatorRequestRecord const& record) const;
  std::optional<Ending> slot_found(OperatorRequestRecord const& record) const;
  std::optional<Ending> room_made(OperatorRequestRecord const& record) const;
  std::optional<Ending> duplicate_settled(OperatorRequestRecord const& record) const;
  std::optional<Ending> port_cleared(OperatorRequestRecord const& record) const;
  std::optional<Ending> barcodes_differ(OperatorRequestRecord const& record) const;
  std::optional<Ending> taken_out(OperatorRequestRecord const& record) const;
  std::optional<Ending> cartridge_works(OperatorRequestRecord const& record) const;
  std::optional<Ending> pool_gone(OperatorRequestRecord const& record) const;
  std::optional<Ending> drive_cleaned(OperatorRequestRecord const& record) const;
  std::optional<Ending> cleaner_there(OperatorRequestRecord const& record) const;
  std::optional<Ending> door_shut(OperatorRequestRecord const& record) const;
  std::optional<Ending> not_connected(LibraryId library) const;

  Loop& loop_;
  Book& book_;
  SlotFor slot_for_;
  quotas::Limits quotas_;
  std::set<Guid> changed_;  // objects, since the last look
  std::function<void(RequestId)> ended_;
  std::function<void(OperatorRequestRecord const&)> answered_;
  bool look_at_all_ = false;
  bool look_posted_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace rsm
