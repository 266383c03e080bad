// Objects of every message type, filled from a seed: for tests that go over all of types.def.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "api/protocol/messages.hpp"
#include "api/protocol/shape.hpp"
#include "libmgr/base/random.hpp"

namespace rsm::wire {

struct SampleType {
  Shape const* shape;
  std::shared_ptr<void> (*make)();
};

inline std::vector<SampleType> const& sample_types() {
  static std::vector<SampleType> const all = {
#define RSM_ENUM(name)
#define RSM_STRUCT(name) {&shape_of<name>(), [] { return std::static_pointer_cast<void>(std::make_shared<name>()); }},
#include "api/protocol/types.def"
#undef RSM_STRUCT
#undef RSM_ENUM
  };
  return all;
}

inline std::string sample_text(SeededRandom& random) {
  static char const* const texts[] = {"", "A00001", "Laufwerk \xc3\xa4\xc3\xb6", "tab\tline\nquote\"back\\slash", "\xf0\x9f\x93\xbc tape", "\x01\x1f", "Import\\LTO Ultrium"};
  return texts[random.below(std::size(texts))];
}

// Fills every member; absent optionals where the seed says so.
inline void fill(Shape const& shape, void* object, SeededRandom& random) {
  switch (shape.kind) {
    case Kind::boolean: *static_cast<bool*>(object) = random.chance(50); break;
    case Kind::integer: *static_cast<std::int64_t*>(object) = static_cast<std::int64_t>(random.next()) >> random.below(64); break;
    case Kind::text: *static_cast<std::string*>(object) = sample_text(random); break;
    case Kind::guid: *static_cast<Guid*>(object) = random.chance(20) ? Guid{} : random.guid(); break;
    case Kind::enumeration: shape.set_number(object, shape.words[random.below(shape.words.size())].number); break;
    case Kind::optional:
      if (random.chance(60)) fill(*shape.element, shape.append(object), random);
      break;
    case Kind::array:
      for (auto n = random.below(4); n > 0; --n) fill(*shape.element, shape.append(object), random);
      break;
    case Kind::structure:
      for (auto const& m : shape.members) fill(*m.shape, m.in(object), random);
      break;
    case Kind::document: *static_cast<std::string*>(object) = R"({"openrpc":"1.2.6","methods":[]})"; break;
  }
}

inline std::shared_ptr<void> sample(SampleType const& type, SeededRandom& random) {
  auto object = type.make();
  fill(*type.shape, object.get(), random);
  return object;
}

}  // namespace rsm::wire
