#include "libmgr/record/call_keys.hpp"

namespace rsm {

void CallKeys::add(SessionId id, std::string const& key, std::uint64_t number) {
  if (key.empty()) return;
  auto& session = sessions_[id];
  auto const [call, fresh] = session.calls.try_emplace(key, Numbers{number, 0});
  ++call->second.count;
  if (!fresh) return;
  session.age.push_back(call);
  age_.push_back(id);
  constexpr int looks = 2;  // those that are open are passed over, and there is room for one all the same
  for (int i = 0; i < looks && age_.size() > most_; ++i) forget_oldest();
}

// One that is open counts as a young one from now on.
void CallKeys::forget_oldest() {
  SessionId const id = age_.front();
  age_.pop_front();
  auto const session = sessions_.find(id);
  if (session == sessions_.end() || session->second.age.empty()) return;
  auto const call = session->second.age.front();
  session->second.age.pop_front();
  auto const [first, count] = call->second;
  for (std::uint64_t number = first; number < first + count; ++number)
    if (is_open_(number)) {
      session->second.age.push_back(call);
      age_.push_back(id);
      return;
    }
  session->second.calls.erase(call);
  if (session->second.calls.empty()) sessions_.erase(session);
}

CallKeys::Numbers CallKeys::of(SessionId id, std::string const& key) const {
  auto const session = sessions_.find(id);
  if (session == sessions_.end()) return {};
  auto const call = session->second.calls.find(key);
  return call == session->second.calls.end() ? Numbers{} : call->second;
}

void CallKeys::forget(SessionId session) {
  sessions_.erase(session);
}

void CallKeys::clear() {
  sessions_.clear();
  age_.clear();
}

}  // namespace rsm
