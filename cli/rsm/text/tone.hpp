// What a piece of text means to the reader; on a terminal a colour shows it, elsewhere the words have to say it alone.
// Thread rule: values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rsm::cli {

enum class Tone { plain, strong, dim, good, attention, bad };

// How and where output appears.
struct Canvas {
  int width = 0;        // cells; 0: no limit (not a terminal)
  int height = 0;       // lines; 0: no limit
  bool color = false;
  bool header = true;   // titles over the columns of a table
  std::int64_t now = 0;  // milliseconds UTC: ages are counted from here
};

// The text in its colour when the canvas has colours.
std::string paint(Canvas const& canvas, Tone tone, std::string_view text);

}  // namespace rsm::cli
