#include "api/protocol/fields.hpp"

#include <algorithm>
#include <array>

namespace rsm::wire {
namespace {

struct Row {
  std::string_view member;
  FieldAs as;
  std::string_view label;
};

constexpr auto rows = std::to_array<Row>({
#define RSM_FIELD(member, as, label) {#member, FieldAs::as, label},
#include "api/protocol/fields.def"
#undef RSM_FIELD
});

// "allocation_policy" -> "Allocation policy"
std::string label_of(std::string_view member) {
  std::string label(member);
  std::replace(label.begin(), label.end(), '_', ' ');
  if (!label.empty() && label[0] >= 'a' && label[0] <= 'z') label[0] = static_cast<char>(label[0] - 'a' + 'A');
  return label;
}

}  // namespace

FieldInfo field_info(std::string_view object, std::string_view member) {
  std::string const of_object = std::string(object) + "." + std::string(member);
  for (auto const name : {std::string_view(of_object), member})
    for (auto const& row : rows)
      if (row.member == name) return {row.as, std::string(row.label)};
  if (member.ends_with("_code")) return {FieldAs::hidden, label_of(member)};
  if (member.ends_with("_ms")) return {FieldAs::duration, label_of(member.substr(0, member.size() - 3))};
  return {FieldAs::plain, label_of(member)};
}

}  // namespace rsm::wire
