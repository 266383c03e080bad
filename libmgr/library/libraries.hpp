// The libraries of the configuration, each at work; and what becomes of those that are not in it any more.
// Thread rule: the loop only. Source: rsm-model.md section 2 (NOT_PRESENT), decisions 7 and 24.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "libmgr/library/library.hpp"

namespace rsm {

// Gives the devices of a configured library; asked once for each library at start.
using DeviceSource = std::function<port::Devices&(std::string const& library_name)>;

class Libraries {
 public:
  Libraries(Library::Parts parts, DeviceSource devices);

  // Brings the configuration into the world: known libraries, new ones, and those that are gone.
  void settle();
  void start();
  // Everything in memory is given up; the catalog is read again.
  void clear() { all_.clear(); }
  // This one is deleted: nobody works with its devices until the service starts again.
  void disconnect(LibraryId id) { all_.erase(id); }
  void stop_starting();
  bool idle() const;
  void evaluate_soon();

  Library* find(LibraryId id) const;
  std::map<LibraryId, std::unique_ptr<Library>> const& all() const { return all_; }

 private:
  void settle_offline_library();
  LibraryId furnish(LibrarySettings const& settings);

  Library::Parts parts_;
  DeviceSource devices_;
  std::map<LibraryId, std::unique_ptr<Library>> all_;
};

}  // namespace rsm
