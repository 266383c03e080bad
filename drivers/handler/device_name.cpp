#include "drivers/handler/device_name.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>

namespace rsm::handler {

std::string device_argument(Element device) { return device.kind == ElementKind::arm ? "changer" : fmt::format("drive:{}", device.number); }

std::string device_text(Element device) { return device.kind == ElementKind::arm ? "changer" : fmt::format("drive {}", device.number); }

std::optional<Element> parse_device(std::string_view argument) {
  constexpr std::string_view drive = "drive:";
  if (argument == "changer") return Element{ElementKind::arm, 0};
  if (!argument.starts_with(drive)) return std::nullopt;
  std::uint32_t number = 0;
  char const* const end = argument.data() + argument.size();
  auto const [stopped, error] = std::from_chars(argument.data() + drive.size(), end, number);
  if (error != std::errc{} || stopped != end) return std::nullopt;
  return Element{ElementKind::drive, number};
}

std::string lock_file_name(std::string_view driver, std::string_view place, Element device) {
  std::error_code error;
  std::string canonical = std::filesystem::weakly_canonical(place, error).string();
  if (error || canonical.empty()) canonical = place;
  while (canonical.size() > 1 && canonical.ends_with('/')) canonical.pop_back();
  std::uint64_t hash = 14695981039346656037ULL;  // FNV-1a
  for (char const c : canonical) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  std::string const name = device.kind == ElementKind::arm ? "changer" : fmt::format("drive-{}", device.number);
  return fmt::format("{}-{:016x}-{}.lock", driver, hash, name);
}

}  // namespace rsm::handler
