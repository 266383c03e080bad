#include "libmgr/queue/places.hpp"

namespace rsm {
namespace {

class Places {
 public:
  void give(RequestRecord const& request, std::uint32_t place) {
    if (request.order != place) changed_[request.id] = place;
  }
  std::map<RequestId, std::uint32_t> take() { return std::move(changed_); }

 private:
  std::map<RequestId, std::uint32_t> changed_;
};

// They come last, one after the other; those who were last until now move up by as much as is needed.
std::map<RequestId, std::uint32_t> at_the_end(std::vector<RequestRecord const*> const& line, std::vector<RequestRecord const*> const& moved) {
  Places places;
  std::uint32_t place = order_last;
  for (auto one = moved.rbegin(); one != moved.rend(); ++one) places.give(**one, place--);
  for (auto one = line.rbegin(); one != line.rend() && (*one)->order != order_none && (*one)->order > place; ++one) places.give(**one, place--);
  return places.take();
}

}  // namespace

std::map<RequestId, std::uint32_t> places_for(std::vector<RequestRecord const*> const& line, std::vector<RequestRecord const*> const& moved, std::uint32_t place) {
  if (place - 1 > line.size()) return at_the_end(line, moved);
  Places places;
  auto const before = line.begin() + (place - 1);
  std::uint32_t next = 0;
  for (auto one = line.begin(); one != before; ++one) places.give(**one, ++next);
  for (auto const* one : moved) places.give(*one, ++next);
  for (auto one = before; one != line.end() && (*one)->order != order_none && (*one)->order <= next; ++one) places.give(**one, ++next);
  return places.take();
}

}  // namespace rsm
