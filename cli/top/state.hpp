// What a person has chosen on the screen. Thread rule: values.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/watch/world.hpp"
#include "cli/top/grid.hpp"

namespace rsm::top {

enum class Pane { queue, people, events, slots, drives };
inline constexpr std::size_t panes = 5;
constexpr std::size_t index_of(Pane pane) { return static_cast<std::size_t>(pane); }

// How it may look.
struct Look {
  bool color = true;
  bool ascii = false;      // no mark beyond ASCII
  bool read_only = false;  // nothing can be asked for
};

enum class Deed { mount, dismount, cancel, eject, enable, satisfy, refuse };

// Something that is asked of the service: of which object, with the sentence that says it.
struct Action {
  Deed deed = Deed::cancel;
  ObjectType type = ObjectType::unknown;
  Guid object;
  std::string what;  // "cancel 77be0134"
  friend bool operator==(Action const&, Action const&) = default;
};

// A question that has to be answered before something is taken away; no is what is meant by anything but y.
struct Question {
  std::string text;
  Action action;
  friend bool operator==(Question const&, Question const&) = default;
};

struct Paragraph {
  std::string title, text;
  int first = 0;  // line that is shown first
};

struct State {
  std::size_t library = 0;  // which of those that have something to show
  Pane pane = Pane::queue;
  std::array<std::size_t, panes> selected{};
  std::array<std::string, panes> filter;
  bool typing = false;  // into the filter of the pane
  bool help = false;
  std::shared_ptr<watch::World const> held;  // the picture that is kept
  std::optional<Question> question;
  std::optional<Paragraph> paragraph;
  std::string message;  // what became of the last action
};

}  // namespace rsm::top
