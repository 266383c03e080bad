#include "tests/sim/client.hpp"

#include <algorithm>

namespace rsm::sim {

// What came of a call that ends so, nobody knows.
bool Client::is_sent_again(Errc code) { return code == Errc::not_ready || code == Errc::disk_full || code == Errc::database_failure; }

Client::Client(Stage& stage, unsigned number)
    : stage_(stage), name_("client" + std::to_string(number)), uid_(number % 2 == 0 ? 0 : 1000 + number), connection_base_((number + 1ULL) << 32), administrator_(number % 2 == 0) {}

// ---- the connection

void Client::connect() {
  if (connected_ || opening_ || !stage_.serves()) return;
  session_ ? attach() : open();
}

void Client::open() {
  opening_ = true;
  OpenSessionCall call{name_, user(), "here", uid_, administrator_, nullptr};
  stage_.manager()->open_session(call, heard<SessionRecord>([this](Result<SessionRecord> opened) {
    opening_ = false;
    if (!opened) {
      if (opened.error().code == Errc::access_denied) stage_.history.count("session.refused");
      return;
    }
    stage_.history.count("session.opened");
    session_ = *opened;
    connected_ = true;
    stage_.auditor->session_opened(*opened);
    stage_.auditor->entered(*opened);
  }));
}

void Client::attach() {
  opening_ = true;
  stage_.manager()->attach_session(session_->id, session_->secret, uid_, heard<SessionRecord>([this](Result<SessionRecord> attached) {
    opening_ = false;
    if (attached) {
      stage_.history.count("session.attached_again");
      connected_ = true;
      stage_.auditor->session_opened(*attached);
      auto const again = unanswered_;
      for (auto const& [key, sent] : again) transmit(key);
      auto const allocations = allocations_;
      for (auto const& [key, call] : allocations) send_allocation(key);
      auto const changes = changes_;
      for (auto const& [key, change] : changes) send_change(key);
      auto const questions = questions_;
      for (auto const& [id, call] : questions) send_question(id);
      if (!awaited_.empty()) wait_for(std::exchange(awaited_, {}), Millis{60'000});
      return;
    }
    if (attached.error().code != Errc::invalid_handle) return;
    stage_.history.count("session.lost_after_grace");
    stage_.auditor->session_closed(session_->id);
    session_.reset();
    unanswered_.clear();
    allocations_.clear();
    changes_.clear();
    questions_.clear();
    awaited_.clear();
  }));
}

void Client::break_link() {
  stage_.history.note("client", name_ + " loses its connection");
  stage_.history.count("client.link_broken");
  if (!unanswered_.empty()) stage_.history.count("client.link_broken_with_call_open");
  stage_.manager()->connection_gone(caller().connection);
  ++link_;
  connected_ = opening_ = false;
  if (session_) {
    stage_.auditor->session_closed(session_->id);  // its grace may end unheard
    stage_.manager()->detach_session(session_->id);
  }
  stage_.loop.after(stage_.between(100, 90'000), [this] { connect(); });
}

void Client::daemon_gone() {
  ++link_;
  connected_ = opening_ = false;
}

void Client::close() {
  stage_.history.note("client", name_ + " closes its session");
  stage_.history.count("session.closed");
  auto const id = session_->id;
  for (auto const& mounted : mounted_) leave_volume(mounted);
  stage_.auditor->session_closed(id);
  stage_.manager()->close_session(caller(), id, heard<void>([this](Result<>) {
    session_.reset();
    connected_ = false;
    ++link_;
    unanswered_.clear();
    allocations_.clear();
    changes_.clear();
    questions_.clear();
    awaited_.clear();
    mounted_.clear();
  }));
}

// ---- calls with a key

void Client::issue(std::string what, Operation operation, Send send, Asked asked) {
  std::string const key = name_ + "-" + std::to_string(++keys_);
  unanswered_[key] = {std::move(what), operation, std::move(asked), std::move(send), 0};
  transmit(key);
  if (stage_.random.chance(3) && unanswered_.contains(key)) {  // its connection breaks before it hears
    stage_.loop.after(Millis{1}, [this, link = link_] {
      if (link == link_ && connected_ && stage_.serves()) break_link();
    });
    return;
  }
  if (stage_.random.chance(3)) {  // a nervous client: the same call twice
    stage_.history.count("client.sent_twice");
    if (unanswered_.contains(key)) transmit(key);
  }
}

void Client::transmit(std::string const& key) {
  auto const it = unanswered_.find(key);
  if (it == unanswered_.end() || !stage_.manager() || !session_) return;
  if (it->second.tries++ > 0) stage_.history.count("client.resent");
  stage_.history.note("client", name_ + " " + it->second.what + " [key " + key + "]");
  Send const send = it->second.send;
  send(*stage_.manager(), caller(), key, heard<Ids>([this, key](Result<Ids> result) { answered(key, std::move(result)); }));
}

void Client::answered(std::string const& key, Result<Ids> result) {
  auto const it = unanswered_.find(key);
  if (it == unanswered_.end() && !result) return;
  if (result) {
    stage_.history.note("client", name_ + " hears of " + key + ": " + std::to_string(result->size()) + " requests");
    stage_.auditor->accepted(session_->id, key, *result, it == unanswered_.end() ? Asked{} : it->second.asked);
    if (it == unanswered_.end()) return;
    bool const mount = it->second.operation == Operation::mount;
    unanswered_.erase(it);
    stage_.history.count("call.accepted");
    for (auto const& id : *result)
      if (id) own_.push_back(id);
    if (!result->empty() && result->front() && stage_.random.chance(mount ? 90 : 50))
      wait_for(*result, stage_.random.chance(30) ? std::optional<Millis>{stage_.between(0, 120'000)} : std::nullopt);
    return;
  }
  stage_.history.note("client", name_ + " is refused " + key + ": " + result.error().text());
  if (is_sent_again(result.error().code)) {
    stage_.loop.after(stage_.between(500, 3'000), [this, key, link = link_] {
      if (link == link_ && connected_) transmit(key);
    });
    return;
  }
  stage_.history.count("call.refused");
  if (result.error().code == Errc::access_denied && it->second.operation == Operation::mount && result.error().object.starts_with("pool ")) stage_.history.count("call.refused.by_rights");
  if (it->second.asked.twice()) stage_.history.count("call.refused.a_drive_twice");
  if (result.error().code == Errc::resource_not_available && it->second.asked.media.size() > 1) stage_.history.count("call.refused.too_many_media");
  stage_.auditor->refused(session_->id, key, result.error());
  unanswered_.erase(it);
}

// ---- waiting, and the use of what was mounted

void Client::wait_for(Ids ids, std::optional<Millis> limit) {
  awaited_.insert(awaited_.end(), ids.begin(), ids.end());
  stage_.manager()->wait(caller(), ids, limit, heard<std::vector<RequestRecord>>([this, ids](Result<std::vector<RequestRecord>> result) {
    heard_settled(ids, std::move(result));
  }));
}

void Client::heard_settled(Ids const& ids, Result<std::vector<RequestRecord>> result) {
  std::erase_if(awaited_, [&](RequestId id) { return std::ranges::find(ids, id) != ids.end(); });
  if (!result) {
    stage_.history.note("client", name_ + " does not wait any more: " + result.error().text());
    stage_.history.count("wait." + std::string(error_name(result.error().code)));
    if (result.error().code == Errc::timeout && stage_.random.chance(50)) wait_for(ids, std::nullopt);
    return;
  }
  stage_.auditor->settled(ids, *result);
  for (auto const& record : *result) {
    stage_.history.note("client", name_ + " hears: " + word(record.operation) + " " + record.id.text() + " is " + word(record.state) + ": " + record.reason);
    if (record.operation == Operation::mount && record.state == RequestState::passed) use(record);
  }
}

void Client::use(RequestRecord const& record) {
  auto const* drive = stage_.manager()->world().drive(record.drive);
  if (drive == nullptr || drive->hot.state != DriveState::loaded || drive->hot.request != record.id) return;
  auto const* library = stage_.manager()->world().library(drive->record.library);
  Mounted const mounted{record.id, record.side, record.drive, stage_.iron(library->record.name), drive->record.number};
  mounted_.push_back(mounted);
  auto& volume = mounted.iron->volumes[mounted.number];
  if (mounted.iron->label_in(mounted.number) == nullptr || volume.offline) return;
  if (stage_.random.chance(60)) volume.holders.insert(name_);
  if (administrator_ && stage_.swarm.house > 0 && stage_.later_random.chance(40)) write_own_label();
}

void Client::leave_volume(Mounted const& mounted) { mounted.iron->volumes[mounted.number].holders.erase(name_); }

}  // namespace rsm::sim
