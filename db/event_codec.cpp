#include "db/event_codec.hpp"

#include <cstring>

namespace rsm::db {
namespace {

constexpr char format_version = 1;
constexpr std::uint8_t has_request = 1, has_guard = 2;  // what follows the texts of an event

void put_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out += static_cast<char>(value | 0x80);
  out += static_cast<char>(value);
}

void put_signed(std::string& out, std::int64_t value) {
  put_varint(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

void put_text(std::string& out, std::string const& text) {
  put_varint(out, text.size());
  out += text;
}

void put_guid(std::string& out, Guid const& guid) {
  out.append(reinterpret_cast<char const*>(guid.bytes.data()), guid.bytes.size());
}

// Takes from the front; once something is missing, everything after it is zero and ok() is false.
class Taker {
 public:
  explicit Taker(std::string_view rest) : rest_(rest) {}
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

  std::uint8_t byte() {
    auto const piece = bytes(1);
    return piece.empty() ? 0 : static_cast<std::uint8_t>(piece[0]);
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      std::uint8_t const b = byte();
      value |= static_cast<std::uint64_t>(b & 0x7f) << shift;
      if ((b & 0x80) == 0) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t signed_varint() {
    std::uint64_t const v = varint();
    return static_cast<std::int64_t>((v >> 1) ^ (~(v & 1) + 1));
  }
  std::string text() { return std::string(bytes(varint())); }
  Guid guid() {
    Guid guid;
    auto const piece = bytes(guid.bytes.size());
    if (!piece.empty()) std::memcpy(guid.bytes.data(), piece.data(), piece.size());
    return guid;
  }

 private:
  std::string_view bytes(std::uint64_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    auto const piece = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return piece;
  }

  std::string_view rest_;
  bool ok_ = true;
};

template <Worded E>
bool has_word(E value) {
  return boost::describe::enum_to_string(value, nullptr) != nullptr;
}

}  // namespace

void EventEncoder::add(Event const& event) {
  if (payload_.empty()) payload_ += format_version;
  std::int64_t const time = to_ms(event.time);
  // Unsigned, so that any two times have a difference; decoding adds it the same way.
  put_signed(payload_, static_cast<std::int64_t>(static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(last_time_)));
  last_time_ = time;
  payload_ += static_cast<char>(event.kind);
  payload_ += static_cast<char>(event.type);
  put_guid(payload_, event.object);
  put_text(payload_, event.state);
  put_text(payload_, event.reason);
  payload_ += static_cast<char>((event.request ? has_request : 0) | (event.guard.is_zero() ? 0 : has_guard));
  if (event.request) put_guid(payload_, event.request.guid);
  if (!event.guard.is_zero()) put_guid(payload_, event.guard);
}

Result<std::vector<Event>> decode_events(std::string_view payload, std::uint64_t first) {
  auto const damaged = [&](char const* how) {
    return fail(Errc::database_failure, "events from number " + std::to_string(first),
                std::string(how) + "; the catalog is damaged: run 'rsm catalog check', restore a backup (docs/recovery.md)");
  };
  Taker take(payload);
  if (take.byte() != format_version) return damaged("the format of the row is not known");
  std::vector<Event> events;
  std::int64_t time = 0;
  while (take.ok() && !take.at_end()) {
    Event event;
    event.number = first + events.size();
    time = static_cast<std::int64_t>(static_cast<std::uint64_t>(time) + static_cast<std::uint64_t>(take.signed_varint()));
    event.time = from_ms(time);
    event.kind = static_cast<EventKind>(take.byte());
    event.type = static_cast<ObjectType>(take.byte());
    event.object = take.guid();
    event.state = take.text();
    event.reason = take.text();
    std::uint8_t const has = take.byte();
    if ((has & has_request) != 0) event.request.guid = take.guid();
    if ((has & has_guard) != 0) event.guard = take.guid();
    if (has > (has_request | has_guard) || !has_word(event.kind) || !has_word(event.type)) return damaged("an event has no meaning");
    events.push_back(std::move(event));
  }
  if (!take.ok()) return damaged("the row ends in the middle of an event");
  return events;
}

}  // namespace rsm::db
