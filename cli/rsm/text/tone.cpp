#include "cli/rsm/text/tone.hpp"

namespace rsm::cli {
namespace {

std::string_view code_of(Tone tone) {
  switch (tone) {
    case Tone::strong: return "\x1b[1m";
    case Tone::dim: return "\x1b[2m";
    case Tone::good: return "\x1b[32m";
    case Tone::attention: return "\x1b[33m";
    case Tone::bad: return "\x1b[1;31m";
    case Tone::plain: break;
  }
  return {};
}

}  // namespace

std::string paint(Canvas const& canvas, Tone tone, std::string_view text) {
  auto const code = code_of(tone);
  if (!canvas.color || code.empty() || text.empty()) return std::string{text};
  return std::string{code} + std::string{text} + "\x1b[0m";
}

}  // namespace rsm::cli
