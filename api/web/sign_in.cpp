#include "api/web/sign_in.hpp"

#include <algorithm>
#include <charconv>

namespace rsm::web {
namespace {

// Takes as long for every text of this length.
bool same_secret(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  unsigned differs = 0;
  for (std::size_t i = 0; i < one.size(); ++i) differs |= static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i]);
  return differs == 0;
}

template <class Map>
auto find_secret(Map& map, std::string_view secret) {
  auto found = map.end();
  for (auto it = map.begin(); it != map.end(); ++it)
    if (same_secret(it->first, secret)) found = it;
  return found;
}

template <class Held>
Moment age_of(Held const& held) {
  if constexpr (requires { held->begun; })
    return held->begun;
  else
    return held.ends;
}

// Of those that are `meant`; there is one.
template <class Map, class Meant>
auto oldest_of(Map& map, Meant meant) {
  auto found = map.end();
  for (auto it = map.begin(); it != map.end(); ++it)
    if (meant(*it) && (found == map.end() || age_of(it->second) < age_of(found->second))) found = it;
  return found;
}

}  // namespace

std::string SignIn::make_link(Person person, Millis life, Moment now) {
  clean(now);
  auto const is_of = [&](auto const& one) { return one.second.person.uid == person.uid; };
  if (static_cast<std::size_t>(std::ranges::count_if(links_, is_of)) >= limits::links_per_uid_max)
    links_.erase(oldest_of(links_, is_of));
  else if (links_.size() >= limits::links_max)
    links_.erase(oldest_of(links_, [](auto const&) { return true; }));
  auto secret = secret_();
  links_.emplace(secret, Link{std::move(person), life, now + limits::link_life});
  return secret;
}

std::optional<std::string> SignIn::open_link(std::string_view secret, Moment now) {
  clean(now);
  auto const link = find_secret(links_, secret);
  if (link == links_.end()) return std::nullopt;
  auto taken = links_.extract(link);
  make_room(taken.mapped().person.uid);
  auto session = std::make_shared<Session>();
  session->person = std::move(taken.mapped().person);
  session->begun = now, session->ends = now + taken.mapped().life;
  auto cookie = secret_();
  sessions_.emplace(cookie, std::move(session));
  return cookie;
}

void SignIn::make_room(std::uint32_t uid) {
  auto const is_of = [&](auto const& one) { return one.second->person.uid == uid; };
  if (static_cast<std::size_t>(std::ranges::count_if(sessions_, is_of)) >= limits::sessions_per_uid_max)
    sessions_.erase(oldest_of(sessions_, is_of));
  else if (sessions_.size() >= limits::sessions_max)
    sessions_.erase(oldest_of(sessions_, [](auto const&) { return true; }));
}

std::shared_ptr<Session> SignIn::find(std::string_view cookie, Moment now) {
  clean(now);
  auto const found = find_secret(sessions_, cookie);
  return found == sessions_.end() ? nullptr : found->second;
}

void SignIn::end(std::string_view cookie) {
  if (auto const found = find_secret(sessions_, cookie); found != sessions_.end()) sessions_.erase(found);
}

std::size_t SignIn::end_all_of(std::uint32_t uid) {
  std::erase_if(links_, [&](auto const& one) { return one.second.person.uid == uid; });
  return std::erase_if(sessions_, [&](auto const& one) { return one.second->person.uid == uid; });
}

void SignIn::clean(Moment now) {
  std::erase_if(links_, [&](auto const& one) { return one.second.ends <= now; });
  std::erase_if(sessions_, [&](auto const& one) { return one.second->ends <= now; });
}

void SignIn::connections_lost(std::function<bool(client::Connection const&)> const& is_lost) {
  for (auto const& [cookie, session] : sessions_)
    if (session->person.connection && is_lost(*session->person.connection)) session->connection_lost = true;
}

std::vector<std::shared_ptr<Session>> SignIn::sessions() const {
  std::vector<std::shared_ptr<Session>> all;
  for (auto const& [cookie, session] : sessions_) all.push_back(session);
  return all;
}

std::optional<Millis> life_of(std::string_view text) {
  std::int64_t number = 0;
  auto const [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view const unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (wrong != std::errc{} || number < 1 || number > 1'000'000) return std::nullopt;
  if (unit.empty() || unit == "s") return std::chrono::seconds(number);
  if (unit == "m") return std::chrono::minutes(number);
  if (unit == "h") return std::chrono::hours(number);
  if (unit == "d") return std::chrono::hours(24 * number);
  return std::nullopt;
}

Millis allowed_life(std::optional<Millis> asked, bool view_only) {
  if (!asked) return view_only ? limits::view_default : limits::session_default;
  return std::clamp(*asked, Millis{1000}, view_only ? limits::view_max : limits::session_max);
}

}  // namespace rsm::web
