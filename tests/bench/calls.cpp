// Clients of rsmd, or of the echo: bench_calls SOCKET KIND [--clients N] [--side GUID]... [--shelf N] [--depth N]
//
//   echo      the line of a status call, to a server that gives any line back
//   status, type, medium, page    status, object.type of a side, medium.get of a random medium of the shelf, medium.list page by page
//   enqueue   mount.submit; at most `depth` of a client are in the queue, and only the time of submitting counts
//   withdraw  mount.submit and request.cancel
//   mount     mount.submit, request.wait, dismount.submit (deferred), request.wait
// enqueue and withdraw need a side that has to wait (its drive is held), or --shelf for random media of the shelf.
#include <cstdlib>

#include "libmgr/base/command_line.hpp"
#include "tests/bench/said.hpp"

namespace rsm::bench {
namespace {

struct Wish {
  std::string socket, kind;
  std::size_t clients = 1, depth = 16;
  std::vector<std::string> sides;
  std::uint64_t shelf = 0;
};

Wish read_wish(int argc, char** argv) {
  Wish wish;
  CommandLine line("Clients of rsmd.");
  line.text("socket", wish.socket);
  line.one_of("kind", wish.kind, {"echo", "status", "type", "medium", "page", "enqueue", "withdraw", "mount"});
  line.number("--clients", wish.clients, {}, 1, 1000);
  line.texts("--side", wish.sides);
  line.number("--shelf", wish.shelf);
  line.number("--depth", wish.depth, {}, 1, 1000);
  if (auto const end = line.read(argc, argv)) std::exit(*end);
  return wish;
}

// The clients of one kind, greeted, with their scripts.
class Clients {
 public:
  explicit Clients(Wish wish) : wish_(std::move(wish)), crowd_(wish_.socket, wish_.clients, [] { return std::unique_ptr<Framing>(new LineFraming); }), queued_(wish_.clients) {
    if (wish_.kind != "echo") {
      Scripts greetings;
      for (std::size_t n = 0; n < wish_.clients; ++n) greetings.push_back(std::make_unique<Greeting>());
      crowd_.work(greetings, {.each = 1});
    }
    for (std::size_t n = 0; n < wish_.clients; ++n) scripts_.push_back(script(n));
    if (wish_.kind == "enqueue")
      for (auto& queued : queued_) withdrawals_.push_back(std::make_unique<Withdraw>(queued));
  }

  Round round(Seconds length) {
    if (wish_.kind != "enqueue") return crowd_.work(scripts_, {.time = length});
    Round round;
    round.whole = false;
    while (round.elapsed < length) {
      round.add(crowd_.work(scripts_, {.each = wish_.depth}));
      crowd_.work(withdrawals_, {.each = wish_.depth});
    }
    return round;
  }

 private:
  std::string const& side_of(std::size_t number) const {
    if (wish_.sides.empty()) give_up(wish_.kind + " needs --side");
    return wish_.sides[number % wish_.sides.size()];
  }

  Sides& sides(std::size_t number) {
    if (wish_.shelf > 0)
      sides_.push_back(std::make_unique<AnySide>(wish_.shelf, number));
    else
      sides_.push_back(std::make_unique<OneSide>(side_of(number)));
    return *sides_.back();
  }

  std::unique_ptr<Script> script(std::size_t number) {
    auto const& kind = wish_.kind;
    if (kind == "echo" || kind == "status") return std::make_unique<Repeated>(call("status", ""));
    if (kind == "type") return std::make_unique<Repeated>(call("object.type", R"("id":")" + side_of(number) + "\""));
    if (kind == "medium") return std::make_unique<AnyMedium>(wish_.shelf, number);
    if (kind == "page") return std::make_unique<NextPage>();
    if (kind == "enqueue") return std::make_unique<Enqueue>(sides(number), queued_[number]);
    if (kind == "withdraw") return std::make_unique<MountAndWithdraw>(sides(number));
    return std::make_unique<MountAndDismount>(side_of(number));
  }

  Wish wish_;
  Crowd crowd_;
  std::vector<std::vector<std::string>> queued_;  // requests of each client
  std::vector<std::unique_ptr<Sides>> sides_;
  Scripts scripts_, withdrawals_;
};

}  // namespace
}  // namespace rsm::bench

int main(int argc, char** argv) {
  using namespace rsm::bench;
  return run_contestant([&] {
    auto const clients = std::make_shared<Clients>(read_wish(argc, argv));
    return Work([clients](Seconds length) { return clients->round(length); });
  });
}
