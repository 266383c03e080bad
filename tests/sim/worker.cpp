#include "tests/sim/worker.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace rsm::sim {
namespace {

constexpr char end_line[] = "\nE\n";

struct Order {
  std::uint64_t seed = 0;
  IronKind kind = IronKind::emulated;
  bool twice = false;
};

std::string told(Verdict const& verdict) {
  std::string text = "H " + std::to_string(verdict.hash) + " " + std::to_string(verdict.steps) + "\nP " + std::to_string(verdict.played.count());
  for (auto const& [name, count] : verdict.coverage) text += "\nC " + std::to_string(count) + " " + name;
  if (!verdict.violation) return text;
  text += "\nV " + *verdict.violation;
  for (auto const& line : verdict.last_lines) text += "\nL " + line;
  return text;
}

void write_all(int pipe, std::string const& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    auto const n = ::write(pipe, text.data() + sent, text.size() - sent);
    if (n <= 0) ::_exit(3);
    sent += static_cast<std::size_t>(n);
  }
}

}  // namespace

Verdict simulate_and_compare(std::uint64_t seed, IronKind kind, bool show, bool twice) {
  Verdict verdict = simulate(seed, kind, show);
  if (verdict.violation || !twice) return verdict;
  Verdict const again = simulate(seed, kind, false);
  if (again.hash != verdict.hash || again.steps != verdict.steps)
    verdict.violation = "two runs of this seed have different histories (" + std::to_string(verdict.steps) + " and " + std::to_string(again.steps) + " steps)";
  return verdict;
}

Worker::~Worker() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);  // its siblings hold its pipe of orders open, too: it would not see the end of it
  bury();
}

void Worker::start() {
  int orders[2], answers[2];
  if (::pipe(orders) != 0 || ::pipe(answers) != 0) {
    std::perror("rsm-sim: pipe");
    std::exit(2);
  }
  std::fflush(stdout);
  pid_ = ::fork();
  if (pid_ < 0) {
    std::perror("rsm-sim: fork");
    std::exit(2);
  }
  if (pid_ == 0) {
    ::close(orders[1]);
    ::close(answers[0]);
    serve(orders[0], answers[1]);
  }
  ::close(orders[0]);
  ::close(answers[1]);
  to_ = orders[1];
  from_ = answers[0];
}

// The child's life: it ends when the program closes the pipe of orders or is gone.
void Worker::serve(int orders, int answers) {
  for (Order order; ::read(orders, &order, sizeof order) == sizeof order;) {
    Verdict const verdict = simulate_and_compare(order.seed, order.kind, false, order.twice);
    write_all(answers, told(verdict) + end_line);
    if (verdict.violation) break;
  }
  ::_exit(0);
}

void Worker::begin(std::uint64_t seed, IronKind kind, bool twice) {
  if (pid_ == 0) start();
  seed_ = seed;
  text_.clear();
  Order const order{seed, kind, twice};
  if (::write(to_, &order, sizeof order) == sizeof order) return;
  std::perror("rsm-sim: write to a process of its own");  // not possible: it reads
  std::exit(2);
}

std::optional<Worker::Told> Worker::listen() {
  char buffer[65536];
  auto const n = ::read(from_, buffer, sizeof buffer);
  if (n > 0) text_.append(buffer, static_cast<std::size_t>(n));
  bool const complete = text_.ends_with(end_line);
  if (n > 0 && !complete) return std::nullopt;
  Told all{*seed_, std::move(text_), {}};
  seed_.reset();
  text_.clear();
  if (all.text.find("\nV ") != std::string::npos || !complete) {
    auto const death = bury();
    if (!complete) all.death = death;
  }
  return all;
}

// Waits for its end, which is near.
std::string Worker::bury() {
  ::close(to_);
  ::close(from_);
  int status = 0;
  ::waitpid(std::exchange(pid_, 0), &status, 0);
  if (WIFSIGNALED(status)) return std::string("the program crashed: ") + ::strsignal(WTERMSIG(status));
  return "the program ended with " + std::to_string(WEXITSTATUS(status));
}

}  // namespace rsm::sim
