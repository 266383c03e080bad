// JSON-RPC 2.0 frames: one JSON object a line.
//
// What for: reads and writes the envelope; what is inside params and result is the codec's business. An id is a whole number or a
// text of at most 128 bytes. Batches (arrays) and calls without id are refused: nothing here runs without an answer.
// Errors: code = Win32 number and data = {name, object, detail}. Only where JSON-RPC has no room for a Win32 number the code
// is one of its own: -32700 no JSON, -32600 no request, -32601 no such method, -32603 fault of the server; data.name is
// there all the same. Bad parameters are code 87 with the path of the member as object.
// Thread rule: pure functions. Source: jsonrpc.org/specification, architecture decision 20.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "libmgr/domain/error.hpp"

namespace rsm::wire {

using CallId = std::variant<std::int64_t, std::string>;
constexpr std::size_t call_id_bytes_max = 128;

namespace rpc_code {
constexpr std::int64_t no_json = -32700;
constexpr std::int64_t no_request = -32600;
constexpr std::int64_t no_such_method = -32601;
constexpr std::int64_t internal = -32603;
}  // namespace rpc_code

struct Call {
  CallId id;
  std::string method;
  boost::json::value params;  // an object; an empty one where the line has none
};

// Why a line is no call; the id where one could be read.
struct BadCall {
  std::optional<CallId> id;
  std::int64_t code = rpc_code::no_request;
  Error error;
};

std::expected<Call, BadCall> parse_call(std::string_view line);

// A call without parameters, written as our clients write it and no byte otherwise: recognised without reading it as JSON. Nothing: parse_call() says what it is.
struct PlainCall {
  std::string_view id;      // a whole number, as it stands in the line
  std::string_view method;  // small letters, points, underscores
};
std::optional<PlainCall> plain_call(std::string_view line);

// What a server answered.
struct Answer {
  std::optional<CallId> id;  // none: the server could not read the call's
  std::expected<boost::json::value, Error> result;
};

// Errc::bad_format for what is no answer at all.
Result<Answer> parse_answer(std::string_view line);

// A line on its way to a client: a text of its own, and after it what it shares with the lines of others.
class Line {
 public:
  Line() = default;
  Line(std::string text) : own_(std::move(text)) {}
  Line(std::string own, std::shared_ptr<std::string const> shared) : own_(std::move(own)), shared_(std::move(shared)) {}

  std::string_view own() const { return own_; }
  std::string_view shared() const { return shared_ ? std::string_view(*shared_) : std::string_view(); }
  std::size_t size() const { return own_.size() + (shared_ ? shared_->size() : 0); }
  // The whole, in one piece.
  operator std::string() && {
    if (shared_) own_ += *shared_;
    return std::move(own_);
  }

 private:
  std::string own_;
  std::shared_ptr<std::string const> shared_;
};

// Lines, with the line feed at their end.
std::string call_line(CallId const& id, std::string_view method, boost::json::value params);
std::string reply_line(CallId const& id, boost::json::value result);
std::string reply_line_of_text(CallId const& id, std::string_view result);  // result: a JSON text
// The same in two pieces, of which the second is the same for every id.
std::string reply_beginning(CallId const& id);
std::string reply_beginning_of_text(std::string_view id);  // a JSON text
std::string reply_ending(std::string result);
std::string error_line(std::optional<CallId> const& id, Error const& error);
std::string error_line(BadCall const& bad);

}  // namespace rsm::wire
