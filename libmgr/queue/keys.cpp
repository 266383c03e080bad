#include "libmgr/queue/keys.hpp"

#include <algorithm>
#include <functional>

#include "libmgr/base/planted.hpp"

namespace rsm {
namespace {

template <class AnyId>
bool fits(AnyId const& asked, AnyId const& recorded) {
  return asked.is_zero() || asked == recorded;
}

bool fits(std::optional<std::uint32_t> const& asked, std::optional<std::uint32_t> const& recorded) { return !asked || asked == recorded; }

bool is_about(RequestRecord const& request, KeyedObject const& object) {
  return fits(object.library, request.library) && fits(object.medium, request.medium) && fits(object.side, request.side) && fits(object.drive, request.drive) &&
         fits(object.slot, request.slot) && fits(object.port, request.port) && object.exchange == !request.partner.is_zero();
}

std::unexpected<Error> names_another(std::string const& key, RequestRecord const& first, std::string const& how) {
  return fail(Errc::invalid_parameter, "key " + key,
              "it names another call, a " + word(first.operation) + " (" + name_of(first.id) + "): " + how + "; make a new key for each call");
}

}  // namespace

Result<std::optional<std::vector<RequestId>>> answer_of_key(std::string const& key, std::vector<RequestRecord> const& known, KeyedCall const& call) {
  if (known.empty()) return std::nullopt;
  auto const& first = known.front();
  for (auto const& request : known)
    if (request.operation != call.operation) return names_another(key, first, "this one is a " + word(call.operation));
  if (known.size() < call.objects.size() && first.group_size == call.objects.size())
    return fail(Errc::no_data, "key " + key, "a part of its call is no longer kept; make a new key");
  if (known.size() != call.objects.size())
    return names_another(key, first, "it has " + std::to_string(known.size()) + " requests and this one would have " + std::to_string(call.objects.size()));
  std::vector<RequestId> ids;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (!is_about(known[i], call.objects[i])) return names_another(key, first, "this one is about other objects, or in another order");
    ids.push_back(known[i].id);
  }
  if (planted(PlantedBug::answers_in_id_order)) std::ranges::sort(ids, std::greater{});
  return ids;
}

}  // namespace rsm
