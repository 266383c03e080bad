// web_fuzz: what the console makes of requests and of hand-over messages with errors: whole ones, cut, mixed, with bytes changed. A console without a service
// answers the requests; whoever has no cookie and no place here gets nothing but pages and refusals.
// usage: web_fuzz request|hand_over [--seed N] [--inputs N | --seconds N]   Exit: 0 good, 1 something was wrong, 2 usage.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>
#include <chrono>
#include <map>
#include <set>

#include "api/web/console.hpp"
#include "api/web/hand_over.hpp"
#include "api/web/live.hpp"
#include "libmgr/base/command_line.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::web {
namespace {

class Fuzzer {
 public:
  explicit Fuzzer(std::uint64_t seed) : random_(seed) {}

  bool hand_over() {
    ++inputs_;
    auto const text = with_errors(one_of({R"({"do":"login"})", R"({"do":"login","view":true,"life_ms":2592000000})", R"({"do":"logout"})", R"({"link":"http://127.0.0.1:9848/#t=00","ended":0,"life_ms":1})",
                                          R"({"error":5,"object":"login","detail":"no"})"}));
    auto const message = parse_hand_over(text);
    if (message) ++seen_["understood"];
    if (message && parse_hand_over(text_of(*message)) != message) return false;
    auto const reply = parse_hand_over_reply(text);
    if (reply && parse_hand_over_reply(text_of(reply)) != reply) return false;
    Live live("run");
    auto const tab = live.new_tab("", {.is_there = [] { return true; }, .tab_ended = [] {}});
    tab->received(with_errors(R"({"run":"run","n":0})"));
    return message || message.error().code == Errc::bad_format;
  }

  bool request() {
    ++inputs_;
    http::Request request{one_of({"GET", "HEAD", "POST", "PUT", "OPTIONS", "get", ""}), with_errors(one_of({"/", "/app.js", "/api/me", "/api/call", "/api/login", "/api/logout", "/api/live", "/../etc/passwd", "*", "http://x/"})), {}, {}};
    std::string const host = random_.chance(60) ? "127.0.0.1:9848" : with_errors("localhost:1");
    if (random_.chance(95)) request.fields.emplace_back("Host", host);
    if (random_.chance(70)) request.fields.emplace_back("Origin", random_.chance(80) ? "http://" + host : with_errors("http://127.0.0.1:9848"));
    if (random_.chance(70)) request.fields.emplace_back("Content-Type", random_.chance(80) ? "application/json" : with_errors("application/json"));
    if (random_.chance(80)) request.fields.emplace_back("X-RSM", "1");
    if (random_.chance(50)) request.fields.emplace_back("Cookie", with_errors("rsm-web-fuzz=00112233445566778899aabbccddeeff; other=1"));
    request.body = with_errors(one_of({R"({"method":"medium.get","params":{"id":"00000000-0000-0000-0000-000000000000"}})", R"({"token":"00112233445566778899aabbccddeeff"})", "{}", ""}));
    bool const upgrades = random_.chance(10);
    std::optional<http::Response> answer;
    if (upgrades) {
      auto upgraded = console_.upgrade(request);
      if (!std::holds_alternative<http::Response>(upgraded)) return false;
      answer = std::get<http::Response>(upgraded);
    } else {
      console_.handle(request, [&](http::Response response) { answer = std::move(response); });
    }
    if (!answer) return false;
    ++seen_[std::to_string(answer->status)];
    static std::set<unsigned> const known{200, 401, 403, 404, 405, 415, 421};
    if (!known.contains(answer->status)) return false;
    bool const sets_cookie = std::ranges::any_of(answer->fields, [](auto const& field) { return field.first == "Set-Cookie"; });
    bool const of_page = answer->content_type != "application/json";
    if (sets_cookie || (answer->status == 200 && !of_page)) return false;  // nobody has a link here
    return std::ranges::any_of(answer->fields, [](auto const& field) { return field.first == "Content-Security-Policy"; });
  }

  std::uint64_t inputs() const { return inputs_; }
  std::map<std::string, std::uint64_t> const& seen() const { return seen_; }

 private:
  std::string one_of(std::initializer_list<char const*> all) { return *(all.begin() + random_.below(all.size())); }
  std::string with_errors(std::string text) {
    if (random_.chance(40)) return text;
    for (auto errors = 1 + random_.below(4); errors > 0; --errors) {
      auto const at = text.empty() ? 0 : random_.below(text.size());
      switch (random_.below(5)) {
        case 0: text.resize(at); break;
        case 1: text.insert(at, 1, static_cast<char>(random_.below(256))); break;
        case 2: text.insert(at, text.substr(random_.below(text.size() + 1))); break;
        case 3: text.insert(at, random_.below(3000), static_cast<char>(random_.below(256))); break;
        default:
          if (!text.empty()) text[at] = static_cast<char>(random_.below(256));
      }
    }
    text.shrink_to_fit();
    return text;
  }

  SeededRandom random_;
  std::uint64_t inputs_ = 0;
  std::map<std::string, std::uint64_t> seen_;
  boost::asio::io_context loop_{1};
  Console console_{loop_, {.socket = "/nowhere/rsmd.sock", .origins = {}, .instance = "fuzz", .base = "http://127.0.0.1:9848/"}};
};

int run(int argc, char** argv) {
  std::string what;
  std::uint64_t seed = 1, inputs = 10'000, seconds = 0;
  CommandLine line("web_fuzz: requests and hand-over messages with errors", "web_fuzz");
  line.one_of("what", what, {"request", "hand_over"});
  line.number("--seed", seed);
  line.number("--inputs", inputs);
  line.number("--seconds", seconds, "so long, however many that are");
  if (auto const end = line.read(argc, argv)) return *end == 0 ? 0 : 2;
  Fuzzer fuzzer(seed);
  auto const until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (seconds > 0 ? std::chrono::steady_clock::now() < until : fuzzer.inputs() < inputs) {
    if (what == "request" ? fuzzer.request() : fuzzer.hand_over()) continue;
    fmt::print(stderr, "web_fuzz {} --seed {}: input {} was answered wrongly\n", what, seed, fuzzer.inputs());
    return 1;
  }
  fmt::print("{} inputs\n", fuzzer.inputs());
  for (auto const& [name, times] : fuzzer.seen()) fmt::print("{}: {}\n", name, times);
  return 0;
}

}  // namespace
}  // namespace rsm::web

int main(int argc, char** argv) { return rsm::web::run(argc, argv); }
