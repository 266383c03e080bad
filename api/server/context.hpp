// What the handlers of the calls work with.
// Thread rule: the loop only, but what runs in_background.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/protocol/limits.hpp"
#include "api/protocol/messages.hpp"
#include "api/server/peer.hpp"
#include "libmgr/base/log.hpp"
#include "libmgr/base/loop.hpp"
#include "libmgr/manager.hpp"

namespace rsm::server {

struct CatalogFiles {
  std::int64_t catalog_bytes = 0, wal_bytes = 0;
};

// Handed in by whoever wires the program; all references outlive the dispatcher.
struct ServerContext {
  Manager& manager;
  db::CatalogReader& reader;
  Loop& loop;
  Log& log;
  // They block, and run through in_background; they know the catalog file, the server does not.
  std::function<Result<wire::CatalogCheckReply>()> catalog_check;
  std::function<Result<wire::CatalogBackupReply>(std::string const& path)> catalog_backup;
  std::function<Result<wire::CatalogBackupReply>()> catalog_export, catalog_import;
  // Runs the work on another thread (BackgroundThread), or at once where blocking does not matter (simulator).
  std::function<void(Callback)> in_background = [](Callback work) { work(); };
  // The same for forecasts, so that none waits behind a check of the catalog.
  std::function<void(Callback)> looking_ahead = [](Callback work) { work(); };
  std::shared_ptr<std::size_t> forecasts_under_way = std::make_shared<std::size_t>(0);  // outlives the server in work that it drops
  // The same for searches, which have a reader of their own; null: the one of the loop.
  std::function<void(Callback)> searching = [](Callback work) { work(); };
  db::CatalogReader* search_reader = nullptr;
  std::shared_ptr<std::size_t> searches_under_way = std::make_shared<std::size_t>(0);
  // Where this volume is mounted; empty: nowhere.
  std::function<std::string(std::string const& volume)> mount_point = [](std::string const&) { return std::string(); };
  std::function<std::int64_t()> catalog_bytes = [] { return std::int64_t{0}; };
  // For metrics.read; one that is not there is not known.
  std::function<std::optional<CatalogFiles>()> catalog_files;
  std::function<std::size_t()> connections;
  std::string computer;  // this machine's name, for records
  Millis answer_kept_max = limits::answer_kept_max;  // kept_answers.hpp
  std::size_t unread_bytes_per_uid = limits::unread_bytes_per_uid_max;
  bool check_under_way = false;  // the server's own: everyone may ask for a check, but only one runs at a time
};

class EventHub;

// One call: the server, and who called. Cheap to copy: every continuation keeps its own.
struct Context {
  ServerContext* server;
  EventHub* events;
  std::shared_ptr<Turns> turns;
  std::shared_ptr<PeerState> peer;

  Manager& manager() const { return server->manager; }
  World const& world() const { return server->manager.world(); }
  Caller caller() const { return peer->caller(); }
};

// Runs `step` (gives Result<Out>); an exception in it is logged and becomes Errc::internal_error.
Error internal_error(Log& log, std::string const& what);
template <class Out, class Step>
Result<Out> guarded(Context const& c, Step&& step) {
  try {
    return step();
  } catch (std::bad_alloc const&) {
    return fail(Errc::not_enough_memory);
  } catch (std::exception const& e) {
    return std::unexpected(internal_error(c.server->log, e.what()));
  }
}

// A Reply<In> that goes on with step(In) -> Result<Out> and answers with what it gives; an error is passed on.
template <class In, class Out, class Step>
Reply<In> then(Context const& c, Reply<Out> reply, Step step) {
  return [c, reply = std::move(reply), step = std::move(step)](Result<In> in) mutable {
    if (!in) return reply(std::unexpected(std::move(in).error()));
    if constexpr (std::is_void_v<In>)
      reply(guarded<Out>(c, step));
    else
      reply(guarded<Out>(c, [&] { return step(std::move(*in)); }));
  };
}

// Ends the read of a user when the last of what keeps it is gone.
class ReadEnd {
 public:
  explicit ReadEnd(Context const& c) : c_(c) {}
  ~ReadEnd() { c_.peer->share->read_ended(*c_.turns); }
  ReadEnd(ReadEnd const&) = delete;
  ReadEnd& operator=(ReadEnd const&) = delete;

 private:
  Context c_;
};

// Answers with what step() reads from the world when everything in it is durable (decision 21). Where a commit is under way a user
// has a few reads waiting for it, so that what the commit sets free is never more than a moment's work (user_share.hpp).
template <class Out, class Step>
void reading(Context const& c, Reply<Out> reply, Step step) {
  c.peer->share->begin_read(*c.turns, [c, reply = std::move(reply), step = std::move(step)]() mutable {
    auto end = std::make_shared<ReadEnd>(c);
    if (c.peer->deaf) return;
    c.manager().read([end = std::move(end), answer = then<void>(c, std::move(reply), std::move(step))](Result<> durable) mutable {
      answer(std::move(durable));
    });
  });
}

}  // namespace rsm::server
