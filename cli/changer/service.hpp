// The library of the service, or one view of it, behind a Shelf, and its moves.
//
// What for: rsm-changer and rsm-mtx. A load is a mount request of that medium in that drive, an unload a dismount, a transfer its own request; all wait
// their turn in the service's queue. A mount keeps its medium loaded after the session of the program has ended
// (docs/decisions/0017-a-loaded-medium-outlives-its-program.md). A service that is restarted meanwhile is found again, and the same request, known by its
// key, is carried out once.
// Units: milliseconds. `limit` bounds a whole command from begins() on, questions and waiting included; end_margin what is added to learn the end of a move.
// A library that asks its hardware where everything is, minutes after a restart, is waited for: as long as the command may take, or as `questions` says.
// Errors: not_ready: the service or the library cannot be used; invalid_library: none, or several without a name, or no such library or view; timeout:
// the limit was over, with what is known of the move; else the request's own. Thread rule: one thread; calls block.
#pragma once

#include <algorithm>
#include <chrono>
#include <memory>

#include "api/client/connection.hpp"
#include "cli/changer/options.hpp"
#include "cli/changer/shelf.hpp"

namespace rsm::changer {

constexpr Millis reading_limit{30'000};  // until somebody answers at all; of a question whose caller asks again
constexpr Millis look_again{200};        // between two attempts at a service that does not answer
constexpr Millis end_margin{10'000};     // after the limit of a move: to take it back, or to learn its end
constexpr int attempts_max = 2;          // of a move whose device failed

// What a program works with: a library, or a view of it.
struct Part {
  wire::LibraryInfo library;
  std::optional<wire::ViewInfo> view;
  std::set<std::int64_t> slots_of_others;  // numbers of slots of the library that other views have
};

class Service {
 public:
  // `device`: the name of a library or a view, a path whose last part it is, or anything else.
  static Result<Service> open(Options const& options, std::string const& device, std::string const& program);

  // Closes the session. What is loaded stays loaded.
  ~Service();
  Service(Service&&) = default;

  // The limit counts from here (and from open()); of it, `questions` are for those before a move. Without begins(): all of it.
  void begins(Millis questions) {
    end_ = Clock::now() + limit_;
    questions_ = questions;
  }

  // As it is now; a library that asks its hardware where everything is is waited for. One that cannot be used is no error here: Shelf::trouble.
  Result<Shelf> shelf();
  // "VENDOR", "PRODUCT", "0001" of its changer.
  Result<wire::ChangerInfo> changer();
  Result<> load(Medium const& medium, Drive const& drive);
  Result<> unload(Medium const& medium, Drive const& drive);
  // What lies in one slot or port, to another; an administrator's.
  Result<> transfer(Slot const& from, Slot const& to);
  // The media of two slots change places; an administrator's.
  Result<> exchange(Slot const& from, Slot const& to);
  // The library looks at what it has, in the way that it is configured for; an administrator's.
  Result<> inventory();

 private:
  using Clock = std::chrono::steady_clock;
  Service(std::unique_ptr<client::Connection> connection, Part part, Millis limit, Clock::time_point end, std::string program)
      : connection_(std::move(connection)), part_(std::move(part)), limit_(limit), questions_(limit), end_(end), program_(std::move(program)) {}
  Clock::time_point reading_end() const { return std::min(Clock::now() + questions_, end_); }
  Result<> session();
  template <class Submit>
  Result<> move(Submit submit, std::string const& label);
  Result<> transfer(Slot const& from, Slot const& to, bool exchange);

  std::unique_ptr<client::Connection> connection_;
  Part part_;
  Millis limit_;
  Millis questions_;
  Clock::time_point end_;
  std::string program_;
  bool session_open_ = false;
};

}  // namespace rsm::changer
