#include "api/server/discretion.hpp"

namespace rsm::server {
namespace {

using rights::Decider;

Result<> ask(Context const& c, Decider const& decider) { return rights::may(c.world(), c.caller(), rights::Act::read, decider); }
Result<> ask(Context const& c, LibraryId library) { return ask(c, Decider{{}, library}); }
Result<> ask(Context const& c, PoolId pool) { return ask(c, Decider{pool, {}}); }
Result<> ask_computer(Context const& c) { return ask(c, Decider{}); }

// Where no pool and no library has a security of its own, nothing is hidden, and nobody looks for it.
bool nothing_is_hidden(Context const& c) { return c.peer->administrator || c.world().securities.empty(); }

bool is_hidden(Context const& c, MediumId id) {
  if (id.is_zero() || nothing_is_hidden(c)) return false;
  auto const medium = c.manager().find_medium(id);
  return !medium || (*medium && !rights::can_read(c.world(), c.caller(), rights::decider_of(c.world(), **medium)));
}

bool is_hidden(Context const& c, wire::RequestInfo const& info) { return info.user != c.peer->user && is_hidden(c, info.medium); }

}  // namespace

Result<> may_read(Context const& c, wire::LibraryInfo const& info) { return ask(c, info.id); }
Result<> may_read(Context const& c, wire::ChangerInfo const& info) { return ask(c, info.library); }
Result<> may_read(Context const& c, wire::DriveInfo const& info) { return ask(c, info.library); }
Result<> may_read(Context const& c, wire::SlotInfo const& info) { return ask(c, info.library); }
Result<> may_read(Context const& c, wire::PortInfo const& info) { return ask(c, info.library); }
Result<> may_read(Context const& c, wire::DoorInfo const& info) { return ask(c, info.library); }
Result<> may_read(Context const& c, wire::MediumInfo const& info) { return info.pool ? ask(c, info.pool) : ask(c, info.library); }
Result<> may_read(Context const& c, wire::SideInfo const& info) {
  if (nothing_is_hidden(c)) return {};
  RSM_TRY(auto const medium, c.manager().find_medium(info.medium));
  return medium ? ask(c, rights::decider_of(c.world(), *medium)) : Result<>{};
}
Result<> may_read(Context const& c, wire::LogicalMediumInfo const& info) { return ask(c, info.pool); }
Result<> may_read(Context const& c, wire::PoolInfo const& info) { return ask(c, info.id); }
Result<> may_read(Context const& c, wire::MediaTypeInfo const&) { return ask_computer(c); }
Result<> may_read(Context const& c, wire::RequestInfo const& info) { return ask(c, info.library); }
Result<> may_read(Context const& c, wire::OperatorRequestInfo const&) { return ask_computer(c); }
Result<> may_read(Context const& c, wire::SessionInfo const&) { return ask_computer(c); }
Result<> may_read(Context const& c, wire::ComputerInfo const&) { return ask_computer(c); }
Result<> may_read(Context const& c, wire::DeviceTypeInfo const&) { return ask_computer(c); }

bool may_be_told(Context const& c, wire::HistoryInfo const& info) {
  if (nothing_is_hidden(c) || (!info.user.empty() && info.user == c.peer->user)) return true;
  auto const* drive = c.world().drive(info.drive);
  for (auto const& library : {info.library, drive == nullptr ? LibraryId{} : drive->record.library})
    if (library && !rights::can_read(c.world(), c.caller(), {{}, library})) return false;
  if (info.medium.is_zero()) return true;
  auto const medium = c.manager().find_medium(info.medium);
  return medium && *medium && rights::can_read(c.world(), c.caller(), rights::decider_of(c.world(), **medium));
}

bool names_what_is_hidden(Context const& c, std::string_view sentence, MediumId own) {
  if (nothing_is_hidden(c)) return false;
  auto const names = [&](std::string const& name) { return !name.empty() && sentence.contains(name); };
  for (auto const& [id, library] : c.world().libraries)
    if (names(library.record.name) && !rights::can_read(c.world(), c.caller(), {{}, id})) return true;
  for (auto const& [id, medium] : c.world().media)
    if (id != own && (names(medium.name) || names(medium.barcode) || names(id.text())) && !rights::can_read(c.world(), c.caller(), rights::decider_of(c.world(), medium))) return true;
  return false;
}

void leave_out_what_is_hidden(Context const& c, std::vector<std::string>& sentences, MediumId own) {
  std::erase_if(sentences, [&](std::string const& sentence) { return names_what_is_hidden(c, sentence, own); });
}

void veil(Context const& c, wire::ChangerInfo& info) {
  if (names_what_is_hidden(c, info.doing)) info.doing.clear();
  if (info.moving && is_hidden(c, info.moving->medium)) info.moving->medium_name.clear();
}

void veil(Context const& c, wire::RequestInfo& info) {
  if (!is_hidden(c, info)) return;
  info.medium_name.clear();
  info.reason.clear();
}

void veil(Context const& c, wire::WaitingInfo& info) {
  if (is_hidden(c, info.request)) info.why.clear();
  veil(c, info.request);
}

void veil(Context const& c, wire::DriveInfo& info) {
  if (!is_hidden(c, info.medium)) {
    if (names_what_is_hidden(c, info.reason, info.medium)) info.reason.clear();
    return;
  }
  info.medium_name.clear();
  info.reason.clear();
  info.volume.clear();
}

void veil(Context const& c, wire::SlotInfo& info) {
  if (is_hidden(c, info.medium)) info.medium_name.clear();
}

void veil(Context const& c, wire::OperatorRequestInfo& info) {
  if (info.user != c.peer->user && (is_hidden(c, MediumId{info.argument1}) || names_what_is_hidden(c, info.message))) info.message.clear();
}

}  // namespace rsm::server
