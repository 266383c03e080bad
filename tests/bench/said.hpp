// What one client of rsmd says: the scripts of the benches, and how its answers are read.
//
// Calls are written as text and answers are searched, not decoded: a client is to cost as little as it can. An error of the daemon
// ends the bench. Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/crowd.hpp"

namespace rsm::bench {

std::string call(std::string_view method, std::string_view params);
// The GUID that stands first behind `mark`; gives up when there is none.
std::string guid_behind(std::string_view answer, std::string_view mark);
void must_not_be_error(std::string_view answer);

// Always the same call.
class Repeated final : public Script {
 public:
  explicit Repeated(std::string line) : line_(std::move(line)) {}
  std::string begin() override { return line_; }
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  std::string line_;
};

// hello and session.open: once, before the rounds.
class Greeting final : public Script {
 public:
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  bool opened_ = false;
};

// Where the sides come from that a client asks for.
class Sides {
 public:
  virtual ~Sides() = default;
  virtual std::string next() = 0;  // a GUID as text
};

// One mount that has to wait, and its withdrawal: two calls, two durable answers.
class MountAndWithdraw final : public Script {
 public:
  explicit MountAndWithdraw(Sides& sides) : sides_(sides) {}
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  Sides& sides_;
  std::uint64_t count_ = 0;
  bool withdrawing_ = false;
};

// One mount that has to wait; who withdraws the requests later finds them in `queued`.
class Enqueue final : public Script {
 public:
  Enqueue(Sides& sides, std::vector<std::string>& queued) : sides_(sides), queued_(queued) {}
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  Sides& sides_;
  std::vector<std::string>& queued_;
  std::uint64_t count_ = 0;
};

// Withdraws one of `queued`.
class Withdraw final : public Script {
 public:
  explicit Withdraw(std::vector<std::string>& queued) : queued_(queued) {}
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  std::vector<std::string>& queued_;
};

// The whole life of a medium's use: mount.submit, request.wait (loaded), dismount.submit (deferred), request.wait (out of use): four
// calls, four durable answers.
class MountAndDismount final : public Script {
 public:
  explicit MountAndDismount(std::string side) : side_(std::move(side)) {}
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  enum class Step { mount, loaded, dismount, out_of_use };
  std::string side_;
  std::uint64_t count_ = 0;
  Step step_ = Step::mount;
};

// medium.get of a random medium of the shelf.
class AnyMedium final : public Script {
 public:
  AnyMedium(std::uint64_t shelf, std::uint64_t seed) : shelf_(shelf), seed_(seed) {}
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  std::uint64_t shelf_, seed_;
};

// medium.list, the next page after the one before, from the first again at the end.
class NextPage final : public Script {
 public:
  std::string begin() override;
  std::optional<std::string> go_on(std::string_view answer) override;

 private:
  std::string cursor_;
};

// The same side each time.
class OneSide final : public Sides {
 public:
  explicit OneSide(std::string side) : side_(std::move(side)) {}
  std::string next() override { return side_; }

 private:
  std::string side_;
};

// Any side of the shelf.
class AnySide final : public Sides {
 public:
  AnySide(std::uint64_t shelf, std::uint64_t seed) : shelf_(shelf), seed_(seed) {}
  std::string next() override;

 private:
  std::uint64_t shelf_, seed_;
};

}  // namespace rsm::bench
