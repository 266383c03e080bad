// The steps of requests on standard error. Thread rule: the main thread.
#pragma once

#include <string>
#include <vector>

#include "cli/rsm/commands/context.hpp"

namespace rsm::cli {

class Progress {
 public:
  Progress(Context& context, std::vector<std::string> labels);

  // Request `index` has come to this step; the same step again only replaces its reason.
  void step(std::size_t index, std::string const& step, std::string const& reason);
  // Whether nothing has been shown of this request.
  bool silent(std::size_t index) const { return lines_[index].steps.empty(); }
  // Redraws the running times, on a terminal.
  void tick();

 private:
  struct Line {
    std::string label;
    std::vector<std::string> steps;
    std::string reason;
    std::int64_t since = 0;
    bool over = false;
  };
  // `from`: the first step that is told.
  std::string text_of(Line const& line, std::size_t from, std::int64_t now) const;
  std::vector<std::string> lines_of(Line const& line, Canvas const& canvas) const;
  void draw();

  Context& context_;
  std::vector<Line> lines_;
  std::size_t drawn_ = 0;
};

}  // namespace rsm::cli
