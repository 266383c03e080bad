#include "drivers/emulated/state_store.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "drivers/emulated/limits.hpp"

namespace rsm::emulated {
namespace {

constexpr char const* state_name = "state.json";
constexpr std::string_view log_begin = "cartridges-", log_end = ".jsonl";
constexpr int reads_max = 5;  // the log may be written anew between the look at state.json and the look at it

std::string log_name(std::uint64_t number) { return std::string(log_begin) + std::to_string(number) + std::string(log_end); }

// 0: not the name of a log.
std::uint64_t log_number(std::string_view name) {
  if (!name.starts_with(log_begin) || !name.ends_with(log_end)) return 0;
  name.remove_prefix(log_begin.size());
  name.remove_suffix(log_end.size());
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  return error == std::errc{} && end == name.data() + name.size() ? number : 0;
}

// A new log with a line for each cartridge.
Result<std::pair<CartridgeLog, UniqueFd>> whole_log(block::Folder const& folder, std::uint64_t number, std::map<std::string, Cartridge> const& cartridges) {
  CartridgeLog log{.file = log_name(number)};
  std::string const lines = encode_cartridges(cartridges);
  RSM_CHECK(folder.remove_file(log.file));  // of a process that died before it counted
  RSM_TRY(UniqueFd fd, folder.make_file(log.file, 0644));
  RSM_CHECK(block::write_all(fd.get(), folder.path_of(log.file), lines, 0));
  if (::fsync(fd.get()) != 0) return block::file_failure(errno, folder.path_of(log.file), "write it to the disk");
  log.bytes = log.whole = lines.size();
  log.crc = continued_crc(0, lines);
  return std::pair{std::move(log), std::move(fd)};
}

std::unexpected<Error> damaged(block::Folder const& folder, std::string const& file, std::string const& what) {
  return fail(Errc::bad_format, folder.path_of(file), what + "; restore it or make the library anew");
}

}  // namespace

Result<> StateStore::make(block::Folder const& folder, HardwareState const& state) {
  RSM_TRY(auto const log, whole_log(folder, 1, state.cartridges));
  RSM_CHECK(folder.replace_file(state_name, encode_state({log.first, state})));
  return {};
}

void StateStore::forget() {
  hardware_.reset();
  state_.reset();
  log_file_.reset();
  log_ = {};
}

bool StateStore::is_current(int folder, std::string const& state) const {
  struct stat there {};
  if (!hardware_ || ::fstatat(folder, state.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) return false;
  return seen_.st_dev == there.st_dev && seen_.st_ino == there.st_ino && seen_.st_size == there.st_size && seen_.st_mtim.tv_sec == there.st_mtim.tv_sec &&
         seen_.st_mtim.tv_nsec == there.st_mtim.tv_nsec;
}

Result<> StateStore::remember(int fd, block::Folder const& folder) {
  if (::fstat(fd, &seen_) != 0) return block::file_failure(errno, folder.path_of(state_name), "look at it");
  return {};
}

Result<> StateStore::catch_up(block::Folder const& folder) {
  for (int reads = 1;; ++reads) {
    auto caught_up = catch_up_once(folder);
    if (caught_up) return caught_up;
    forget();
    bool const log_is_gone = caught_up.error().code == Errc::object_not_found && caught_up.error().object != folder.path_of(state_name);
    if (!log_is_gone || reads == reads_max) return caught_up;
  }
}

// Afterwards hardware_ is what is stored, and watches what becomes different.
Result<> StateStore::catch_up_once(block::Folder const& folder) {
  if (hardware_) hardware_->undo();
  if (!is_current(folder.fd(), state_name)) {
    RSM_TRY(UniqueFd fd, folder.open_file(state_name, O_RDONLY));
    RSM_CHECK(remember(fd.get(), folder));
    RSM_TRY(std::string const text, block::read_all(fd.get(), folder.path_of(state_name), 0, limits::emulator_file_bytes_max));
    RSM_TRY(StoredState stored, decode_state(text, folder.path_of(state_name)));
    RSM_CHECK(read_log(folder, stored));
    state_ = std::move(fd);
  }
  hardware_->watch();
  return {};
}

Result<> StateStore::read_log(block::Folder const& folder, StoredState& stored) {
  CartridgeLog const& log = stored.log;
  if (log_number(log.file) == 0) return damaged(folder, state_name, "\"" + log.file + "\" is no name of a log");
  bool const goes_on = hardware_ && log.file == log_.file && log.bytes >= log_.bytes;
  if (!goes_on) {
    RSM_TRY(log_file_, folder.open_file(log.file, O_RDONLY));
    log_ = {.file = log.file};
  }
  std::string const path = folder.path_of(log.file);
  RSM_TRY(std::string lines, block::read_all(log_file_.get(), path, static_cast<off_t>(log_.bytes), limits::emulator_file_bytes_max));
  if (lines.size() < log.bytes - log_.bytes) return damaged(folder, log.file, "it is shorter than " + std::string(state_name) + " says");
  lines.resize(log.bytes - log_.bytes);
  if (continued_crc(log_.crc, lines) != log.crc) return damaged(folder, log.file, "the checksum does not fit: some byte has changed");
  RSM_TRY(auto cartridges, decode_cartridges(lines, path));
  log_ = log;
  if (goes_on) {
    auto followed = hardware_->follow(std::move(stored.machine), cartridges);
    return followed ? Result<>{} : damaged(folder, state_name, followed.error().detail);
  }
  HardwareState state;
  static_cast<MachineState&>(state) = std::move(stored.machine);
  for (auto& cartridge : cartridges) state.cartridges.insert_or_assign(cartridge.name, std::move(cartridge));
  auto hardware = Hardware::restore(std::move(state));
  if (!hardware) return damaged(folder, state_name, hardware.error().detail);
  hardware_ = std::move(*hardware);
  return {};
}

Result<> StateStore::look(std::string const& directory, TimePoint now, std::function<void(Hardware const&)> const& see) {
  std::lock_guard const guard(mutex_);
  if (is_current(AT_FDCWD, directory + "/" + state_name)) {  // what most looks find: nothing has to be opened
    hardware_->start_again();
  } else {
    RSM_TRY(block::Folder const folder, block::Folder::open(directory));
    RSM_CHECK(catch_up(folder));
  }
  hardware_->settle(now);  // undone by the next catch_up(): whoever changes something stores what has become due as well
  see(*hardware_);
  return {};
}

Result<> StateStore::change(block::Folder const& folder, std::function<void(Hardware&)> const& act) {
  std::lock_guard const guard(mutex_);
  RSM_CHECK(catch_up(folder));
  act(*hardware_);
  if (!hardware_->changed()) return {};
  auto stored = store(folder);
  if (!stored) forget();
  return stored;
}

Result<> StateStore::store(block::Folder const& folder) {
  std::string const before = log_.file;
  std::string const lines = encode_cartridges(hardware_->changed_cartridges());
  RSM_TRY(CartridgeLog log, append_to_log(folder, lines));
  RSM_TRY(state_, folder.replace_file(state_name, encode_state({log, hardware_->state()})));
  RSM_CHECK(remember(state_.get(), folder));
  log_ = log;
  hardware_->watch();
  if (log.file != before) RSM_CHECK(folder.remove_file(before));
  return {};
}

Result<CartridgeLog> StateStore::append_to_log(block::Folder const& folder, std::string const& lines) {
  CartridgeLog log = log_;
  if (lines.empty()) return log;
  if (log.bytes + lines.size() > log.whole + std::max(log.whole, limits::emulator_log_bytes_spare)) {
    RSM_TRY(auto whole, whole_log(folder, log_number(log.file) + 1, hardware_->state().cartridges));
    log_file_ = std::move(whole.second);
    return std::move(whole.first);
  }
  std::string const path = folder.path_of(log.file);
  RSM_TRY(UniqueFd const file, folder.open_file(log.file, O_RDWR));
  RSM_CHECK(block::write_all(file.get(), path, lines, static_cast<off_t>(log.bytes)));
  log.bytes += lines.size();
  log.crc = continued_crc(log.crc, lines);
  // A process that died may have left more behind this.
  if (::ftruncate(file.get(), static_cast<off_t>(log.bytes)) != 0) return block::file_failure(errno, path, "cut it to its length");
  if (::fdatasync(file.get()) != 0) return block::file_failure(errno, path, "write it to the disk");
  return log;
}

}  // namespace rsm::emulated
