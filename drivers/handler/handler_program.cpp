#include "drivers/handler/handler_program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>

#include "drivers/block/unique_fd.hpp"
#include "drivers/block/volume.hpp"
#include "drivers/handler/device_lock.hpp"
#include "drivers/handler/device_name.hpp"
#include "drivers/handler/limits.hpp"
#include "drivers/handler/serve.hpp"

namespace rsm::handler {
namespace {

constexpr int exit_cannot_serve = 1;
constexpr int exit_nonsense = 2;
constexpr int exit_usage = 64;
constexpr rlim_t open_files_max = 1024;
constexpr char const* oom_score = "-500\n";  // the last to be killed before the daemon: it holds somebody's volume

std::unexpected<Error> wrong_argument(std::string const& name, std::string const& why) { return fail(Errc::invalid_parameter, "--" + name, why); }

// Standard input is nothing; of the rest only the standard outputs and the daemon's socket stay.
void drop_what_was_inherited(int keep) {
  int const nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  unsigned const first = STDERR_FILENO + 1, kept = static_cast<unsigned>(keep);
  if (kept > first) ::close_range(first, kept - 1, 0);
  ::close_range(kept + 1, ~0U, 0);
  ::fcntl(keep, F_SETFD, FD_CLOEXEC);
}

// Signals that ask it to end are looked at between commands only.
UniqueFd block_signals() {
  sigset_t asked;
  sigemptyset(&asked);
  for (int const signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, SIG_DFL);
    sigaddset(&asked, signal);
  }
  ::sigprocmask(SIG_SETMASK, &asked, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);
  return UniqueFd(::signalfd(-1, &asked, SFD_CLOEXEC));
}

void set_up_process() {
  ::umask(022);
  if (::chdir("/") != 0) std::fprintf(stderr, "rsm-handler: cannot leave the working directory\n");
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_max > open_files_max) {
    files.rlim_cur = open_files_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  UniqueFd const oom(::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  if (oom) [[maybe_unused]] auto const written = ::write(oom.get(), oom_score, sizeof("-500\n") - 1);
}

struct MadeDevice {
  Device device;
  std::string volumes;
  std::string note;
};

// Which volumes, and what is to be said about it.
struct VolumeChoice {
  bool block = false;
  std::string note;
};

VolumeChoice choose_volumes(std::string const& wanted) {
  if (wanted == "user") return {};
  auto const possible = block::block_volumes_possible();
  if (possible) return {true, {}};
  if (wanted == "block") return {true, "block volumes will fail: " + possible.error().text()};
  return {false, "volumes are in user space: " + possible.error().text()};
}

Result<MadeDevice> make_device(HandlerArguments const& arguments, DriverKind const& kind) {
  MadeDevice made;
  if (arguments.device.kind == ElementKind::arm) {
    RSM_TRY(made.device, kind.make_changer(arguments.place));
    return made;
  }
  if (kind.volume_link == nullptr) {
    RSM_TRY(made.device, kind.make_drive(arguments.place, arguments.device.number, nullptr));
    return made;
  }
  VolumeChoice choice = choose_volumes(arguments.volumes);
  block::VolumeOptions const options{.link = kind.volume_link(arguments.place, arguments.device.number),
                                     .drive = fmt::format("{} of {}", device_text(arguments.device), arguments.place.of_library())};
  auto volume = choice.block ? block::make_block_volume(options) : block::make_user_volume(options);
  RSM_TRY(made.device, kind.make_drive(arguments.place, arguments.device.number, std::move(volume)));
  made.volumes = choice.block ? "block" : "user";
  made.note = std::move(choice.note);
  return made;
}

Result<MadeDevice> make_device(HandlerArguments const& arguments, std::span<DriverKind const> kinds) {
  for (auto const& kind : kinds) {
    if (kind.name != arguments.driver) continue;
    try {
      return make_device(arguments, kind);
    } catch (std::exception const& problem) {
      return fail(Errc::device_not_available, device_text(arguments.device), std::string("the driver failed: ") + problem.what());
    }
  }
  std::string known;
  for (auto const& kind : kinds) known += fmt::format("{}{}", known.empty() ? "" : ", ", kind.name);
  return wrong_argument("driver", fmt::format("{} is no driver; there are: {}", arguments.driver, known));
}

int refuse(int fd, Error const& error) {
  std::fprintf(stderr, "rsm-handler: %s\n", error.text().c_str());
  write_line(fd, encode_greeting(std::unexpected(error)));
  return exit_cannot_serve;
}

}  // namespace

Result<HandlerArguments> parse_arguments(std::vector<std::string> const& arguments) {
  HandlerArguments parsed;
  std::map<std::string, std::string> given;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    std::string const& name = arguments[i];
    if (!name.starts_with("--") || i + 1 == arguments.size()) return fail(Errc::invalid_parameter, name, "expected --NAME VALUE");
    RSM_TRY(bool const is_place, parsed.place.parse(name.substr(2), arguments[i + 1]));
    if (is_place) continue;
    if (!given.emplace(name.substr(2), arguments[i + 1]).second) return wrong_argument(name.substr(2), "given twice");
  }
  std::string device, fd;
  struct Wanted {
    char const* name;
    std::string* value;
  };
  for (auto const& wanted : {Wanted{"driver", &parsed.driver}, Wanted{"volumes", &parsed.volumes},
                             Wanted{"lock", &parsed.lock}, Wanted{"device", &device}, Wanted{"fd", &fd}}) {
    auto found = given.extract(wanted.name);
    if (!found || found.mapped().empty()) return wrong_argument(wanted.name, "missing");
    *wanted.value = std::move(found.mapped());
  }
  if (!given.empty()) return wrong_argument(given.begin()->first, "not known");
  if (parsed.place.of_library().empty()) return wrong_argument("directory", "missing; or --changer, or --drive");
  auto const element = parse_device(device);
  if (!element) return wrong_argument("device", "changer or drive:N");
  parsed.device = *element;
  if (parsed.volumes != "block" && parsed.volumes != "user" && parsed.volumes != "auto") return wrong_argument("volumes", "block, user or auto");
  auto const [end, error] = std::from_chars(fd.data(), fd.data() + fd.size(), parsed.fd);
  if (error != std::errc{} || end != fd.data() + fd.size() || parsed.fd <= STDERR_FILENO || ::fcntl(parsed.fd, F_GETFD) < 0)
    return wrong_argument("fd", "not an open descriptor above the standard ones");
  return parsed;
}

int run_handler(std::vector<std::string> const& arguments, std::span<DriverKind const> kinds) {
  auto const parsed = parse_arguments(arguments);
  if (!parsed) {
    std::fprintf(stderr, "rsm-handler: %s\n", parsed.error().text().c_str());
    return exit_usage;
  }
  drop_what_was_inherited(parsed->fd);
  UniqueFd const signals = block_signals();
  set_up_process();
  auto const lock = lock_device(parsed->lock, device_text(parsed->device), limits::handler_start_limit);
  if (!lock) return refuse(parsed->fd, lock.error());
  auto made = make_device(*parsed, kinds);
  if (!made) return refuse(parsed->fd, made.error());
  Hello const hello{.pid = ::getpid(), .device = device_text(parsed->device), .volumes = made->volumes, .note = made->note};
  if (!write_line(parsed->fd, encode_greeting(hello))) return 0;
  return serve(parsed->fd, signals.get(), made->device) == ServeEnd::not_understood ? exit_nonsense : 0;
}

}  // namespace rsm::handler
