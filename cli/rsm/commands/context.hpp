// What one run of the program works with: its arguments, its canvas, its connection.
//
// What for: commands ask here for the service and for a session; both are made at first use, and the session is closed when the run ends
// (media that are LOADED stay loaded). Thread rule: the main thread, except that the connection may be used by any.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/client/connection.hpp"
#include "cli/rsm/arguments/arguments.hpp"
#include "cli/rsm/text/tone.hpp"
#include "cli/rsm/text/when.hpp"

namespace rsm::cli {

// How steps are shown on standard error: not at all (the classic verbs: scripts read everything), a line each, or redrawn (a terminal).
enum class Steps { silent, lines, live };

class Context {
 public:
  // `screen`: standard output; `notes`: standard error.
  Context(Arguments arguments, Canvas screen, Canvas notes, Steps steps);
  ~Context();

  Arguments const& args() const { return args_; }
  // The canvas of standard output, with the time of now.
  Canvas screen() const;
  Canvas notes() const;
  Steps steps() const { return steps_; }
  bool live() const { return steps_ == Steps::live; }

  // A connection of its own, with these limits; socket and name are those of the program.
  Result<std::unique_ptr<client::Connection>> connect(client::Options options) const;
  // The service; not_ready when nobody listens, with how to start it.
  Result<client::Connection*> service();
  // The service with a session, for calls that queue work.
  Result<client::Connection*> with_session();

  // The exit code of a run that went well, where it is not 0: a command that was run has its own.
  void exit_with(int status) { exit_status_ = status; }
  int exit_status() const { return exit_status_; }
  // What a person can do about the error of this run, instead of what is said of that code in general.
  void advise(std::string text) { advice_ = std::move(text); }
  std::optional<std::string> const& advice() const { return advice_; }

 private:
  Arguments args_;
  Canvas screen_, notes_;
  Steps steps_;
  bool session_open_ = false;
  int exit_status_ = 0;
  std::optional<std::string> advice_;
  std::unique_ptr<client::Connection> connection_;
};

// To standard output, at once; false when it cannot be written.
bool print(std::string const& text);
// To standard error.
void note(std::string const& text);

}  // namespace rsm::cli
