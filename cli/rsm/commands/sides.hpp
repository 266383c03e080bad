// Allocation, as both grammars ask for it. Thread rule: the main thread.
#pragma once

#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

// May wait for media, as long as its time limit lets it. An interrupt ends the program and with it the session, which the service then ends.
Result<wire::AllocateReply> allocate(Context& context, wire::AllocateParams params);

// The free pool of its media type; invalid_media_pool: there is none.
Result<PoolId> free_pool_of(client::Connection& service, wire::MediumInfo const& medium);
// Into that pool; its free label is written in this drive, or in any.
Result<> free_medium(client::Connection& service, wire::MediumInfo const& medium, std::optional<DriveId> drive);

}  // namespace rsm::cli
