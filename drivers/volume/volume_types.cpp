#include "drivers/volume/volume_types.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "libmgr/domain/private_text.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::volume {
namespace {

// The program that reads it has the rights of its handler.
template <class T>
std::string encode(T const& value) {
  return valid_json(shown_here(boost::json::serialize(boost::json::value_from(value))));
}

template <class T>
Result<T> decode(std::string_view text, char const* what) {
  boost::system::error_code wrong;
  auto const parsed = boost::json::parse(text, wrong);
  if (wrong) return fail(Errc::bad_format, what, wrong.message());
  auto value = boost::json::try_value_to<T>(parsed);
  if (!value) return fail(Errc::bad_format, what, value.error().message());
  return std::move(*value);
}

}  // namespace

std::string valid_json(std::string_view serialized) {
  std::string out;
  out.reserve(serialized.size());
  while (!serialized.empty()) {
    auto const [code, bytes, valid] = first_character(serialized);
    if (valid)
      out += serialized.substr(0, bytes);
    else
      out += fmt::format("\\\\x{:02x}", static_cast<unsigned char>(serialized.front()));
    serialized.remove_prefix(bytes);
  }
  return out;
}

std::string shown_here(std::string_view text) { return private_text::show(text, {.uid = ::geteuid(), .administrator = ::geteuid() == 0}); }

bool may_be_taken(VolumeStatus const& condition) {
  return condition.managed_by.empty() && condition.system_volume.empty() && condition.needs_service.empty() && condition.state != "offline";
}

std::string to_json(VolumeStatus const& value) { return encode(value); }
std::string to_json(HolderList const& value) { return encode(value); }
std::string to_json(DismountOutcome const& value) { return encode(value); }
Result<VolumeStatus> status_from_json(std::string_view text) { return decode<VolumeStatus>(text, "volume status"); }
Result<HolderList> holders_from_json(std::string_view text) { return decode<HolderList>(text, "holders"); }
Result<DismountOutcome> dismount_from_json(std::string_view text) { return decode<DismountOutcome>(text, "dismount"); }

}  // namespace rsm::volume
