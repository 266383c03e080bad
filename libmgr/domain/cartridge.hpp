// What drives tell of a cartridge and of what they can record: from its memory (MAM), the mode of the drive and the drive's list of densities.
//
// What for: people and programs see it; nothing is decided by it, since whoever wrote a cartridge's memory may have been wrong. What nobody has told has no
// value: that is not 0.
// Units: bytes. Thread rule: values. Source: SSC-4 (REPORT DENSITY SUPPORT, mode parameters), SPC-4 7.4 (attributes), rsm-model.md section 8.
#pragma once

#include <boost/describe/class.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <cstdint>
#include <optional>
#include <string>

namespace rsm {

// A format of recording that a drive knows.
struct Density {
  std::uint32_t code = 0;
  std::string name, description;         // "U-616", "Ultrium 6/16T"; empty: not told
  bool writable = false;                 // false: it can be read only
  std::optional<std::int64_t> capacity;  // of a tape of it, without compression
  friend bool operator==(Density const&, Density const&) = default;
};
BOOST_DESCRIBE_STRUCT(Density, (), (code, name, description, writable, capacity))

// What a drive tells is a member here: ports, frames, records, the catalog's columns and the wire go by this description.
struct CartridgeFacts {
  std::optional<std::uint32_t> density_code, scsi_medium_type;  // as MODE SENSE has them
  std::optional<std::string> density;                           // the name of the code
  std::optional<std::string> manufacturer, serial;              // of the cartridge
  std::optional<std::int64_t> loads;
  std::optional<std::int64_t> bytes_written, bytes_read;        // in its life
  std::optional<std::int64_t> capacity, remaining;
  friend bool operator==(CartridgeFacts const&, CartridgeFacts const&) = default;

  bool same_cartridge(CartridgeFacts const& told) const { return serial == told.serial; }
  // What is told counts, and what is not told stays as it was known. Nothing stays of what was told of another cartridge.
  void learn(CartridgeFacts const& told);
};
BOOST_DESCRIBE_STRUCT(CartridgeFacts, (), (density_code, scsi_medium_type, density, manufacturer, serial, loads, bytes_written, bytes_read, capacity, remaining))

inline void CartridgeFacts::learn(CartridgeFacts const& told) {
  if (serial && told.serial && serial != told.serial) *this = {};
  if (told.density_code && told.density_code != density_code) density.reset();
  boost::mp11::mp_for_each<boost::describe::describe_members<CartridgeFacts, boost::describe::mod_public>>([&](auto member) {
    if (told.*member.pointer) this->*member.pointer = told.*member.pointer;
  });
}

}  // namespace rsm
