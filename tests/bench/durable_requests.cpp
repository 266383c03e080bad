// Durable requests of 64 sessions beside bare group commit, alternating in one run.
//
// One cycle of ours: a session submits a mount that has to wait (its answer leaves after the fsync) and cancels it (the same). One
// cycle of the yardstick: SQLite alone, no daemon, no wire: 64 rows inserted in one transaction, then moved to a second table in
// another one, same pragmas, same disk. What is compared is cycles a second; the ratio is what counts.
//
//   durable_requests SOCKET SIDE_GUID FOLDER [--sessions N] [--rounds N] [--seconds N]
//
// Prints a table and, with --json, one JSON object. Exit status: 0 measured, 1 something failed.
#include <fcntl.h>
#include <poll.h>
#include <sqlite3.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string socket, side, folder;
  int sessions = 64, rounds = 5;
  double seconds = 2;
  bool json = false;
};

[[noreturn]] void give_up(std::string const& why) { throw std::runtime_error(why); }

// One session: a connection that has one call under way at a time.
class Client {
 public:
  Client(Options const& options, int number) : side_(options.side), number_(number) {
    fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (options.socket.size() >= sizeof address.sun_path) give_up("socket path too long");
    std::memcpy(address.sun_path, options.socket.c_str(), options.socket.size());
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("cannot connect to " + options.socket);
    ask("hello", R"("protocol":1,"client":"bench")");
    answer();
    ask("session.open", R"("application":"bench )" + std::to_string(number) + "\"");
    answer();
  }
  ~Client() { ::close(fd_); }
  Client(Client const&) = delete;

  int fd() const { return fd_; }

  void submit() {
    ask("mount.submit", R"("key":")" + std::to_string(++cycles_) + R"(","nowait":true,"media":[")" + side_ + "\"]");
    cancelling_ = false;
  }

  // Takes what has arrived; true when a cycle has ended (and the next one was begun).
  bool advance() {
    std::string const line = answer();
    if (line.find("\"error\":{") != std::string::npos) give_up("session " + std::to_string(number_) + ": " + line);
    if (cancelling_) {
      submit();
      return true;
    }
    auto const at = line.find("[\"");
    if (at == std::string::npos) give_up("no request in " + line);
    ask("request.cancel", R"("request":")" + line.substr(at + 2, 36) + "\"");
    cancelling_ = true;
    return false;
  }

 private:
  void ask(std::string const& method, std::string const& params) {
    std::string const line = R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":{)" + params + "}}\n";
    if (::send(fd_, line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size())) give_up("send failed");
  }

  std::string answer() {
    for (;;) {
      if (auto const end = buffer_.find('\n'); end != std::string::npos) {
        std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        return line;
      }
      char bytes[16384];
      ssize_t const got = ::recv(fd_, bytes, sizeof bytes, 0);
      if (got <= 0) give_up("the daemon closed the connection");
      buffer_.append(bytes, static_cast<std::size_t>(got));
    }
  }

  std::string side_;
  int number_;
  int fd_ = -1;
  std::string buffer_;
  std::uint64_t cycles_ = 0;
  bool cancelling_ = false;
};

class Sessions {
 public:
  explicit Sessions(Options const& options) {
    for (int n = 0; n < options.sessions; ++n) {
      clients_.push_back(std::make_unique<Client>(options, n));
      polls_.push_back({clients_.back()->fd(), POLLIN, 0});
    }
    for (auto& client : clients_) client->submit();
  }

  double cycles_per_second(double seconds) {
    auto const begin = Clock::now();
    auto const end = begin + std::chrono::duration<double>(seconds);
    std::uint64_t cycles = 0;
    while (Clock::now() < end) {
      if (::poll(polls_.data(), polls_.size(), 5000) <= 0) give_up("no answer within 5 s");
      for (std::size_t i = 0; i < polls_.size(); ++i)
        if ((polls_[i].revents & POLLIN) != 0 && clients_[i]->advance()) ++cycles;
    }
    return static_cast<double>(cycles) / std::chrono::duration<double>(Clock::now() - begin).count();
  }

 private:
  std::vector<std::unique_ptr<Client>> clients_;
  std::vector<pollfd> polls_;
};

// Bare SQLite: as many rows a transaction as there are sessions.
class GroupCommit {
 public:
  GroupCommit(std::string const& path, int rows) : rows_(rows) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) give_up("cannot open " + path);
    run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE request(id BLOB PRIMARY KEY, sequence INTEGER NOT NULL, session BLOB NOT NULL, state INTEGER NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;"
        "CREATE INDEX by_sequence ON request(sequence); CREATE INDEX by_session ON request(session);"
        "CREATE TABLE done(id BLOB PRIMARY KEY, sequence INTEGER NOT NULL, session BLOB NOT NULL, state INTEGER NOT NULL, reason TEXT) STRICT, WITHOUT ROWID;"
        "CREATE INDEX done_by_sequence ON done(sequence);");
    insert_ = prepare("INSERT INTO request VALUES(?1, ?2, ?3, 0, 'queued')");
    finish_ = prepare("INSERT INTO done SELECT id, sequence, session, 7, 'cancelled' FROM request WHERE id = ?1");
    erase_ = prepare("DELETE FROM request WHERE id = ?1");
  }
  ~GroupCommit() {
    for (auto* statement : {insert_, finish_, erase_}) sqlite3_finalize(statement);
    sqlite3_close(db_);
  }
  GroupCommit(GroupCommit const&) = delete;

  double cycles_per_second(double seconds) {
    auto const begin = Clock::now();
    auto const end = begin + std::chrono::duration<double>(seconds);
    std::uint64_t cycles = 0;
    while (Clock::now() < end) {
      std::int64_t const first = sequence_;
      run("BEGIN IMMEDIATE");
      for (int i = 0; i < rows_; ++i) step(insert_, ++sequence_);
      run("COMMIT");
      run("BEGIN IMMEDIATE");
      for (std::int64_t n = first + 1; n <= sequence_; ++n) step(finish_, n), step(erase_, n);
      run("COMMIT");
      cycles += static_cast<std::uint64_t>(rows_);
    }
    return static_cast<double>(cycles) / std::chrono::duration<double>(Clock::now() - begin).count();
  }

 private:
  void run(char const* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) give_up(std::string(sql) + ": " + sqlite3_errmsg(db_));
  }
  sqlite3_stmt* prepare(char const* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &statement, nullptr) != SQLITE_OK) give_up(sqlite3_errmsg(db_));
    return statement;
  }
  void step(sqlite3_stmt* statement, std::int64_t n) {
    unsigned char id[16] = {}, session[16] = {};
    std::uint64_t mixed = static_cast<std::uint64_t>(n) * 0x9e3779b97f4a7c15ULL;  // ids are random in the catalog, too
    std::memcpy(id, &mixed, sizeof mixed);
    std::memcpy(id + 8, &n, sizeof n);
    session[0] = static_cast<unsigned char>(n % rows_);
    sqlite3_bind_blob(statement, 1, id, sizeof id, SQLITE_TRANSIENT);
    if (statement == insert_) {
      sqlite3_bind_int64(statement, 2, n);
      sqlite3_bind_blob(statement, 3, session, sizeof session, SQLITE_TRANSIENT);
    }
    if (sqlite3_step(statement) != SQLITE_DONE) give_up(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }

  int rows_;
  sqlite3* db_ = nullptr;
  sqlite3_stmt *insert_ = nullptr, *finish_ = nullptr, *erase_ = nullptr;
  std::int64_t sequence_ = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

Options read_options(int argc, char** argv) {
  if (argc < 4) give_up("usage: durable_requests SOCKET SIDE_GUID FOLDER [--sessions N] [--rounds N] [--seconds N] [--json]");
  Options options{argv[1], argv[2], argv[3]};
  for (int i = 4; i < argc; ++i) {
    std::string const word = argv[i];
    if (word == "--json") {
      options.json = true;
    } else if (i + 1 < argc) {
      double const value = std::atof(argv[++i]);
      if (word == "--sessions") options.sessions = static_cast<int>(value);
      if (word == "--rounds") options.rounds = static_cast<int>(value);
      if (word == "--seconds") options.seconds = value;
    }
  }
  if (options.sessions < 1 || options.rounds < 1 || options.seconds <= 0) give_up("sessions, rounds and seconds are positive numbers");
  return options;
}

int measure(int argc, char** argv) {
  Options const options = read_options(argc, argv);
  GroupCommit yardstick(options.folder + "/yardstick.db", options.sessions);
  std::vector<double> ours, theirs;
  Sessions sessions(options);
  sessions.cycles_per_second(options.seconds / 4);
  yardstick.cycles_per_second(options.seconds / 4);
  for (int round = 0; round < options.rounds; ++round) {
    ours.push_back(sessions.cycles_per_second(options.seconds));
    theirs.push_back(yardstick.cycles_per_second(options.seconds));
    if (!options.json) std::printf("round %d: %8.0f cycles/s ours, %8.0f bare group commit, ratio %.3f\n", round + 1, ours.back(), theirs.back(), ours.back() / theirs.back());
  }
  double const our_median = median(ours), their_median = median(theirs);
  if (options.json)
    std::printf("{\"sessions\":%d,\"rounds\":%d,\"ours_cycles_per_s\":%.0f,\"yardstick_cycles_per_s\":%.0f,\"ratio\":%.3f}\n", options.sessions, options.rounds,
                our_median, their_median, our_median / their_median);
  else
    std::printf("%d sessions, median of %d rounds: %.0f cycles/s ours, %.0f bare group commit, ratio %.3f\n", options.sessions, options.rounds, our_median,
                their_median, our_median / their_median);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return measure(argc, argv);
  } catch (std::exception const& error) {
    std::fprintf(stderr, "durable_requests: %s\n", error.what());
    return 1;
  }
}
