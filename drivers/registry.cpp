#include "drivers/registry.hpp"

#include <array>

#include "drivers/emulated/emulated_changer.hpp"
#include "drivers/emulated/emulated_drive.hpp"
#include "drivers/scsi_library/scsi_library.hpp"

namespace rsm {
namespace {

using handler::HardwarePlace;

Result<std::unique_ptr<handler::BlockingChanger>> emulated_changer(HardwarePlace const& place) { return emulated::make_emulated_changer(place.directory); }
Result<std::unique_ptr<handler::BlockingDrive>> emulated_drive(HardwarePlace const& place, std::uint32_t number, std::unique_ptr<block::Volume> volume) {
  return emulated::make_emulated_drive(place.directory, number, std::move(volume));
}
Result<std::unique_ptr<handler::BlockingDrive>> scsi_drive(HardwarePlace const& place, std::uint32_t number, std::unique_ptr<block::Volume>) {
  return scsi_library::make_scsi_drive(place, number);
}
Result<std::unique_ptr<handler::BlockingChanger>> no_changer(HardwarePlace const&) { return fail(Errc::not_supported, "changer", "a stand-alone library has none"); }
Result<std::unique_ptr<handler::BlockingDrive>> standalone_drive(HardwarePlace const& place, std::uint32_t, std::unique_ptr<block::Volume>) {
  return scsi_library::make_standalone_drive(place);
}
std::string emulated_link(HardwarePlace const& place, std::uint32_t number) { return emulated::emulated_volume_link(place.directory, number); }

}  // namespace

std::span<DriverKind const> driver_kinds() {
  static std::array const kinds{DriverKind{"emulated", emulated_changer, emulated_drive, emulated_link},
                               DriverKind{"scsi", scsi_library::make_scsi_changer, scsi_drive, nullptr},
                               DriverKind{"standalone", no_changer, standalone_drive, nullptr}};
  return kinds;
}

}  // namespace rsm
