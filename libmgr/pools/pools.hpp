// Media pools as callers make, change and delete them.
//
// What for: CreateNtmsMediaPool, DeleteNtmsMediaPool, and what SetNtmsObjectInformation writes of a pool. A call is checked and, when nothing is wrong
// with it, written into the book at once; its answer leaves when that is durable (libmgr/objects/changes.hpp). Checks stand in the order of
// ntms-functions.md section 1: parameters, existence, rights, state. The first that fails is the answer, and nothing has changed.
// Errors: those of each function, in ntms-functions.md section 4. Thread rule: the loop only. Source: rsm-model.md section 6.
#pragma once

#include <optional>
#include <string>

#include "libmgr/record/book.hpp"

namespace rsm {

// path: the full name. media_type zero: a pool for pools. An existing pool is opened whatever media type is given.
struct CreatePoolCall {
  std::string path;
  MediaTypeId media_type;
  PoolAction action = PoolAction::open_existing;
  std::optional<security::Descriptor> security;  // who may do what with a new pool; nothing: as rsm-model.md section 18 says
};

struct DeletePoolCall {
  PoolId pool;
};

// What is not given stays. A value that is there already is no change, also of a pool that may not be changed.
struct PoolChange {
  std::optional<std::string> name, description;
  std::optional<MediaTypeId> media_type;
  std::optional<std::uint32_t> allocation_policy, deallocation_policy, max_allocates;
};

namespace pools {

// invalid_name (123), already_exists (183), object_not_found (4312: the pool, or its parent), invalid_media (4300: the media type),
// invalid_media_pool (4302: a parent that holds media, or a system pool), access_denied (5).
Result<PoolId> create(Book& book, Caller const& caller, CreatePoolCall const& call);

// invalid_media_pool (4302: unknown, a system pool, or the root), access_denied (5), not_empty (4307).
Result<PoolId> erase(Book& book, Caller const& caller, DeletePoolCall const& call);

// object_not_found (4312: the pool, or the media type), invalid_parameter (87: bits that there are not, texts that are too long), invalid_name (123),
// access_denied (5), already_exists (183), invalid_media_pool (4302: more than the description of a system pool), not_empty (4307: the media type
// of a pool that holds something).
Result<> change(Book& book, Caller const& caller, PoolId pool, PoolChange const& change);

}  // namespace pools
}  // namespace rsm
