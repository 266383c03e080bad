// Drives and libraries that are gone for good: DeleteNtmsDrive and DeleteNtmsLibrary.
//
// What for: a record of a device that is NOT_PRESENT is deleted, with everything in it; its media go to the offline library, its unfinished requests are
// cancelled. Media and slots may be very many, so they go a bite at a time, each durable before the next: the loop is never held up, and what is left
// after a crash is a library that is NOT_PRESENT as before, of which the call is made again. The drive of a stand-alone library goes with its library.
// A drive that its changer shows again, and a library that is in the configuration when the service starts, come back as new ones, with new ids.
// Errors: invalid_drive (15), invalid_library (4301: none, or the offline library), invalid_state (5023: it is there, or at work), access_denied (5).
// Thread rule: the loop only. Source: ntms-functions.md section 6, rsm-model.md section 2.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "libmgr/base/lifeline.hpp"
#include "libmgr/base/reply.hpp"
#include "libmgr/operations/call.hpp"

namespace rsm {

class Removals {
 public:
  struct Ways {
    std::function<void(LibraryId)> disconnect;                       // nobody works with its devices any more
    std::function<bool(RequestId, Outcome const&)> end_request;      // false: it cannot be stopped now
  };
  // `ready`: not_ready with its sentence, or nothing.
  Removals(operations::Desk desk, Ways ways, std::function<Result<>()> ready);

  void remove_library(Caller const& caller, LibraryId id, Reply<> reply);
  void remove_drive(Caller const& caller, DriveId id, Reply<> reply);

 private:
  struct UnderWay {
    std::string reason;
    std::vector<Reply<>> replies;
  };

  Result<> check_library(Caller const& caller, LibraryId id) const;
  Result<DriveEntry const*> check_drive(Caller const& caller, DriveId id) const;
  void begin_library(LibraryId id, std::string reason, Reply<> reply);
  void cancel_requests(LibraryId id, std::string const& reason);
  void next_bite(LibraryId id);
  Result<bool> a_bite(LibraryId id, std::string const& reason);
  void goes_offline(MediumRecord medium, std::string const& reason);
  void over(LibraryId id, Result<> outcome);

  operations::Desk desk_;
  Ways ways_;
  std::function<Result<>()> ready_;
  std::map<LibraryId, UnderWay> under_way_;
  Lifeline lifeline_;
};

}  // namespace rsm
