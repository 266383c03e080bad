// Queued work: submit it, say so, or wait for it. Thread rule: the main thread.
#pragma once

#include <functional>

#include "cli/rsm/commands/follow.hpp"
#include "cli/rsm/commands/resolve.hpp"

namespace rsm::cli {

// Queues the work for one target.
using Submit = std::function<Result<Followed>(client::Connection& service, std::string const& key, std::string const& target)>;

// Queues for every target of the arguments in turn; then waits, if asked, and tells.
// `done` completes "A00001: …" when it has been waited for ("dismounted"); empty: the request's own last words.
Result<std::string> queue_for_targets(Context& context, Submit const& submit, std::string const& done);
// The same for requests that are queued already; `cursor`: newest event before they were.
Result<std::string> tell_queued(Context& context, std::vector<Followed> const& requests, std::int64_t cursor, std::string const& done);

struct MountOrder {
  std::vector<MediaTarget> media;
  std::vector<DriveId> drives;  // empty: any
  bool read = false, write = false, nowait = false, error_if_offline = false, error_if_unavailable = false;
  std::optional<std::int64_t> priority, timeout_ms;
};
struct Mounted {
  wire::MountReply reply;
  std::vector<wire::DriveInfo> drives;  // of the media, in their order; empty with nowait
};
// Queues the mount and, without nowait, follows it until every medium is loaded.
Result<Mounted> mount(Context& context, MountOrder const& order);
// rsm media mount.
Result<std::string> mount_media(Context& context);

}  // namespace rsm::cli
