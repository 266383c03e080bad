// AllocateNtmsMedia: which side a program is given, and what becomes of it.
//
// What for: a call is tried, and tried again by operations/allocations when something has changed while it waits. A side is found by index,
// never by a walk over media. Changes are made in the book; the caller answers when they are durable.
// Errors: those of AllocateNtmsMedia (ntms-functions.md section 5), but those of waiting. Thread rule: the loop only.
// Source: rsm-model.md section 10.
#pragma once

#include <optional>
#include <string>

#include "libmgr/people/rights.hpp"
#include "libmgr/record/book.hpp"

namespace rsm {

struct AllocateCall {
  std::string key;
  PoolId pool;
  SideId side;               // the one to take; zero: any
  LogicalMediumId held;      // with `next`: what the caller has of the cartridge
  bool whole = false;        // NTMS_ALLOCATE_NEW: nobody else is given another side of it
  bool next = false;         // NTMS_ALLOCATE_NEXT: the next side of the cartridge of `held`
  bool error_if_unavailable = false;
  std::optional<Millis> timeout;  // to wait for media; nothing: without limit; 0: not at all
  std::string name, description;  // of the logical medium; no name: as the side is called
};

struct Allocated {
  LogicalMediumRecord logical;
  MediumId medium;
};

namespace allocation {

// What is wrong with the call, whatever media there are. The pool when nothing is.
Result<PoolRecord> check(Book& book, Caller const& caller, AllocateCall const& call);
// One try. Nothing: there is nothing to be allocated now; whoever named a side, or a cartridge with NEXT, gets an error instead.
Result<std::optional<Allocated>> allocate(Book& book, AllocateCall const& call, SessionId session);
// What the call with this key has allocated before; nothing: it has not.
Result<std::optional<Allocated>> allocated_before(Book& book, AllocateCall const& call, SessionId session);

// The pool with this id, when it is one whose media programs may have.
Result<PoolRecord> application_pool(World const& world, PoolId id);

}  // namespace allocation
}  // namespace rsm
