#include "api/web/picture.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <set>
#include <unordered_map>

#include "api/protocol/codec.hpp"
#include "api/web/limits.hpp"

namespace rsm::web {
namespace {

namespace json = boost::json;

std::string json_text_of(std::string_view text) { return json::serialize(json::string(text)); }

template <class Info>
std::string text_of(Info const& info) {
  return wire::encode_text(info, {.uid = {}, .administrator = true});  // what came from the service has no marks any more
}

template <class Range, class Key>
std::shared_ptr<Items const> items_of(Range const& range, Key key) {
  auto items = std::make_shared<Items>();
  for (auto const& one : range) items->push_back(Item{std::string(key(one)), text_of(one)});
  return items;
}

auto const own_id = [](auto const& info) { return info.id.text(); };

// What changes with every commit is left out: it would make a change of everything.
std::shared_ptr<Items const> service_part(watch::World const& world) {
  auto const& s = world.status;
  json::object service{{"version", s.version}, {"started", s.started}, {"ready", s.ready}, {"sessions", s.sessions}, {"last_event", s.last_event}, {"commit_error", s.commit_error}};
  return std::make_shared<Items>(Items{{"service", json::serialize(service)}});
}

std::shared_ptr<Items const> attention_part(watch::World const& world) {
  auto items = std::make_shared<Items>();
  std::set<std::string_view> seen;
  for (auto const& sentence : world.status.attention)
    if (seen.insert(sentence).second) items->push_back({sentence, json_text_of(sentence)});
  return items;
}

std::shared_ptr<Items const> events_part(watch::World const& world) {
  auto items = std::make_shared<Items>();
  auto const& all = *world.events;
  for (auto i = all.size() > limits::events_shown ? all.size() - limits::events_shown : 0; i < all.size(); ++i) items->push_back({std::to_string(all[i].number), text_of(all[i])});
  return items;
}

std::shared_ptr<Items const> media_part(watch::World const& world) {
  auto items = std::make_shared<Items>();
  for (auto const& [id, medium] : world.out) items->push_back({id.text(), text_of(medium)});
  return items;
}

// ---- text

void append_item(std::string& out, Item const& item) { out += "[" + json_text_of(item.key) + "," + item.json + "]"; }

template <class Range, class Append>
void append_list(std::string& out, Range const& range, Append append) {
  out += '[';
  bool first = true;
  for (auto const& one : range) {
    if (!first) out += ',';
    first = false;
    append(out, one);
  }
  out += ']';
}

std::string changes_of(Items const& before, Items const& after) {
  std::unordered_map<std::string_view, Item const*> was, is;
  for (auto const& item : before) was.emplace(item.key, &item);
  for (auto const& item : after) is.emplace(item.key, &item);
  std::vector<Item const*> put;
  std::vector<std::string_view> gone, applied, wanted;
  for (auto const& item : before) (is.contains(item.key) ? applied : gone).push_back(item.key);
  for (auto const& item : after) {
    wanted.push_back(item.key);
    auto const known = was.find(item.key);
    if (known == was.end()) applied.push_back(item.key);
    if (known == was.end() || known->second->json != item.json) put.push_back(&item);
  }
  std::string out;
  auto const key_of = [](std::string& text, std::string_view key) { text += json_text_of(key); };
  auto const member = [&](char const* name) { out += (out.empty() ? "\"" : ",\"") + std::string(name) + "\":"; };
  if (!put.empty()) member("put"), append_list(out, put, [](std::string& text, Item const* item) { append_item(text, *item); });
  if (!gone.empty()) member("del"), append_list(out, gone, key_of);
  if (applied != wanted) member("order"), append_list(out, wanted, key_of);
  return out;
}

}  // namespace

Picture picture_of(std::shared_ptr<watch::World const> world, Picture const* before) {
  Picture picture;
  auto& parts = picture.parts;
  auto const& status = world->status;
  parts["service"] = service_part(*world);
  parts["libraries"] = items_of(status.libraries, own_id);
  parts["changers"] = items_of(status.changers, own_id);
  parts["drives"] = items_of(status.drives, own_id);
  parts["waiting"] = items_of(status.waiting, [](auto const& one) { return one.request.id.text(); });
  parts["people"] = items_of(status.operator_requests, own_id);
  parts["holders"] = items_of(status.holders, [](auto const& one) { return one.drive.text(); });
  parts["queue"] = items_of(status.queue, [](auto const& one) { return word(one.state); });
  parts["attention"] = attention_part(*world);
  parts["media"] = media_part(*world);
  bool const same_events = before != nullptr && before->world && before->world->events == world->events;
  parts["events"] = same_events ? before->parts.at("events") : events_part(*world);
  for (auto const& [library, slots] : world->slots) {
    auto const known = before == nullptr || !before->world ? nullptr : &before->world->slots;
    bool const same = known != nullptr && known->contains(library) && known->at(library) == slots;
    auto const name = "slots:" + library.text();
    parts[name] = same ? before->parts.at(name) : items_of(*slots, own_id);
  }
  for (auto const& [library, ports] : world->ports) parts["ports:" + library.text()] = items_of(ports, own_id);
  for (auto const& [library, doors] : world->doors) parts["doors:" + library.text()] = items_of(doors, own_id);
  picture.world = std::move(world);
  return picture;
}

std::string snapshot_text(Picture const& picture) {
  std::string out = "{";
  for (auto const& [name, items] : picture.parts) {
    if (out.size() > 1) out += ',';
    out += json_text_of(name) + ":";
    append_list(out, *items, append_item);
  }
  return out + "}";
}

std::string delta_text(Picture const& before, Picture const& after) {
  std::string out;
  auto const member = [&](std::string const& name, std::string const& text) {
    if (!text.empty()) out += (out.empty() ? "{" : ",") + json_text_of(name) + ":{" + text + "}";
  };
  static Items const nothing;
  for (auto const& [name, items] : after.parts) {
    auto const known = before.parts.find(name);
    if (known != before.parts.end() && known->second == items) continue;
    auto changes = changes_of(known == before.parts.end() ? nothing : *known->second, *items);
    if (known == before.parts.end() && changes.empty()) changes = "\"put\":[]";
    member(name, changes);
  }
  for (auto const& [name, items] : before.parts)
    if (!after.parts.contains(name)) member(name, "\"gone\":true");
  return out.empty() ? out : out + "}";
}

}  // namespace rsm::web
