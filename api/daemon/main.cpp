// rsmd: the daemon of OpenRSM. Order of start: configuration, launcher of the drive handlers (while still root and without a
// thread), ordinary account, log, then the service. See docs/configuration.md for options, signals and exit codes.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "api/daemon/account.hpp"
#include "api/daemon/arguments.hpp"
#include "api/daemon/config.hpp"
#include "api/daemon/libraries.hpp"
#include "api/daemon/line_out.hpp"
#include "api/daemon/logging.hpp"
#include "api/daemon/machine.hpp"
#include "api/daemon/notify.hpp"
#include "api/daemon/service.hpp"
#include "db/maintenance.hpp"
#include "drivers/handler/launcher.hpp"

namespace rsm::daemon {
namespace {

constexpr mode_t catalog_directory_mode = 0750;

ExitCode refuse(ExitCode code, Error const& error) {
  LineOut::to_standard_error()->write(fmt::format("rsmd: {}\n", error.text()));
  return code;
}

ConfigResult read_config(Arguments const& arguments) {
  if (!arguments.config_file.empty()) return load_config(arguments.config_file);
  std::string const usual{config_path_default};
  return access(usual.c_str(), F_OK) == 0 ? load_config(usual) : ConfigResult{};
}

ExitCode check_config(ConfigResult const& read) {
  for (auto const& finding : read.findings) fmt::print("{}\n", finding);
  if (!read.findings.empty()) return ExitCode::bad_configuration;
  fmt::print("OK\n");
  return ExitCode::success;
}

// By root for the account that the daemon becomes: the backup may be root's alone, the catalog is the account's.
ExitCode restore(std::string const& backup, Config const& config) {
  auto const account = account_to_become(config);
  if (!account) return refuse(ExitCode::cannot_start, account.error());
  if (auto prepared = prepare_directory_of(config.catalog_path, catalog_directory_mode, *account); !prepared)
    return refuse(ExitCode::catalog_unusable, prepared.error());
  auto const owner = *account ? std::optional(db::FileOwner{(*account)->uid, (*account)->gid}) : std::nullopt;
  if (auto restored = db::restore_catalog(backup, config.catalog_path, owner); !restored)
    return refuse(ExitCode::catalog_unusable, restored.error());
  fmt::print("{} is the catalog now; what was there is {}.before-restore\n", backup, config.catalog_path);
  return ExitCode::success;
}

// What only the starting account may make: the directories of socket and catalog, owned by the account that the daemon becomes.
Result<> prepare_directories(Config const& config, std::optional<Account> const& account) {
  RSM_CHECK(prepare_directory_of(config.socket_path, 0755, account));
  return prepare_directory_of(config.catalog_path, catalog_directory_mode, account);
}

std::string account_text(std::optional<Account> const& account) {
  if (account) return "account " + account->user;
  if (geteuid() == 0) return "root, since there is no account " + std::string(account_default) + ": make it, or set [daemon] user";
  return "the account that started it";
}

ExitCode serve_with_log(Config const& config, std::optional<Account> const& account, Notify const& notify, handler::Launcher& launcher,
                        std::unique_ptr<LineOut> standard_error) {
  std::signal(SIGPIPE, SIG_IGN);  // whoever read the log has gone: its lines are dropped
  auto const log = Logging::open(config.log_level, config.log_file, std::move(standard_error));
  if (!log) return refuse(ExitCode::cannot_start, log.error());
  (*log)->write(geteuid() == 0 ? LogLevel::warning : LogLevel::info,
                fmt::format("rsmd {} starts, pid {}, as {}", RSM_VERSION, getpid(), account_text(account)));
  try {
    auto const service = Service::start(config, **log, notify, launcher);
    if (service) return (*service)->run();
    (*log)->write(LogLevel::error, "cannot start: " + service.error().error.text());
    return config.log_file.empty() ? service.error().code : refuse(service.error().code, service.error().error);
  } catch (std::exception const& bug) {
    (*log)->write(LogLevel::error, fmt::format("internal error, rsmd ends: {}", bug.what()));
    return ExitCode::failed;
  }
}

ExitCode serve(Config const& config) {
  auto const notify = Notify::from_environment();
  auto const account = account_to_become(config);
  if (!account) return refuse(ExitCode::cannot_start, account.error());
  if (auto prepared = prepare_directories(config, *account); !prepared) return refuse(ExitCode::cannot_start, prepared.error());
  auto launcher = handler::start_launcher(launcher_config(config));
  if (!launcher) return refuse(ExitCode::cannot_start, launcher.error());
  auto standard_error = LineOut::to_standard_error();  // while we may open it
  if (*account)
    if (auto became = become(**account); !became) return refuse(ExitCode::cannot_start, became.error());
  return serve_with_log(config, *account, notify, *launcher, std::move(standard_error));
}

ExitCode run(Arguments const& arguments) {
  auto const read = read_config(arguments);
  if (arguments.check_config) return check_config(read);
  if (!read.findings.empty()) {
    for (auto const& finding : read.findings) fmt::print(stderr, "rsmd: {}\n", finding);
    return ExitCode::bad_configuration;
  }
  if (!arguments.restore_from.empty()) return restore(arguments.restore_from, read.config);
  return serve(read.config);
}

}  // namespace
}  // namespace rsm::daemon

int main(int argc, char** argv) {
  using namespace rsm::daemon;
  auto const arguments = parse_arguments(argc, argv);
  if (!arguments) return static_cast<int>(arguments.error());
  try {
    return static_cast<int>(run(*arguments));
  } catch (std::exception const& bug) {
    fmt::print(stderr, "rsmd: internal error: {}\n", bug.what());
    return static_cast<int>(ExitCode::failed);
  }
}
