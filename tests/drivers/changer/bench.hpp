// A changer on a scripted library, with the truth beside it.
#pragma once

#include "drivers/changer/medium_changer.hpp"
#include "tests/drivers/changer/scripted_kernel.hpp"
#include "tests/drivers/changer/scripted_library.hpp"

namespace rsm::test {

std::vector<LibraryModel> const& all_models();
LibraryModel model_named(std::string_view id);

// How the driver reaches it: as the transport itself, or through SG_IO of a scripted kernel.
enum class Way { transport, sg_io };

struct Bench {
  explicit Bench(LibraryModel const& model, Way way = Way::transport);

  Element element(std::uint16_t address) const;
  // First full slot, first empty slot, first drive.
  Element full_slot() const;
  Element empty_slot() const;
  // Every element there is, in questions of at most 1,000.
  Result<std::vector<port::ElementStatus>> inventory();
  // What is wrong with this picture; empty: it is the library's. Not `complete`: bar codes and serial numbers need not be told.
  std::string difference(std::vector<port::ElementStatus> const& seen, bool complete = true) const;
  Cell const& cell(Element element) const;
  std::size_t cartridges() const;

  VirtualClock clock;
  std::unique_ptr<ScriptedLibrary> library;
  ScriptedKernel kernel;
  changer::AddressBook book;
  changer::MediumChanger changer;
};

}  // namespace rsm::test
