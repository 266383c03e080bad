// One handler a method, declared from methods.def: on_mount_submit(Context, MountParams, Reply<SubmitReply>) and so on.
// A handler answers exactly once, at once or later; parameters are decoded and of the right type, session and readiness
// are checked (rules in dispatcher.cpp). What is still the handler's: ranges, rights, the call itself.
// Thread rule: the loop only.
#pragma once

#include "api/server/context.hpp"

namespace rsm::server {

#define RSM_METHOD(cxx_name, wire_name, Params, ReplyStruct, needs, summary) \
  void on_##cxx_name(Context const& c, wire::Params p, Reply<wire::ReplyStruct> reply);
#include "api/protocol/methods.def"
#undef RSM_METHOD

// How many items a page has: as asked, or the default. invalid_parameter (87) beyond limits::page_items_max.
Result<std::size_t> page_limit_of(std::optional<std::int64_t> limit);

// A call that changes records only: success has nothing to say.
void change(Context const& c, std::optional<std::string> key, CatalogCall call, Reply<wire::Empty> reply);
// invalid_parameter (87): a key that is given has 1 to limits::key_bytes_max bytes.
Result<> check_given_key(std::optional<std::string> const& key);

}  // namespace rsm::server
