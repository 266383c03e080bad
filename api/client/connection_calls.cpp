// The methods with their types: from structs to JSON and back.
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "api/client/connection_impl.hpp"
#include "api/protocol/codec.hpp"
#include "api/protocol/json_text.hpp"
#include "api/protocol/shape.hpp"

namespace rsm::client {

namespace json = boost::json;

namespace {

// The pages of the heap that an answer is read into, all at once. A system that does not know this gives them one by one when they are written to.
void make_room() {
  auto const page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  void* const room = std::malloc(limits::client_answer_room);
  auto const first_page = (reinterpret_cast<std::uintptr_t>(room) + page - 1) / page * page;
  if (room != nullptr) ::madvise(reinterpret_cast<void*>(first_page), limits::client_answer_room - page, MADV_POPULATE_WRITE);
  std::free(room);
}

template <class Reply>
void prepare_to_read() {
  make_room();
  wire::shape_of<wire::HelloReply>();
  wire::shape_of<Reply>();
}

}  // namespace

template <class Params, class Reply>
Result<Reply> Connection::call(std::string_view method, Params const& params, std::optional<Millis> limit) {
  RSM_TRY(json::value const result, impl_->exchange(method, wire::encode(params).get_object(), limit, &prepare_to_read<Reply>));
  auto reply = wire::decode<Reply>(result, wire::Strictness::client_lenient, method);
  if (!reply) return fail(Errc::not_connected, reply.error().object, "the service's answer cannot be read: " + reply.error().detail);
  return reply;
}

namespace {
// Taking the address makes the compiler emit each instantiation; explicit ones would refuse rows with equal types.
template <class Params, class Reply>
using Typed = Result<Reply> (Connection::*)(std::string_view, Params const&, std::optional<Millis>);
}  // namespace

#define RSM_METHOD(cxx_name, wire_name, Params, Reply, needs, summary) \
  extern Typed<wire::Params, wire::Reply> const emitted_##cxx_name; \
  Typed<wire::Params, wire::Reply> const emitted_##cxx_name = &Connection::call<wire::Params, wire::Reply>; \
  Result<wire::Reply> Connection::cxx_name(wire::Params const& params, std::optional<Millis> limit) { \
    return call<wire::Params, wire::Reply>(wire_name, params, limit); \
  }
#include "api/protocol/methods.def"
#undef RSM_METHOD

Result<std::string> Connection::call_raw(std::string_view method, std::string_view params_json, std::optional<Millis> limit) {
  auto params = wire::parse_json(params_json);
  if (!params || !params->is_object())
    return fail(Errc::invalid_parameter, std::string(method), params ? "params must be a JSON object" : params.error().detail);
  RSM_TRY(json::value const result, impl_->exchange(method, params->get_object(), limit, nullptr));
  return wire::json_text(result);
}

Result<wire::SessionOpenReply> Connection::open_session(std::string application) {
  {
    std::lock_guard const lock(impl_->mutex);
    if (impl_->session) return fail(Errc::already_exists, "session", "this connection has one: close it first");
  }
  wire::SessionOpenParams params;
  if (!application.empty()) params.application = std::move(application);
  return session_open(params);
}

Result<> Connection::close_session() {
  {
    std::lock_guard const lock(impl_->mutex);
    if (!impl_->session) return fail(Errc::invalid_handle, "session", "this connection has none");
    if (impl_->state != Impl::State::connected) {
      impl_->session.reset();
      return fail(Errc::connection_unavail, "session", "the connection is broken; the service closes the session after its grace");
    }
  }
  auto const closed = session_close({});
  std::lock_guard const lock(impl_->mutex);
  impl_->session.reset();
  if (closed) return {};
  if (closed.error().code != Errc::not_connected) return std::unexpected(closed.error());
  return fail(Errc::connection_unavail, "session", closed.error().detail);
}

}  // namespace rsm::client
