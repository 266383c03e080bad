// The life of sides: allocate, deallocate, complete, swap, decommission; media that are made and deleted as records.
#include <fmt/format.h>

#include <limits>
#include <span>

#include "api/server/handlers.hpp"
#include "api/server/views.hpp"
#include "drivers/label/tape_label.hpp"
#include "libmgr/domain/base64.hpp"

namespace rsm::server {
namespace {

Result<AllocateCall> allocate_call(wire::AllocateParams&& p) {
  if (p.key.empty() || p.key.size() > limits::key_bytes_max)
    return fail(Errc::invalid_parameter, "params.key", "expected 1 to " + std::to_string(limits::key_bytes_max) + " bytes");
  if (p.timeout_ms && *p.timeout_ms < 0) return fail(Errc::invalid_parameter, "params.timeout_ms", "expected 0 or more");
  AllocateCall call;
  call.key = std::move(p.key);
  call.pool = p.pool;
  call.side = p.side.value_or(SideId{});
  call.whole = p.whole.value_or(false);
  call.next = p.next_of.has_value();
  call.held = p.next_of.value_or(LogicalMediumId{});
  call.error_if_unavailable = p.error_if_unavailable.value_or(false);
  if (p.timeout_ms) call.timeout = Millis(*p.timeout_ms);
  call.name = p.name.value_or("");
  call.description = p.description.value_or("");
  return call;
}

Result<std::uint32_t> count_of(std::optional<std::int64_t> given, std::string const& where) {
  std::int64_t const count = given.value_or(0);
  if (count >= 0 && count <= std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(count);
  return fail(Errc::invalid_parameter, where, "expected 0 to 4294967295");
}

Result<NewSide> new_side(wire::NewSideInfo&& p, std::string const& where) {
  NewSide side;
  side.id = p.id.value_or(SideId{});
  side.logical_medium = p.logical_medium.value_or(LogicalMediumId{});
  side.state = p.state;
  auto id = rsm::from_base64(p.label_id);
  if (!id) return fail(Errc::invalid_parameter, where + ".label_id", "expected base64");
  side.label = {std::move(p.label_type), std::move(*id), p.label_info.value_or("")};
  RSM_TRY(side.mount_count, count_of(p.mount_count, where + ".mount_count"));
  RSM_TRY(side.allocate_count, count_of(p.allocate_count, where + ".allocate_count"));
  side.capacity = p.capacity.value_or(0);
  return side;
}

Result<CreateMediumCall> create_call(wire::CreateMediumParams&& p) {
  CreateMediumCall call;
  call.id = p.id.value_or(MediumId{});
  call.name = p.name.value_or("");
  call.description = p.description.value_or("");
  call.enabled = p.enabled.value_or(true);
  call.library = p.library.value_or(LibraryId{});
  call.pool = p.pool;
  call.barcode = p.barcode.value_or("");
  call.error_on_duplicate = p.error_on_duplicate.value_or(false);
  for (std::size_t i = 0; i < p.sides.size(); ++i) {
    RSM_TRY(auto side, new_side(std::move(p.sides[i]), "params.sides[" + std::to_string(i) + "]"));
    call.sides.push_back(std::move(side));
  }
  return call;
}

std::string capitals(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// The id is spelled as it is read from the medium (drivers/block/label.hpp): of FAT file systems in two halves.
Result<Omid> file_system_label(wire::UpdateLabelParams&& p) {
  if (!p.serial_number || *p.serial_number < 0 || *p.serial_number > UINT32_MAX) return fail(Errc::invalid_parameter, "params.serial_number", "expected 0 to 4294967295");
  Omid label{capitals(std::move(*p.file_system)), {}, p.volume_name.value_or("")};
  auto const serial = static_cast<std::uint32_t>(*p.serial_number);
  bool const fat = label.type == "FAT" || label.type == "FAT12" || label.type == "FAT16" || label.type == "FAT32" || label.type == "VFAT";
  if (fat) label.type = "VFAT";
  label.id = fat || label.type == "EXFAT" ? fmt::format("{:04X}-{:04X}", serial >> 16, serial & 0xFFFF) : fmt::format("{:08x}", serial);
  return label;
}

Result<Omid> first_bytes_label(std::string const& text) {
  auto const bytes = rsm::from_base64(text);
  if (!bytes || bytes->empty()) return fail(Errc::invalid_parameter, "params.first_bytes", "expected base64 of one byte or more");
  auto label = label::parse_first_bytes(std::as_bytes(std::span(*bytes)));
  if (!label) return fail(Errc::bad_format, "label", "nobody understands what the tape begins with");
  return *std::move(label);
}

Result<Omid> label_of(wire::UpdateLabelParams&& p) {
  if (p.first_bytes.has_value() == p.file_system.has_value()) return fail(Errc::invalid_parameter, "params", "expected the first bytes of a tape, or the type of a file system: one of the two");
  return p.first_bytes ? first_bytes_label(*p.first_bytes) : file_system_label(std::move(p));
}

}  // namespace

void on_logical_medium_update_label(Context const& c, wire::UpdateLabelParams p, Reply<wire::Empty> reply) {
  LogicalMediumId const id = p.id;
  auto key = std::move(p.key);
  auto label = label_of(std::move(p));
  if (!label) return reply(std::unexpected(label.error()));
  change(c, std::move(key), UpdateLabelCall{id, std::move(*label)}, std::move(reply));
}

void on_logical_medium_allocate(Context const& c, wire::AllocateParams p, Reply<wire::AllocateReply> reply) {
  auto call = allocate_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  c.manager().allocate(c.caller(), std::move(*call), then<Allocated>(c, std::move(reply), [](Allocated given) -> Result<wire::AllocateReply> {
    auto& logical = given.logical;
    return wire::AllocateReply{logical.id, std::move(logical.name), logical.side, given.medium, logical.allocated_from};
  }));
}

void on_logical_medium_give_up(Context const& c, wire::GiveUpParams p, Reply<wire::Empty> reply) {
  c.manager().give_up_allocation(c.caller(), std::move(p.key), then<void>(c, std::move(reply), []() -> Result<wire::Empty> { return wire::Empty{}; }));
}

void on_logical_medium_deallocate(Context const& c, wire::LogicalMediumParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), DeallocateCall{p.id}, std::move(reply)); }
void on_logical_medium_complete(Context const& c, wire::LogicalMediumParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), CompleteCall{p.id}, std::move(reply)); }
void on_side_decommission(Context const& c, wire::SideParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), DecommissionCall{p.id}, std::move(reply)); }
void on_medium_delete(Context const& c, wire::MediumParams p, Reply<wire::Empty> reply) { change(c, std::move(p.key), DeleteMediumCall{p.id}, std::move(reply)); }

void on_logical_medium_swap(Context const& c, wire::SwapParams p, Reply<wire::Empty> reply) {
  change(c, std::move(p.key), SwapCall{p.one, p.other}, std::move(reply));
}

void on_medium_create(Context const& c, wire::CreateMediumParams p, Reply<wire::MediumInfo> reply) {
  if (auto ok = check_given_key(p.key); !ok) return reply(std::unexpected(ok.error()));
  auto key = std::move(p.key).value_or("");
  auto call = create_call(std::move(p));
  if (!call) return reply(std::unexpected(call.error()));
  c.manager().change(c.caller(), std::move(key), std::move(*call), then<Guid>(c, std::move(reply), [c](Guid made) { return medium_info(*c.server, MediumId{made}); }));
}

}  // namespace rsm::server
