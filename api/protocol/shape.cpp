#include "api/protocol/shape.hpp"

#include <algorithm>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/mp11/algorithm.hpp>
#include <optional>
#include <type_traits>

#include "api/protocol/messages.hpp"

namespace rsm::wire {
namespace {

template <class T>
constexpr std::string_view type_name{};
#define RSM_STRUCT(name) \
  template <>            \
  constexpr std::string_view type_name<name> = #name;
#define RSM_ENUM(name) RSM_STRUCT(name)
#include "api/protocol/types.def"
#undef RSM_STRUCT
#undef RSM_ENUM

template <class T>
struct Maker;

template <class T>
Shape const& shape_for() {
  static Shape const shape = Maker<T>::make();
  return shape;
}

template <>
struct Maker<bool> {
  static Shape make() { return {.kind = Kind::boolean}; }
};
template <>
struct Maker<std::int64_t> {
  static Shape make() { return {.kind = Kind::integer}; }
};
template <>
struct Maker<std::string> {
  static Shape make() { return {.kind = Kind::text}; }
};
template <>
struct Maker<Guid> {
  static Shape make() { return {.kind = Kind::guid}; }
};
template <class Tag>
struct Maker<Id<Tag>> {  // its first and only member is the Guid
  static_assert(std::is_standard_layout_v<Id<Tag>> && sizeof(Id<Tag>) == sizeof(Guid));
  static Shape make() { return {.kind = Kind::guid}; }
};
template <>
struct Maker<DescribeReply> {  // its first and only member is the document
  static_assert(std::is_standard_layout_v<DescribeReply> && sizeof(DescribeReply) == sizeof(std::string));
  static Shape make() { return {.kind = Kind::document, .name = type_name<DescribeReply>}; }
};

template <class T>
struct Maker<std::optional<T>> {
  using Object = std::optional<T>;
  static Shape make() {
    return {.kind = Kind::optional,
            .element = &shape_for<T>(),
            .size = [](void const* object) -> std::size_t { return static_cast<Object const*>(object)->has_value() ? 1 : 0; },
            .at = [](void const* object, std::size_t) -> void const* { return &**static_cast<Object const*>(object); },
            .append = [](void* object) -> void* { return &static_cast<Object*>(object)->emplace(); }};
  }
};
template <class T>
struct Maker<std::vector<T>> {
  using Object = std::vector<T>;
  static Shape make() {
    return {.kind = Kind::array,
            .element = &shape_for<T>(),
            .size = [](void const* object) { return static_cast<Object const*>(object)->size(); },
            .at = [](void const* object, std::size_t index) -> void const* { return &(*static_cast<Object const*>(object))[index]; },
            .append = [](void* object) -> void* { return &static_cast<Object*>(object)->emplace_back(); }};
  }
};

template <class T>
  requires std::is_enum_v<T>
struct Maker<T> {
  static Shape make() {
    static_assert(!type_name<T>.empty(), "an enumeration without a row in types.def");
    Shape shape{.kind = Kind::enumeration, .name = type_name<T>};
    shape.words.reserve(boost::mp11::mp_size<boost::describe::describe_enumerators<T>>::value);
    boost::mp11::mp_for_each<boost::describe::describe_enumerators<T>>(
        [&](auto d) { shape.words.push_back({d.name, static_cast<std::int64_t>(d.value)}); });
    shape.number = [](void const* object) { return static_cast<std::int64_t>(*static_cast<T const*>(object)); };
    shape.set_number = [](void* object, std::int64_t value) { *static_cast<T*>(object) = static_cast<T>(value); };
    return shape;
  }
};

template <class T>
  requires boost::describe::has_describe_members<T>::value
struct Maker<T> {
  static Shape make() {
    static_assert(!type_name<T>.empty(), "a structure without a row in types.def");
    Shape shape{.kind = Kind::structure, .name = type_name<T>};
    shape.members.reserve(boost::mp11::mp_size<boost::describe::describe_members<T, boost::describe::mod_public>>::value);
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>([&]<class D>(D) {
      using Type = std::remove_reference_t<decltype(std::declval<T&>().*D::pointer)>;
      shape.members.push_back({D::name, &shape_for<Type>(), [](void* object) -> void* { return &(static_cast<T*>(object)->*D::pointer); }});
    });
    return shape;
  }
};

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

template <class T>
Shape const& shape_of() {
  return shape_for<T>();
}
#define RSM_STRUCT(name) template Shape const& shape_of<name>();
#define RSM_ENUM(name) RSM_STRUCT(name)
#include "api/protocol/types.def"
#undef RSM_STRUCT
#undef RSM_ENUM

std::vector<Shape const*> const& all_structures() {
  static std::vector<Shape const*> const all = {
#define RSM_STRUCT(name) &shape_for<name>(),
#define RSM_ENUM(name)
#include "api/protocol/types.def"
#undef RSM_STRUCT
#undef RSM_ENUM
  };
  return all;
}

std::vector<Shape const*> const& all_enumerations() {
  static std::vector<Shape const*> const all = {
#define RSM_STRUCT(name)
#define RSM_ENUM(name) &shape_for<name>(),
#include "api/protocol/types.def"
#undef RSM_STRUCT
#undef RSM_ENUM
  };
  return all;
}

Word const* Shape::word_of(std::int64_t value) const {
  for (auto const& w : words)
    if (w.number == value) return &w;
  return nullptr;
}

Member const* Shape::find(std::string_view member_name) const {
  for (auto const& m : members)
    if (m.name == member_name) return &m;
  return nullptr;
}

std::string_view nearest(std::string_view word, std::vector<std::string_view> const& candidates) {
  constexpr std::size_t word_max = 64;  // longer ones are no typing mistakes
  if (word.size() > word_max) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (auto candidate : candidates) {
    std::size_t const d = distance(word, candidate);
    if (d < best_distance) best_distance = d, best = candidate;
  }
  return best;
}

}  // namespace rsm::wire
