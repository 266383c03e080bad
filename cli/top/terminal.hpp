// The terminal: draws pictures and reads keys, by ncurses. The only file that knows it is terminal.cpp.
//
// What for: only what has changed since the last picture is sent. The terminal is as before when this object is gone, and also
// when the program crashes. Errors: a sentence why this terminal cannot be used. Thread rule: the main thread; one object.
#pragma once

#include <memory>

#include "cli/top/grid.hpp"
#include "cli/top/keys.hpp"
#include "libmgr/domain/error.hpp"

namespace rsm::top {

class Terminal {
 public:
  static Result<std::unique_ptr<Terminal>> open(bool color);
  ~Terminal();
  Terminal(Terminal const&) = delete;
  Terminal& operator=(Terminal const&) = delete;

  Size size() const;
  void resized();
  void draw(Grid const& grid);
  // The next key; nothing: none is there.
  std::optional<Stroke> key();

 private:
  explicit Terminal(bool color) : color_(color) {}
  bool color_;
  Grid drawn_;
};

// Whether the characters of this locale are those of Unicode.
bool locale_is_utf8();

}  // namespace rsm::top
