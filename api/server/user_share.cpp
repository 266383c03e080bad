#include "api/server/user_share.hpp"

#include <utility>

namespace rsm::server {

void UserShare::unread_less(std::size_t bytes, Turns& turns) {
  bool const was_full = full();
  unread_ -= bytes;
  if (!was_full || full()) return;
  for (auto& work : std::exchange(waiting_for_room_, {})) turns.ask(uid, std::move(work));
  next_read_soon(turns);
}

void UserShare::drop() {
  auto const reads = std::exchange(parked_reads_, {});  // what goes with them may come back here
  auto const works = std::exchange(waiting_for_room_, {});
}

void UserShare::begin_read(Turns& turns, Callback read) {
  parked_reads_.push_back(std::move(read));
  if (parked_reads_.size() > 1 || !may_read()) return next_read_soon(turns);
  auto now = std::move(parked_reads_.front());
  parked_reads_.pop_front();
  ++reads_;
  now();
}

void UserShare::read_ended(Turns& turns) {
  --reads_;
  next_read_soon(turns);
}

void UserShare::next_read_soon(Turns& turns) {
  if (read_asked_ || parked_reads_.empty() || !may_read()) return;
  read_asked_ = true;
  turns.ask(uid, [self = shared_from_this(), &turns] {
    self->read_asked_ = false;
    if (self->parked_reads_.empty() || !self->may_read()) return;
    auto read = std::move(self->parked_reads_.front());
    self->parked_reads_.pop_front();
    ++self->reads_;
    read();
    self->next_read_soon(turns);
  });
}

}  // namespace rsm::server
