#include "api/protocol/protocol_doc.hpp"

#include <fmt/core.h>

#include <set>

#include "api/protocol/fields.hpp"
#include "api/protocol/limits.hpp"
#include "api/protocol/messages.hpp"
#include "api/protocol/methods.hpp"
#include "libmgr/domain/error.hpp"
#include "libmgr/domain/limits.hpp"

namespace rsm::wire {
namespace {

constexpr std::string_view introduction = R"(# The protocol of rsmd

This page is made by `rsm-protocol-doc` from the same tables that the server uses; do not edit it. The same contract for
programs: the method `rsm.describe` (OpenRPC 1.2.6 with JSON Schemas).

## Framing

JSON-RPC 2.0 over a unix stream socket (`/run/openrsm/rsmd.sock`, or what `OPENRSM_SOCKET` says), one JSON object a line, each line
ended by a line feed, UTF-8. Many calls may be under way on one connection; answers come in the order in which they are ready,
so every call has an `id`: a whole number of 64 bits, or a text of at most 128 bytes. Batches and calls without id are refused.
Parameters are always an object.

```
-> {"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":1,"client":"example 1.0"}}
<- {"jsonrpc":"2.0","id":1,"result":{"protocol":1,"server":"rsmd","version":"0.1.0","ready":true}}
```

The first call on every connection is `hello`. The server refuses unknown members; clients must ignore members that they do not
know, because newer servers send more.

An error whose `id` is null is about the connection itself: the server does not take it (ERROR_BUSY, 170: too many connections), or not any
longer (too many lines that are no calls, nothing read for too long). It may come before any call; then the server closes the connection.

## Values

| kind | on the wire |
|---|---|
| id | a GUID as text, lower case, 8-4-4-4-12; the empty text means none |
| time | whole number, milliseconds since 1970 UTC; null means never |
| duration | whole number of milliseconds, the name ends in `_ms` |
| state | its word, and beside it its number (`state`, `state_code`) |
| text | UTF-8; control characters are escaped, those beyond ASCII, too (`\u0085`) |
| bytes | text in base64 |
| optional | may be left out or null in a call; in a reply an optional number is null when there is none, everything else is left out |

## Errors

```
<- {"jsonrpc":"2.0","id":7,"error":{"code":87,"message":"A parameter is not valid.",
    "data":{"name":"ERROR_INVALID_PARAMETER","object":"params.media[1]","detail":"expected a GUID in lower case, 8-4-4-4-12, got the number 5"}}}
```

(One line on the wire.) `code` is a Win32 number, `message` its sentence, `data.name` its name, `data.object` what it is about, `data.detail` what
stands in the way and what to do. A refused call has changed nothing. Four codes are JSON-RPC's own: -32700 (no JSON), -32600 (no request), -32601
(no such method), -32603 (a fault of the server); `data` is there all the same. Bad parameters are code 87 with the path of the member in `data.object`.
What is checked first: session, service ready, parameters, existence of the objects, rights, states.
While the disk of the catalog is full, what only reads is answered from the last committed state and what changes something is refused with ERROR_DISK_FULL (112).

A client's `key` names one call: sent again, it is answered as the first time, requests in the order asked. The same key for another operation or for other
objects is ERROR_INVALID_PARAMETER (87).

Sentences for people (`reason`, `why`, `detail`, events and so on) may name a file that keeps a volume busy. Its path is for the owner of the file, for whoever
has it open and for administrators; everybody else reads "a file of user alice" in its place. `metrics.read` says that to everybody.

| code | name | meaning |
|---|---|---|
)";

constexpr std::string_view explanations = R"(
## Sessions

`session.open` makes a session and attaches the connection to it; what changes something needs one (otherwise ERROR_INVALID_HANDLE, 6).
A session is not a connection: when the connection breaks, the session lives on for its grace time (`grace_ms`), and
`session.attach` with its id and secret takes it over from a new connection. `session.close`, or the end of the grace time, cancels the calls of
the session that wait; mounts asked with `nowait` and all dismounts go on. A connection is attached to one session at a time: opening or attaching
another one detaches it from the one before.

Calls that make a request carry a `key`, chosen by the client and unique in the session (1 to 64 bytes). After a broken connection send the call again
with the same key: it is recognised, never runs twice, and answers with the ids of the first time.
So do calls that change the catalog only (pools, media in them, sides, media types, names, settings, attributes), where the key may be left out: a call with a key that was carried out is
answered and not carried out again, as long as its session lives, also by a service that was started again; one that was refused is looked at anew. `hello` says in `recognises_changes` that the service takes these keys.

## Requests

`mount.submit`, `dismount.submit` and everything else that is queued answer when the request is durable; `request.wait` waits for its end,
`request.explain` says why it still waits. `mount.run` is both in one.

## Lists

`<kind>.list` gives pages in a stable order: pass `next_cursor` of the last reply as `cursor`; a reply without `next_cursor` was the last page.
A cursor is opaque. A page ends at `limit` items or when its line would become too long, whichever comes first. Requests come newest first, libraries and their
parts, pools and types in the order of numbers or of creation, everything else in the order of ids. `container` narrows a list exactly as in `object.enumerate`:

| type | may be listed in |
|---|---|
| changer, drive, door, port, slot | nothing (all), library |
| library, operator_request, session | nothing |
| request | nothing, library |
| medium | nothing, pool, library |
| side | nothing, logical_medium, medium, pool |
| logical_medium | nothing, pool, side |
| pool | nothing (top level), pool |
| media_type | nothing, library |
| computer, changer_type, drive_type | nothing |

Any other pair is ERROR_INVALID_PARAMETER (87), an unknown container ERROR_OBJECT_NOT_FOUND (4312). Names in `<kind>.get`: a name that fits two objects is
ERROR_INVALID_NAME (123). Parts of a library are also found as `library/name` or `library/number`.

## Events

Every change of every object is an event: numbered from 1 without gaps, durable, and seen only after its commit. The end of a request is one event of
kind complete: its last update, too. `event.read` gives the events after
`cursor`; pass the reply's `cursor` to the next call and nothing is missed, also across restarts of the server and of the client. `cursor` 0 starts at
the oldest event that is kept, no cursor at what comes from now on. With `wait_ms` the call waits for the first event; an empty reply
means nothing yet (the time was over, or many events of other types were passed over): call again with its cursor.
A cursor older than what is kept is ERROR_NO_DATA (232), and `data.detail` names the oldest cursor that can be used: read all objects again, then go on from there.
After a restore of the catalog `history` is another one, here and in `status`; numbers go on above all that were given before, and every cursor of the history before is
answered with ERROR_NO_DATA (232).

## Turns

Calls are served in turn by user, not by connection: a user with a thousand connections waits for itself, not for others' calls.

## Rights

Who may do what is said by security descriptors of Windows (self-relative, MS-DTYP 2.4.6, in base64: `security.get`, `security.set`). Three kinds of objects have one: a pool
decides for its media, sides and logical media, a library for its parts and requests, the computer for media types, operator requests and sessions; the root of the pools is a pool.
Users and groups of the machine are S-1-22-1-uid and S-1-22-2-gid. Without one of its own an object is for administrators (root, the daemon's own user, members of the configured
group), and everyone may use it. Administrators may always. A new pool directly under the root is of whoever made it and of administrators; one below takes the entries that are to be
inherited, too; or `pool.create` says it. A call without the right it takes is ERROR_ACCESS_DENIED (5): the error names the object, the right and who may give it.

What is one's own is one's own without any right: cancelling requests, closing sessions, dismounting what is mounted for oneself, with force, too. Only administrators may ask for more
than the configured priority, give an object to another owner, and see or set the list of audit. One user has at most so many requests open (configuration), sessions and calls that
wait: one more gets ERROR_RESOURCE_NOT_AVAILABLE (5006).

What a caller may not use is not shown to it: lists leave it out (a page may be empty and lead on), single objects are refused, `status` has only what may be read. In what others show of
it (drives, slots, requests, operator requests, events) its name and the sentences about it are empty. Texts of `attention` and figures name libraries and drives, and are for everyone who may use the computer.

`status`, `metrics.read` and `rsm.describe` are composed once for each change and given to all who ask. While nothing changes `now` in them, and ages, may be 100 ms old; what a caller was answered before is always in them.

Which right a call takes on which object: [rights.md](rights.md).

)";

std::string type_text(Shape const& shape) {
  switch (shape.kind) {
    case Kind::boolean: return "true or false";
    case Kind::integer: return "number";
    case Kind::text: return "text";
    case Kind::guid: return "id";
    case Kind::optional: return type_text(*shape.element);
    case Kind::array: return "array of " + type_text(*shape.element);
    case Kind::document: return "OpenRPC document";
    case Kind::enumeration:
    case Kind::structure: break;
  }
  std::string anchor;
  for (char c : shape.name) anchor += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return fmt::format("[{}](#{})", shape.name, anchor);
}

std::string errors_table() {
  std::string out;
  for (Errc const code : all_errors())
    if (code != Errc::success) out += fmt::format("| {} | {} | {} |\n", static_cast<std::uint32_t>(code), error_name(code), error_sentence(code));
  return out;
}

std::string limits_table() {
  auto const row = [](std::string_view what, std::string const& limit) { return fmt::format("| {} | {} |\n", what, limit); };
  std::string out = "## Limits\n\n| what | limit |\n|---|---|\n";
  out += row("line from a client", fmt::format("{} bytes", limits::line_bytes_max));
  out += row("page of a list, as a line", fmt::format("{} bytes", limits::line_bytes_max));
  out += row("depth of a JSON text", fmt::format("{} levels", limits::json_depth_max));
  out += row("calls under way on a connection", fmt::format("{}; then the server stops reading", limits::calls_open_per_connection_max));
  out += row("answers not yet read", fmt::format("{} bytes, then the server stops reading; {} bytes, or {} without progress: cut off",
                                                  limits::outbox_pause_bytes, limits::outbox_bytes_max,
                                                  duration_text(limits::write_stall_max)));
  out += row("lines that are no JSON-RPC", fmt::format("{}, then the connection is closed", limits::bad_lines_max));
  out += row("time until `hello`", duration_text(limits::hello_wait));
  out += row("connections of one user", fmt::format("{}", limits::connections_per_uid_max));
  out += row("connections of all", fmt::format("{}, the last {} of them for administrators", limits::connections_total_max, limits::connections_reserved));
  out += row("answers not yet read by one user, on all its connections", fmt::format("{} bytes; then its calls wait", limits::unread_bytes_per_uid_max));
  out += row("reads of one user that wait for a commit", fmt::format("{}; the others wait their turn", limits::reads_waiting_per_uid_max));
  out += row("calls of one user that wait for events", fmt::format("{}; then ERROR_BUSY", limits::event_waits_per_uid_max));
  out += row("sessions of one user", fmt::format("{}", limits::sessions_per_uid_max));
  out += row("items of a page", fmt::format("{}, without `limit` {}", limits::page_items_max, limits::page_items_default));
  out += row("events of one reply", fmt::format("{}", limits::events_page_max));
  out += row("media in one mount or dismount", fmt::format("{}", limits::mount_media_max));
  out += row("`key`", fmt::format("1 to {} bytes", limits::key_bytes_max));
  out += row("one waiting call", duration_text(limits::wait_max));
  return out;
}

// "time" and "duration" say more than "number".
std::string member_type_text(Shape const& object, Member const& member) {
  auto const& shape = member.shape->kind == Kind::optional ? *member.shape->element : *member.shape;
  if (shape.kind != Kind::integer) return type_text(*member.shape);
  switch (field_info(object.name, member.name).as) {
    case FieldAs::time: return "time";
    case FieldAs::duration: return "duration";
    case FieldAs::bytes: return "number of bytes";
    default: return type_text(*member.shape);
  }
}

std::string members_table(Shape const& shape) {
  if (shape.members.empty()) return "none\n";
  std::string out = "| name | type | optional |\n|---|---|---|\n";
  for (auto const& m : shape.members)
    out += fmt::format("| {} | {} | {} |\n", m.name, member_type_text(shape, m), m.shape->may_be_absent() ? "yes" : "");
  return out;
}

std::string method_section(MethodInfo const& method) {
  std::string out = fmt::format("### {}\n\n{}\n\n", method.name, method.summary);
  if (method.needs == Needs::session) out += "Needs a session.\n\n";
  if (method.needs == Needs::always) out += "Served also while the service starts.\n\n";
  out += "Parameters:" + std::string(method.params()->members.empty() ? " " : "\n\n") + members_table(*method.params());
  out += "\nResult: " + type_text(*method.reply()) + "\n\n";
  return out;
}

std::string result_sections() {
  std::set<Shape const*> params;
  for (auto const& m : methods()) params.insert(m.params());
  params.erase(&shape_of<Empty>());
  std::string out = "## Results\n\n";
  for (auto const* shape : all_structures()) {
    if (params.contains(shape) || shape->kind == Kind::document) continue;
    out += fmt::format("### {}\n\n{}\n", shape->name, members_table(*shape));
  }
  return out;
}

std::string words_sections() {
  std::string out = "## Words and their numbers\n\n";
  for (auto const* shape : all_enumerations()) {
    out += fmt::format("### {}\n\n", shape->name);
    for (auto const& w : shape->words) out += fmt::format("{}{} {}", w.word == shape->words.front().word ? "" : ", ", w.word, w.number);
    out += "\n\n";
  }
  out.pop_back();
  return out;
}

}  // namespace

std::string protocol_document() {
  std::string out{introduction};
  out += errors_table();
  out += "\n" + limits_table();
  out += explanations;
  out += "## Methods\n\n";
  for (auto const& m : methods()) out += method_section(m);
  out += result_sections();
  out += words_sections();
  return out;
}

}  // namespace rsm::wire
