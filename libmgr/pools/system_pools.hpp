// The system's own pools, and the media types that libraries take.
//
// What for: three containers (Free, Import, Unrecognized) under the root, and in each a pool for every media type that a library takes or a medium
// has. They are made here when they are missing and go when nobody needs them. Errors: none. Thread rule: the loop only.
// Source: rsm-model.md sections 5 and 6.
#pragma once

#include <string>

#include "libmgr/record/book.hpp"

namespace rsm::pools {

// After the catalog was loaded: the root has its id, the containers are there, and every kind of cartridge is known. Known already: nothing happens.
void settle(Book& book);

// The pool of this kind for this media type; made with its container when it is missing.
PoolId system_pool(Book& book, PoolType type, MediaTypeId media_type);
// The library takes this type from now on, and its three pools are there.
void take_type(Book& book, LibraryId library, MediaTypeId type, std::string const& reason);
// The library takes it no more. When no library takes it and no medium has it, its three pools go, too.
void drop_type(Book& book, LibraryId library, MediaTypeId type, std::string const& reason);
// Cartridges of this type that are in this library now.
std::uint64_t media_of_type(Book const& book, MediaTypeId type, LibraryId library);

}  // namespace rsm::pools
