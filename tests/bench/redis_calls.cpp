// Clients of Redis: bench_redis SOCKET KIND [--clients N] [--depth N]
//
//   enqueue     LPUSH: one durable step; at most `depth` of a client are in the queue, and only the time of pushing counts
//   two-steps   LPUSH, LREM: enqueue and withdraw
//   three-steps LPUSH, LMOVE, LREM: enqueue, take, finish
// Each client has a queue of its own, as each session's requests are its own, and waits for each answer. What is pushed is the text
// of a mount.submit call.
#include <hiredis/hiredis.h>

#include <cstdlib>

#include "libmgr/base/command_line.hpp"
#include "tests/bench/said.hpp"

namespace rsm::bench {
namespace {

// Answers as hiredis reads them; what is given out is the text of the value, or nothing for a number.
class RedisFraming final : public Framing {
 public:
  RedisFraming() : reader_(redisReaderCreate(), redisReaderFree) {}

  void feed(std::string_view bytes) override {
    if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) give_up(reader_->errstr);
  }
  std::optional<std::string_view> next() override {
    void* found = nullptr;
    if (redisReaderGetReply(reader_.get(), &found) != REDIS_OK) give_up(reader_->errstr);
    if (found == nullptr) return std::nullopt;
    reply_.reset(static_cast<redisReply*>(found));
    if (reply_->type == REDIS_REPLY_ERROR) give_up("Redis refused: " + std::string(reply_->str, reply_->len));
    if (reply_->type == REDIS_REPLY_NIL || (reply_->type == REDIS_REPLY_INTEGER && reply_->integer == 0)) give_up("Redis did not find what was pushed");
    return std::string_view(reply_->str == nullptr ? "" : reply_->str, reply_->str == nullptr ? 0 : reply_->len);
  }

 private:
  struct Free {
    void operator()(redisReply* reply) const { freeReplyObject(reply); }
  };
  std::unique_ptr<redisReader, void (*)(redisReader*)> reader_;
  std::unique_ptr<redisReply, Free> reply_;
};

std::string command(std::vector<std::string> const& words) {
  std::vector<char const*> texts;
  std::vector<std::size_t> sizes;
  for (auto const& word : words) texts.push_back(word.data()), sizes.push_back(word.size());
  char* formatted = nullptr;
  auto const bytes = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), texts.data(), sizes.data());
  if (bytes < 0) give_up("a command could not be formatted");
  std::string text(formatted, static_cast<std::size_t>(bytes));
  redisFreeCommand(formatted);
  return text;
}

class QueueScript final : public Script {
 public:
  QueueScript(std::size_t number, unsigned steps) : queue_("queue" + std::to_string(number)), taken_("taken" + std::to_string(number)), steps_(steps) {}

  std::string begin() override {
    step_ = 1;
    entry_ = call("mount.submit", R"("key":")" + std::to_string(++count_) + R"(","nowait":true,"media":["da35fbf8-a2af-4c8b-b519-ddf7b7007508"])");
    return command({"LPUSH", queue_, entry_});
  }
  std::optional<std::string> go_on(std::string_view) override {
    if (step_ == steps_) return std::nullopt;
    if (++step_ == steps_) return command({"LREM", steps_ == 3 ? taken_ : queue_, "1", entry_});
    return command({"LMOVE", queue_, taken_, "RIGHT", "LEFT"});
  }

 private:
  std::string queue_, taken_, entry_;
  unsigned steps_, step_ = 1;
  std::uint64_t count_ = 0;
};

class EmptyQueue final : public Script {
 public:
  explicit EmptyQueue(std::size_t number) : line_(command({"DEL", "queue" + std::to_string(number)})) {}
  std::string begin() override { return line_; }

 private:
  std::string line_;
};

class Clients {
 public:
  Clients(std::string const& socket, std::size_t clients, unsigned steps, std::size_t depth)
      : crowd_(socket, clients, [] { return std::unique_ptr<Framing>(new RedisFraming); }), steps_(steps), depth_(depth) {
    for (std::size_t n = 0; n < clients; ++n) {
      scripts_.push_back(std::make_unique<QueueScript>(n, steps));
      empty_.push_back(std::make_unique<EmptyQueue>(n));
    }
  }

  Round round(Seconds length) {
    if (steps_ > 1) return crowd_.work(scripts_, {.time = length});
    Round round;
    round.whole = false;
    while (round.elapsed < length) {
      round.add(crowd_.work(scripts_, {.each = depth_}));
      crowd_.work(empty_, {.each = 1});
    }
    return round;
  }

 private:
  Crowd crowd_;
  unsigned steps_;
  std::size_t depth_;
  Scripts scripts_, empty_;
};

Work prepare(int argc, char** argv) {
  CommandLine line("Clients of Redis.");
  std::string socket, kind;
  std::size_t clients = 1, depth = 16;
  line.text("socket", socket);
  line.one_of("kind", kind, {"enqueue", "two-steps", "three-steps"});
  line.number("--clients", clients, {}, 1, 1000);
  line.number("--depth", depth, {}, 1, 1000);
  if (auto const end = line.read(argc, argv)) std::exit(*end);
  unsigned const steps = kind == "enqueue" ? 1 : kind == "two-steps" ? 2 : 3;
  auto const all = std::make_shared<Clients>(socket, clients, steps, depth);
  return [all](Seconds length) { return all->round(length); };
}

}  // namespace
}  // namespace rsm::bench

int main(int argc, char** argv) {
  return rsm::bench::run_contestant([&] { return rsm::bench::prepare(argc, argv); });
}
