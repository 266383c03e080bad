#include "api/daemon/service.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stop_token>

#include "api/daemon/libraries.hpp"
#include "api/daemon/machine.hpp"
#include "api/daemon/os_random.hpp"
#include "api/daemon/signals.hpp"
#include "api/server/background_thread.hpp"
#include "api/server/dispatcher.hpp"
#include "api/server/listener.hpp"
#include "db/commit_thread.hpp"
#include "db/maintenance.hpp"
#include "db/sqlite_reader.hpp"
#include "drivers/handler/launcher_link.hpp"
#include "libmgr/base/asio_loop.hpp"
#include "libmgr/manager.hpp"

namespace rsm::daemon {
namespace {

// The last line against a disk that does not answer: the kernel ends us when the stop limit is over.
void end_at_stop_limit() {
  std::signal(SIGALRM, [](int) { _exit(static_cast<int>(ExitCode::stopped_late)); });
  alarm(static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(limits::stop_limit).count()));
}

std::string loss_text(std::string const& log, db::LogDamage const& lost) {
  auto const counted = [](std::uint64_t n, std::string const& what) { return std::to_string(n) + " " + what + (n == 1 ? "" : "s"); };
  return log + " was damaged at " + (lost.frame == 0 ? "its beginning" : "frame " + std::to_string(lost.frame)) + " when the service started: " +
         counted(lost.frames, "frame") + " with " + counted(lost.commits, "commit") + " could not be read" +
         (lost.commits == 1 ? " (after a power cut that may be the one that nobody was answered)" : "; what was answered in them is lost") +
         ". Look at the disk, and let every library take an inventory";
}

Result<wire::CatalogBackupReply> backup_catalog(std::string const& path, std::string const& to) {
  RSM_TRY(auto const report, db::backup_catalog(path, to));
  return wire::CatalogBackupReply{report.path, static_cast<std::int64_t>(report.bytes)};
}

wire::CatalogBackupReply shown(db::BackupReport const& report) { return {report.path, static_cast<std::int64_t>(report.bytes)}; }

Result<wire::CatalogBackupReply> export_catalog(std::string const& path) {
  RSM_TRY(auto const report, db::export_catalog(path));
  return shown(report);
}

Result<wire::CatalogBackupReply> import_catalog(std::string const& path) {
  RSM_TRY(auto const report, db::import_catalog_at_next_start(path));
  return shown(report);
}

// Clients never take the descriptors that catalog, log and devices need.
std::size_t connections_possible(std::size_t wanted, Log& log) {
  auto const descriptors = raise_descriptor_limit();
  auto const possible = descriptors > limits::descriptors_reserved ? descriptors - limits::descriptors_reserved : descriptors / 2;
  if (possible < wanted)
    log.write(LogLevel::warning, "at most " + std::to_string(possible) + " connections, since the process may have " + std::to_string(descriptors) +
                                     " descriptors: raise its limit (LimitNOFILE) for more");
  return std::min(wanted, possible);
}

}  // namespace

// In the order of making; destroyed in the reverse one.
struct Service::Parts {
  Config const& config;
  Logging& log;
  Notify const& notify;
  AsioLoop loop;
  OsRandom random;
  Libraries libraries;
  std::shared_ptr<handler::LauncherLink> launcher_link;
  std::unique_ptr<db::Database> catalog;
  std::unique_ptr<db::SqliteReader> reader, search_reader;
  std::unique_ptr<db::CommitThread> lane;
  std::unique_ptr<Manager> manager;
  std::unique_ptr<server::BackgroundThread> background, looking_ahead, searching;
  std::unique_ptr<server::Dispatcher> dispatcher;
  std::unique_ptr<server::Listener> listener;
  std::unique_ptr<Signals> signals;
  std::stop_source stop_checks;  // a check of a large catalog takes longer than an end may take
  bool stopping = false;
  ExitCode exit = ExitCode::success;

  Parts(Config const& c, Logging& l, Notify const& n, handler::Launcher& launcher)
      : config(c), log(l), notify(n), libraries(loop, log, launcher, config), launcher_link(handler::LauncherLink::of(launcher, loop.context(), loop)) {}

  db::LogDamage const& lost() const { return catalog->opening().lost; }
  Result<> open_catalog();
  Result<> start_manager();
  Result<> open_socket();
  Result<wire::CatalogCheckReply> check_catalog();
  void check_in_background();
  void listen_to_signals();
  void watch_launcher();
  void tell_when_ready();
  void stop(std::string const& why);
  void finish();
};

Result<> Service::Parts::open_catalog() {
  auto const tell = [this](std::string const& sentence) { log.write(LogLevel::info, "catalog: " + sentence); };
  RSM_TRY(catalog, db::Database::open_owner(config.catalog_path, {}, db::built_in_migrations(), tell));
  RSM_TRY(auto own, db::Database::open_reader(config.catalog_path, db::Database::Reading::mapped));
  reader = std::make_unique<db::SqliteReader>(std::move(own));
  RSM_TRY(auto for_searches, db::Database::open_reader(config.catalog_path));
  search_reader = std::make_unique<db::SqliteReader>(std::move(for_searches));
  db::WriterOptions options;
  Settings const settings = config.core_settings();
  options.request_purge_after = settings.request_purge_after;
  options.history_purge_after = settings.history_purge_after;
  options.history_kept = settings.history_kept;
  lane = std::make_unique<db::CommitThread>(loop, *catalog, options);
  if (lost().commits > 0) log.write(LogLevel::error, "catalog: " + loss_text(catalog->path() + "-wal", lost()));
  return {};
}

Result<> Service::Parts::start_manager() {
  auto devices = [this](std::string const& library) -> port::Devices& { return libraries.devices(library); };
  manager = std::make_unique<Manager>(loop, random, log, *lane, *reader, devices, config.core_settings());
  RSM_CHECK(manager->start());
  if (lost().commits > 0) manager->catalog_trouble(loss_text(catalog->path() + "-wal", lost()));
  return {};
}

// Off the loop. What it finds is shown until a later check finds nothing.
Result<wire::CatalogCheckReply> Service::Parts::check_catalog() {
  RSM_TRY(auto report, db::check_catalog(config.catalog_path, stop_checks.get_token()));
  wire::CatalogCheckReply reply{report.ok(), report.findings, report.schema_version, static_cast<std::int64_t>(report.bytes)};
  loop.post_from_thread([this, findings = std::move(report.findings)]() mutable {
    if (!manager) return;
    if (findings.empty()) catalog->found_sound();
    manager->catalog_checked(std::move(findings));
  });
  return reply;
}

// Where the owner before did not end in order, the file may be another one than it left, or a damaged one.
void Service::Parts::check_in_background() {
  if (!catalog->opening().unclean_end && lost().commits == 0) return;
  log.write(LogLevel::info, "catalog: the service did not end in order before: the catalog is checked in the background");
  background->run([this] {
    auto const checked = check_catalog();
    bool const harmless = checked ? checked->findings.empty() : checked.error().code == Errc::cancelled;
    std::string const found = !checked                     ? checked.error().text()
                              : checked->findings.empty() ? "it found nothing"
                                                          : std::to_string(checked->findings.size()) + " findings, the first: " + checked->findings.front();
    loop.post_from_thread([this, found, harmless] { log.write(harmless ? LogLevel::info : LogLevel::error, "catalog: the check in the background: " + found); });
  });
}

Result<> Service::Parts::open_socket() {
  background = std::make_unique<server::BackgroundThread>();
  looking_ahead = std::make_unique<server::BackgroundThread>();
  searching = std::make_unique<server::BackgroundThread>();
  server::ServerContext context{.manager = *manager, .reader = *reader, .loop = loop, .log = log};
  context.catalog_check = [this] { return check_catalog(); };
  context.catalog_backup = [path = config.catalog_path](std::string const& to) { return backup_catalog(path, to); };
  context.catalog_export = [path = config.catalog_path] { return export_catalog(path); };
  context.catalog_import = [path = config.catalog_path] { return import_catalog(path); };
  context.in_background = [this](Callback work) { background->run(std::move(work)); };
  context.looking_ahead = [this](Callback work) { looking_ahead->run(std::move(work)); };
  context.searching = [this](Callback work) { searching->run(std::move(work)); };
  context.search_reader = search_reader.get();
  context.mount_point = mount_point_of;
  context.catalog_bytes = [path = catalog->path()] { return catalog_bytes(path); };
  context.catalog_files = [path = catalog->path()]() -> std::optional<server::CatalogFiles> {
    auto const bytes = file_bytes(path);
    if (!bytes) return std::nullopt;
    return server::CatalogFiles{*bytes, file_bytes(path + "-wal").value_or(0)};  // SQLite removes an empty log
  };
  context.connections = [this] { return listener ? listener->connections() : 0; };
  context.computer = computer_name();
  dispatcher = std::make_unique<server::Dispatcher>(std::move(context));
  server::ListenerSettings settings{.path = config.socket_path, .mode = config.socket_mode, .admin_group = config.admin_group};
  settings.connections_total = connections_possible(settings.connections_total, log);
  listener = std::make_unique<server::Listener>(loop.context(), *dispatcher, log, std::move(settings));
  return listener->start();
}

void Service::Parts::listen_to_signals() {
  auto const at_once = [this](int signal) {
    log.write(LogLevel::warning, "signal " + std::to_string(signal) + " again: ending at once; what was answered is in the catalog");
    _exit(static_cast<int>(ExitCode::stopped_late));
  };
  auto const reopen = [this] {
    auto const reopened = log.reopen();
    log.write(reopened ? LogLevel::info : LogLevel::error, reopened ? "log opened again" : reopened.error().text());
  };
  signals = std::make_unique<Signals>(loop.context(), Signals::Callbacks{[this](int signal) { stop("signal " + std::to_string(signal)); }, at_once, reopen});
}

// Only a new start makes a new launcher (docs/decisions): nothing could be mounted any more, and nobody would know before the next mount.
void Service::Parts::watch_launcher() {
  launcher_link->on_gone([this] {
    if (stopping) return;
    log.write(LogLevel::error, "the launcher has ended, no handler can be started any more: rsmd ends with exit code " +
                                   std::to_string(static_cast<int>(ExitCode::launcher_lost)) + ", to be started again");
    exit = ExitCode::launcher_lost;
    stop("the launcher has ended");
  });
}

void Service::Parts::tell_when_ready() {
  manager->when_ready([this] {
    notify.ready(std::to_string(config.libraries.size()) + (config.libraries.size() == 1 ? " library" : " libraries") + ", serving " +
               config.socket_path);
  });
}

void Service::Parts::stop(std::string const& why) {
  stopping = true;
  log.write(LogLevel::info, why + ": stopping");
  notify.stopping("waiting for device commands under way");
  end_at_stop_limit();
  listener->stop();
  auto const given_up = loop.after(limits::device_stop_limit, [this] {
    log.write(LogLevel::warning, "a device command is still under way: its handler ends it, and the next start asks the hardware");
    loop.stop();
  });
  manager->stop([this, given_up] {
    loop.cancel(given_up);
    loop.stop();
  });
}

// What the background thread sent at last is served while everything that it needs is still there.
void Service::Parts::finish() {
  stop_checks.request_stop();
  background.reset();
  looking_ahead.reset();
  searching.reset();
  loop.post([this] { loop.stop(); });
  loop.run();
  signals.reset();
  listener.reset();
  dispatcher.reset();
  manager.reset();
  lane.reset();
  reader.reset();
  search_reader.reset();
  catalog.reset();
  log.write(LogLevel::info, "stopped");
}

Service::Service(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Service::~Service() = default;

std::expected<std::unique_ptr<Service>, StartFailure> Service::start(Config const& config, Logging& log, Notify const& notify,
                                                                     handler::Launcher& launcher) {
  auto const failure = [](ExitCode code, Error error) { return std::unexpected(StartFailure{code, std::move(error)}); };
  auto parts = std::make_unique<Parts>(config, log, notify, launcher);
  if (auto opened = parts->open_catalog(); !opened) return failure(ExitCode::catalog_unusable, opened.error());
  if (auto started = parts->start_manager(); !started) return failure(ExitCode::catalog_unusable, started.error());
  if (auto opened = parts->open_socket(); !opened) return failure(ExitCode::socket_unusable, opened.error());
  parts->listen_to_signals();
  parts->watch_launcher();
  parts->tell_when_ready();
  parts->check_in_background();
  return std::unique_ptr<Service>(new Service(std::move(parts)));
}

ExitCode Service::run() {
  parts_->loop.run();
  parts_->finish();
  return parts_->exit;
}

}  // namespace rsm::daemon
