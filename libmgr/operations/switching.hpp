// ENABLE and DISABLE of libraries, drives and media. Enabling a drive that needs service is the one command after its repair: it is asked at
// once, and the request ends with the answer.
// Errors: those of EnableNtmsObject and DisableNtmsObject. Thread rule: the loop only.
#pragma once

#include "libmgr/domain/event.hpp"
#include "libmgr/operations/call.hpp"

namespace rsm {

struct SwitchCall {
  std::string key;
  ObjectType type = ObjectType::drive;  // drive, library or medium
  Guid id{};
  bool enabled = false;
};

Operation operation_of(SwitchCall const& call);

namespace operations {
Result<Records> check(Desk const& desk, Who const& who, SwitchCall const& call);
std::vector<KeyedObject> objects_of(Desk const& desk, SwitchCall const& call);
}

namespace operations::switching {

void evaluate(Library& library);
// A drive was asked what is in it, for this request if there is one; `trouble`: it did not answer.
void drive_asked(Library& library, DriveId drive, RequestId request, Errc trouble);

}  // namespace operations::switching
}  // namespace rsm
