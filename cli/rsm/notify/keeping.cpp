#include "cli/rsm/notify/keeping.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/rsm/commands/context.hpp"
#include "cli/rsm/commands/output_file.hpp"
#include "libmgr/base/json_form.hpp"

namespace rsm::cli {
namespace {

constexpr std::size_t state_bytes_max = 16 << 20;

}  // namespace

Result<std::unique_ptr<Keeping>> Keeping::open(std::string const& folder) {
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return fail(errno == ENOENT ? Errc::file_not_found : Errc::access_denied, folder,
                std::string("it cannot be made: ") + std::strerror(errno));
  int const lock = ::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return fail(Errc::access_denied, folder, std::string("it cannot be written: ") + std::strerror(errno));
  std::unique_ptr<Keeping> keeping(new Keeping(folder + "/notify.json", lock));
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0)
    return fail(Errc::busy, folder, "another rsm notify has it: 'systemctl status rsm-notify'; --state DIR names another folder");
  return keeping;
}

DeskState Keeping::read() const {
  std::ifstream in(file_);
  if (!in) return {};
  std::stringstream text;
  text << in.rdbuf();
  auto state = read_json<DeskState>(text.str(), file_, state_bytes_max);
  if (state) return std::move(*state);
  note("rsm notify: " + state.error().sentence() + ": it is begun anew, and the file kept as " + file_ + ".bad\n");
  std::rename(file_.c_str(), (file_ + ".bad").c_str());
  return {};
}

Result<> Keeping::write(DeskState const& state) const {
  return write_output_file(file_, json_text(state));
}

}  // namespace rsm::cli
