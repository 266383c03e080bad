#include "drivers/disk/transport_drive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <optional>
#include <string>
#include <vector>

#include "drivers/block/label.hpp"
#include "drivers/block/system_error.hpp"
#include "drivers/block/unique_fd.hpp"
#include "drivers/disk/limits.hpp"
#include "drivers/scsi/disk_commands.hpp"
#include "drivers/scsi/optical_events.hpp"

namespace rsm::disk {
namespace {

constexpr std::uint8_t asc_no_medium = 0x3A;
constexpr std::size_t capacity_bytes = 8, event_bytes = 8, mechanism_bytes = 8;

bool says_empty(scsi::Failure const& failure) { return failure.answered && failure.asc == asc_no_medium; }
bool says_later(scsi::Failure const& failure) { return failure.answered && failure.key == scsi::key_not_ready && !says_empty(failure); }

class TransportDrive final : public handler::BlockingDrive {
 public:
  TransportDrive(std::unique_ptr<scsi::Transport> transport, TransportDrivePlace place, scsi::Clock& clock)
      : transport_(std::move(transport)), place_(std::move(place)), session_(*transport_, clock, place_.object, scsi::DeviceKind::drive) {
    session_.set_model(place_.identity.vendor, place_.identity.product);
  }

  Result<port::DriveStatus> status() override {
    session_.set_patience(limits::disk_question_patience);
    return compose();
  }

  Result<port::DriveStatus> load() override {
    session_.set_patience(limits::disk_load_patience);
    dismounted_ = false;
    if (auto const ready = session_.run(scsi::TestUnitReady{}); !ready && ready.error().answered) {
      auto const started = session_.run(scsi::StartStopUnit{.start = true, .load_eject = true});
      if (!started && !started.error().unknown_command()) return stuck(started.error(), Errc::unable_to_load_medium);
      if (auto const now = session_.run(scsi::TestUnitReady{}); !now) return stuck(now.error(), Errc::unable_to_load_medium);
    } else if (!ready) {
      return failed(ready.error(), Errc::unable_to_load_medium);
    }
    auto const capacity = ask_capacity();  // some drives say yes to a load without a medium, and that they are ready
    if (!capacity && says_empty(capacity.error())) return fail(Errc::no_media_in_drive, place_.object, "the drive said yes, and there is no medium in it" + mechanics());
    if (!capacity) return failed(capacity.error(), Errc::unable_to_load_medium);
    (void)session_.run(scsi::PreventAllowMediumRemoval{.prevent = true});  // a drive without a lock has a button that works
    return compose();
  }

  Result<port::Label> read_label() override {
    session_.set_patience(limits::disk_label_patience);
    auto const capacity = ask_capacity();
    if (!capacity && says_later(capacity.error())) return fail(Errc::not_ready, place_.object, "the cartridge is not loaded");
    if (!capacity) return failed(capacity.error(), Errc::medium_not_accessible);
    RSM_TRY(UniqueFd const copy, copy_of_its_ends(*capacity));
    return block::read_label(copy.get(), place_.object);
  }

  // Without a node of the kernel nobody here writes blocks.
  Result<port::Label> write_label(port::LabelOrder const&) override {
    return fail(Errc::not_supported, place_.object, "labels are written through the block device of a drive, and this one has none on this machine; attach it here");
  }

  Result<port::DismountReport> dismount(bool) override {
    session_.set_patience(limits::disk_question_patience);
    if (auto const ready = session_.run(scsi::TestUnitReady{}); !ready) {
      if (says_later(ready.error())) return port::DismountReport{.note = "the cartridge was not loaded"};
      return failed(ready.error(), Errc::medium_not_accessible);
    }
    auto const flushed = session_.run(scsi::SynchronizeCache10{});
    bool const nothing_to_flush = !flushed && flushed.error().unknown_command();
    if (!flushed && !nothing_to_flush) return failed(flushed.error(), Errc::write_fault);
    dismounted_ = true;
    return port::DismountReport{.note = nothing_to_flush ? "the drive has no cache to flush" : "the drive's cache is flushed"};
  }

  Result<port::UnloadReport> unload(bool) override {
    session_.set_patience(limits::disk_load_patience);
    auto const ready = session_.run(scsi::TestUnitReady{});
    if (!ready && says_empty(ready.error())) return port::UnloadReport{};
    if (!ready && !ready.error().answered) return failed(ready.error(), Errc::unable_to_unload_media);
    if (ready && !dismounted_) return fail(Errc::busy, place_.object, "the medium is in use; dismount it first");
    (void)session_.run(scsi::PreventAllowMediumRemoval{.prevent = false});
    auto const ejected = session_.run(scsi::StartStopUnit{.start = false, .load_eject = true});
    if (!ejected && ejected.error().unknown_command()) return port::UnloadReport{};  // without a motor: the changer takes it as it is
    if (!ejected) return stuck(ejected.error(), Errc::unable_to_unload_media);
    if (session_.run(scsi::TestUnitReady{})) return fail(Errc::unable_to_unload_media, place_.object, "the drive said yes, and the medium is still in it" + mechanics());
    dismounted_ = false;
    return port::UnloadReport{};
  }

 private:
  // A command that never reached the drive, or of which nobody knows what became: the port knows two words for it.
  static Errc code_without_answer(scsi::Failure const& failure) {
    bool const told = failure.error.code == Errc::timeout || failure.error.code == Errc::not_ready;
    return told ? failure.error.code : Errc::device_not_available;
  }
  // `otherwise`: what an answer of the drive means for what was tried.
  Error error_of(scsi::Failure const& failure, Errc otherwise) const {
    Errc const code = !failure.answered ? code_without_answer(failure) : says_empty(failure) ? Errc::no_media_in_drive : failure.reserved ? Errc::device_not_available : otherwise;
    return {code, place_.object, failure.error.detail};
  }
  std::unexpected<Error> failed(scsi::Failure const& failure, Errc otherwise) const { return std::unexpected(error_of(failure, otherwise)); }
  // The same of a load or an unload, with what the drive tells of its mechanics.
  std::unexpected<Error> stuck(scsi::Failure const& failure, Errc otherwise) {
    Error error = error_of(failure, otherwise);
    if (failure.answered) error.detail += mechanics();
    return std::unexpected(std::move(error));
  }

  // "; its tray is open"; empty: it tells nothing, or nothing that is wrong. A drive that does not know a command is asked once.
  std::string mechanics() {
    std::string said;
    auto const media = told(scsi::GetMediaEvents{}, event_bytes, knows_events_);
    auto const status = media ? scsi::decode_media_status(*media) : fail(Errc::not_supported);
    auto const mechanism = told(scsi::MechanismStatusCommand{}, mechanism_bytes, knows_mechanism_);
    auto const state = mechanism ? scsi::decode_mechanism_status(*mechanism) : fail(Errc::not_supported);
    if ((status && status->supported && status->tray_open) || (state && state->door_open)) said += "; its tray is open";
    if (status && status->event == scsi::MediaEvent::eject_request) said += "; somebody has pressed its button";
    if (state && state->fault) said += "; its mechanism reports a fault";
    return said;
  }

  template <class Command>
  std::optional<std::vector<std::byte>> told(Command const& command, std::size_t room, bool& known) {
    if (!known) return std::nullopt;
    auto answer = session_.read(command, room);
    if (!answer && answer.error().unknown_command()) known = false;
    return answer ? std::optional(*std::move(answer)) : std::nullopt;
  }

  Result<port::DriveStatus> compose() {
    auto const ready = session_.run(scsi::TestUnitReady{});
    if (!ready && !says_empty(ready.error()) && !says_later(ready.error())) return failed(ready.error(), Errc::device_not_available);
    port::DriveStatus status;
    static_cast<DeviceIdentity&>(status) = place_.identity;
    status.full = ready || says_later(ready.error());
    status.loaded = ready.has_value();
    if (status.loaded) status.volume_path = place_.client_path;
    status.medium_changed = session_.take_attentions().test(static_cast<std::size_t>(scsi::Attention::medium_may_have_changed));
    return status;
  }

  scsi::Outcome<scsi::Capacity> ask_capacity() {
    RSM_TRY(auto const bytes, session_.read(scsi::ReadCapacity10{}, capacity_bytes));
    auto const capacity = scsi::decode_capacity(bytes);
    bool const sound = capacity && capacity->block_bytes >= 512 && capacity->block_bytes <= limits::disk_read_bytes && std::has_single_bit(capacity->block_bytes);
    if (sound) return *capacity;
    scsi::Failure failure;
    failure.error = {Errc::medium_not_accessible, place_.object, "READ CAPACITY: its answer makes no sense"};
    return std::unexpected(std::move(failure));
  }

  // A file as long as the medium that has its beginning and its end, and holes between them.
  Result<UniqueFd> copy_of_its_ends(scsi::Capacity const& capacity) {
    UniqueFd copy(::memfd_create("label", MFD_CLOEXEC));
    std::uint64_t const bytes = capacity.blocks * capacity.block_bytes;
    if (!copy || ::ftruncate(copy.get(), static_cast<off_t>(bytes)) != 0) return block::system_failure(errno, place_.object, "make room for the beginning of its medium");
    std::uint64_t const head = std::min(bytes, limits::disk_label_head_bytes);
    RSM_CHECK(copy_part(capacity, 0, head, copy));
    std::uint64_t const tail = std::max(head, bytes - std::min(bytes, limits::disk_label_tail_bytes));
    RSM_CHECK(copy_part(capacity, tail, bytes, copy));
    return copy;
  }

  Result<> copy_part(scsi::Capacity const& capacity, std::uint64_t from, std::uint64_t to, UniqueFd const& copy) {
    for (std::uint64_t at = from / capacity.block_bytes * capacity.block_bytes; at < to;) {
      auto const blocks = std::min<std::uint64_t>(limits::disk_read_bytes / capacity.block_bytes, (to - at) / capacity.block_bytes);
      if (blocks == 0) return {};
      auto const data = session_.read(scsi::Read10{static_cast<std::uint32_t>(at / capacity.block_bytes), static_cast<std::uint16_t>(blocks)}, blocks * capacity.block_bytes);
      if (!data) return failed(data.error(), Errc::medium_not_accessible);
      if (data->size() != blocks * capacity.block_bytes) return fail(Errc::medium_not_accessible, place_.object, fmt::format("READ at byte {} gave {} bytes instead of {}", at, data->size(), blocks * capacity.block_bytes));
      if (::pwrite(copy.get(), data->data(), data->size(), static_cast<off_t>(at)) != static_cast<ssize_t>(data->size())) return block::system_failure(errno, place_.object, "keep the beginning of its medium");
      at += data->size();
    }
    return {};
  }

  std::unique_ptr<scsi::Transport> transport_;
  TransportDrivePlace place_;
  scsi::Session session_;
  bool dismounted_ = false;  // and not loaded again
  bool knows_events_ = true, knows_mechanism_ = true;
};

}  // namespace

std::unique_ptr<handler::BlockingDrive> make_transport_drive(std::unique_ptr<scsi::Transport> transport, TransportDrivePlace place, scsi::Clock& clock) {
  return std::make_unique<TransportDrive>(std::move(transport), std::move(place), clock);
}

}  // namespace rsm::disk
