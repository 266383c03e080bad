#include "tests/bench/said.hpp"

#include "tests/bench/shelf.hpp"

namespace rsm::bench {
namespace {

constexpr std::size_t guid_chars = 36;

// splitmix64: one number after the other from a seed that moves on.
std::uint64_t draw(std::uint64_t& seed) {
  std::uint64_t z = seed += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

std::string quoted(std::string_view name, std::string_view value) { return "\"" + std::string(name) + "\":\"" + std::string(value) + "\""; }

std::string mount_call(std::string const& key, std::string const& side) {
  return call("mount.submit", quoted("key", key) + R"(,"nowait":true,"media":[")" + side + "\"]");
}

std::string wait_call(std::string const& request) { return call("request.wait", quoted("request", request)); }

void must_say(std::string_view answer, std::string_view what) {
  if (answer.find(what) == std::string_view::npos) give_up("the answer should say " + std::string(what) + ": " + std::string(answer));
}

}  // namespace

std::string call(std::string_view method, std::string_view params) {
  std::string line = R"({"jsonrpc":"2.0","id":1,"method":")";
  line.append(method).append(R"(","params":{)").append(params).append("}}\n");
  return line;
}

std::string guid_behind(std::string_view answer, std::string_view mark) {
  auto const at = answer.find(mark);
  if (at == std::string_view::npos || at + mark.size() + guid_chars > answer.size()) give_up("no " + std::string(mark) + " in " + std::string(answer));
  return std::string(answer.substr(at + mark.size(), guid_chars));
}

// Records have a number called error; only an error object is one.
void must_not_be_error(std::string_view answer) {
  if (answer.find(R"("error":{)") != std::string_view::npos) give_up("the daemon refused: " + std::string(answer));
}

std::optional<std::string> Repeated::go_on(std::string_view answer) {
  must_not_be_error(answer.substr(0, 64));  // an error says so at once; the rest of a long answer is not looked through
  return std::nullopt;
}

std::string Greeting::begin() { return call("hello", R"("protocol":1,"client":"bench")"); }
std::optional<std::string> Greeting::go_on(std::string_view answer) {
  must_not_be_error(answer);
  if (opened_) return std::nullopt;
  opened_ = true;
  return call("session.open", R"("application":"bench")");
}

std::string MountAndWithdraw::begin() {
  withdrawing_ = false;
  return mount_call(std::to_string(++count_), sides_.next());
}
std::optional<std::string> MountAndWithdraw::go_on(std::string_view answer) {
  must_not_be_error(answer);
  if (withdrawing_) return std::nullopt;
  withdrawing_ = true;
  return call("request.cancel", quoted("request", guid_behind(answer, "[\"")));
}

std::string Enqueue::begin() { return mount_call("e" + std::to_string(++count_), sides_.next()); }
std::optional<std::string> Enqueue::go_on(std::string_view answer) {
  must_not_be_error(answer);
  queued_.push_back(guid_behind(answer, "[\""));
  return std::nullopt;
}

std::string Withdraw::begin() {
  std::string const request = queued_.back();
  queued_.pop_back();
  return call("request.cancel", quoted("request", request));
}
std::optional<std::string> Withdraw::go_on(std::string_view answer) {
  must_not_be_error(answer);
  return std::nullopt;
}

std::string MountAndDismount::begin() {
  step_ = Step::mount;
  return mount_call("m" + std::to_string(++count_), side_);
}
std::optional<std::string> MountAndDismount::go_on(std::string_view answer) {
  must_not_be_error(answer);
  switch (step_) {
    case Step::mount:
      step_ = Step::loaded;
      return wait_call(guid_behind(answer, "[\""));
    case Step::loaded:
      must_say(answer, R"("state":"passed")");
      step_ = Step::dismount;
      return call("dismount.submit", quoted("key", "d" + std::to_string(count_)) + R"(,"deferred":true,"media":[")" + side_ + "\"]");
    case Step::dismount:
      step_ = Step::out_of_use;
      return wait_call(guid_behind(answer, "[\""));
    case Step::out_of_use:
      break;
  }
  // DEFERRED: out of use. PASSED: on its way home. CANCELLED: somebody who waited for the same side has it mounted already.
  bool const mounted_again = answer.find("mounted again before its delay was over") != std::string_view::npos;
  if (answer.find(R"("state":"passed")") == std::string_view::npos && !mounted_again) must_say(answer, R"("state":"deferred")");
  return std::nullopt;
}

std::string AnyMedium::begin() { return call("medium.get", quoted("id", shelf_id(draw(seed_) % shelf_, shelf_, 0).text())); }
std::optional<std::string> AnyMedium::go_on(std::string_view answer) {
  must_not_be_error(answer);
  return std::nullopt;
}

std::string NextPage::begin() {
  return call("medium.list", R"("limit":200)" + (cursor_.empty() ? std::string() : "," + quoted("cursor", cursor_)));
}
std::optional<std::string> NextPage::go_on(std::string_view answer) {
  must_not_be_error(answer.substr(0, 64));
  constexpr std::string_view mark = R"("next_cursor":")";
  auto const at = answer.rfind(mark);
  cursor_.clear();
  if (at != std::string_view::npos) cursor_ = answer.substr(at + mark.size(), answer.find('"', at + mark.size()) - at - mark.size());
  return std::nullopt;
}

std::string AnySide::next() { return shelf_id(draw(seed_) % shelf_, shelf_, 1).text(); }

}  // namespace rsm::bench
