#include "libmgr/library/libraries.hpp"

#include <algorithm>
#include <set>

namespace rsm {

Libraries::Libraries(Library::Parts parts, DeviceSource devices) : parts_(std::move(parts)), devices_(std::move(devices)) {}

Library* Libraries::find(LibraryId id) const {
  auto it = all_.find(id);
  return it == all_.end() ? nullptr : it->second.get();
}

void Libraries::settle() {
  settle_offline_library();
  std::set<LibraryId> configured;
  for (auto const& settings : parts_.settings.libraries) {
    LibraryId const id = furnish(settings);
    configured.insert(id);
    all_[id] = std::make_unique<Library>(parts_, id, settings, devices_(settings.name));
  }
  auto& book = parts_.book;
  std::vector<LibraryRecord> vanished;
  for (auto const& [id, entry] : book.world().libraries)
    if (!configured.contains(id) && entry.record.type != LibraryType::offline && entry.record.condition.state != OperationalState::not_present)
      vanished.push_back(entry.record);
  for (auto& record : vanished) {
    record.condition = {OperationalState::not_present, book.now(), "it is not in the configuration"};
    book.put(record, record.condition.reason);
  }
}

void Libraries::settle_offline_library() {
  auto& book = parts_.book;
  if (book.world().offline_library) return;
  LibraryRecord offline;
  offline.id = book.make_id<LibraryId>();
  offline.name = "Offline library";
  offline.created = offline.modified = book.now();
  offline.type = LibraryType::offline;
  offline.flags = library_flag::fixed_offline;
  offline.condition = {OperationalState::ready, book.now(), "always there"};
  book.put(offline, "made with the catalog", EventKind::insert);
  book.set_offline_library(offline.id);
}

LibraryId Libraries::furnish(LibrarySettings const& settings) {
  auto& book = parts_.book;
  LibraryRecord record;
  bool known = false;
  for (auto const& [id, entry] : book.world().libraries)
    if (entry.record.configured_as == settings.name && entry.record.type != LibraryType::offline) record = entry.record, known = true;
  if (!known) {
    record.id = book.make_id<LibraryId>();
    record.name = record.configured_as = settings.name;
    record.created = record.modified = book.now();
  }
  record.type = settings.standalone ? LibraryType::standalone : LibraryType::online;
  record.flags = settings.standalone ? record.flags | library_flag::autodetect_change : record.flags & ~library_flag::autodetect_change;
  auto const by_configuration = [&record](std::uint32_t bit) { return (record.chosen_by_clients & bit) == 0; };
  if (by_configuration(chosen::recognize_cleaner_barcode)) record.flags |= library_flag::recognize_cleaner_barcode;
  if (by_configuration(chosen::inventory_method)) record.inventory_method = settings.inventory_method;
  if (by_configuration(chosen::auto_recovery)) record.auto_recovery = settings.auto_recovery;
  record.defer_dismount_delay = settings.defer_dismount_delay;
  book.figures().library_known(record.id);
  record.condition = {OperationalState::initializing, book.now(), "the daemon has started"};
  book.put(record, record.condition.reason, known ? EventKind::update : EventKind::insert);
  return record.id;
}

void Libraries::start() {
  for (auto& [id, library] : all_) library->start();
}

void Libraries::stop_starting() {
  for (auto& [id, library] : all_) library->stop_starting();
}

bool Libraries::idle() const {
  return std::ranges::all_of(all_, [](auto const& entry) { return entry.second->idle(); });
}

void Libraries::evaluate_soon() {
  for (auto& [id, library] : all_) library->evaluate_soon();
}

}  // namespace rsm
