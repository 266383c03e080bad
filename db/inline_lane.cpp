#include "db/inline_lane.hpp"

#include "db/commit_group.hpp"

namespace rsm::db {

// Shared with the callbacks on the loop, which may run after the lane has gone.
struct InlineLane::State {
  Loop& loop;
  Writer writer;
  std::function<Millis()> delay;
  std::move_only_function<void(CommitOutcome)> outcome;
  CommitQueue queue;
  std::optional<CommitFailure> failure;
  bool scheduled = false;
  bool gone = false;

  static void post(std::shared_ptr<State> const& state, std::vector<CommitOutcome> outcomes) {
    state->loop.post([state, outcomes = std::move(outcomes)]() mutable {
      for (auto& each : outcomes)
        if (!state->gone && state->outcome) state->outcome(std::move(each));
    });
  }
};

InlineLane::InlineLane(Loop& loop, Database& database, std::function<Millis()> delay, WriterOptions options)
    : state_(std::make_shared<State>(State{loop, Writer(database, options), std::move(delay)})) {}

InlineLane::~InlineLane() {
  state_->gone = true;
}

void InlineLane::on_outcome(std::move_only_function<void(CommitOutcome)> callback) {
  state_->outcome = std::move(callback);
}

void InlineLane::submit(std::uint64_t ticket, ChangeSet changes) {
  state_->queue.add(ticket, std::move(changes));
  schedule(state_);
}

void InlineLane::schedule(std::shared_ptr<State> const& state) {
  if (state->scheduled) return;
  state->scheduled = true;
  state->loop.after(state->delay(), [state] {
    state->scheduled = false;
    if (!state->gone) commit(state);
  });
}

void InlineLane::commit(std::shared_ptr<State> const& state) {
  if (state->failure) return State::post(state, state->queue.fail_all({}, *state->failure));
  if (state->queue.empty()) return;
  CommitGroup group = state->queue.take_group();
  auto committed = state->writer.commit(group.sets);
  if (committed) {
    State::post(state, {{group.tickets.back(), CommitResult::durable, {}}});
    group.tickets.clear();
    committed = state->writer.checkpoint_if_due();
  }
  if (!committed) {
    state->failure = std::move(committed.error());
    State::post(state, state->queue.fail_all(std::move(group.tickets), *state->failure));
  } else if (!state->queue.empty()) {
    schedule(state);
  }
}

void InlineLane::recover(std::move_only_function<void(Result<>)> done) {
  auto const state = state_;
  state->loop.after(state->delay(), [state, done = std::move(done)]() mutable {
    if (state->gone) return;
    Result<> const recovered = state->failure ? state->writer.recover(*state->failure) : Result<>{};
    if (state->failure && !state->queue.empty()) State::post(state, state->queue.fail_all({}, *state->failure));
    if (recovered) state->failure.reset();
    state->loop.post([state, recovered, done = std::move(done)]() mutable {
      if (!state->gone) done(recovered);
    });
  });
}

}  // namespace rsm::db
