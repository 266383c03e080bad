// The free label is wanted on the sides of a medium that came into a free pool.
//
// What for: each side that is UNPREPARED gets a WRITESCRATCH request (rsm-model.md section 6), unless one is open for it. In which library that waits follows the
// medium: where it is, or the shelf when it is in none; there it waits until the medium comes (operations/write_scratch). Thread rule: the loop only.
#pragma once

#include <string>

#include "libmgr/domain/session.hpp"
#include "libmgr/record/book.hpp"

namespace rsm::pools {

struct LabelsWanted {
  std::string why{};   // for people
  Caller const* caller = nullptr;  // who has moved it; nullptr: the service
  DriveId drive{};     // in this drive and no other; zero: in any
};
// True: something was asked for.
bool ask_for_labels(Book& book, MediumRecord const& medium, LabelsWanted const& wanted);
// The medium is deleted: nobody writes on it.
void want_no_labels(Book& book, MediumId medium, std::string const& why);

}  // namespace rsm::pools
