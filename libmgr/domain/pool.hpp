// Media pools. Thread rule: values. Source: rsm-model.md section 6.
#pragma once

#include <boost/describe/class.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "libmgr/domain/ids.hpp"
#include "libmgr/domain/time.hpp"
#include "libmgr/domain/words.hpp"

namespace rsm {

enum class PoolType : std::uint16_t { unknown = 0, scratch = 1, foreign = 2, import = 3, application = 1000 };
BOOST_DESCRIBE_ENUM(PoolType, unknown, scratch, foreign, import, application)

// NTMS_OPEN_EXISTING and its neighbours: what CreateNtmsMediaPool does about a pool that is there, or is not.
enum class PoolAction : std::uint8_t { open_existing = 1, create_new = 2, open_always = 3 };
BOOST_DESCRIBE_ENUM(PoolAction, open_existing, create_new, open_always)

// NTMS_ALLOCATE_FROMSCRATCH: what the pool does not have, the free pool of its media type gives.
// NTMS_DEALLOCATE_TOSCRATCH: what is given back goes to that pool.
namespace pool_policy {
constexpr std::uint32_t allocate_from_scratch = 1;
constexpr std::uint32_t deallocate_to_scratch = 1;
}  // namespace pool_policy

struct PoolRecord {
  PoolId id;
  PoolId parent;          // zero: directly under the root
  std::string name;       // last level, at most 63 characters, no backslash
  std::string path;       // "Import\MO 5.25\" rewritable": full name, at most 511 characters
  std::string description;
  TimePoint created{};
  TimePoint modified{};
  PoolType type = PoolType::application;
  MediaTypeId media_type;  // zero: a pool for pools
  std::uint32_t allocation_policy = 0;
  std::uint32_t deallocation_policy = 0;
  std::uint32_t max_allocates = 0;
  std::optional<Millis> defer_dismount_delay;  // overrides the library's
  bool is_leaf() const { return !media_type.is_zero(); }  // it holds media, and no pools
  bool is_system() const { return type != PoolType::application; }
  friend bool operator==(PoolRecord const&, PoolRecord const&) = default;
};
BOOST_DESCRIBE_STRUCT(PoolRecord, (), (id, parent, name, path, description, created, modified, type, media_type,
                      allocation_policy, deallocation_policy, max_allocates, defer_dismount_delay))

}  // namespace rsm
