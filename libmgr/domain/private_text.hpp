// Words that not everybody may read, inside a sentence that everybody gets.
//
// What for: the reason why a volume is busy names a file, and the file may lie in a folder that only its owner may look into. The
// sentence is made once and kept whole (reasons of requests and drives, events, errors); who asks decides what is shown of it: the owner and
// administrators read the path, everybody else "a file of user alice". The words stand between marks, characters that Unicode keeps for
// the inside of a program (U+FDD0 to U+FDD2). A text with marks may be joined with others, stored, and cut anywhere: what is behind
// a cut is never shown to the wrong person. At every border the marks go: on the way out show() or show_to_all(), on the way in
// without_marks(), so that nobody can make up some. Errors: none. Thread rule: pure functions. Source: Unicode standard, section 23.7 (noncharacters).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rsm::private_text {

// `full` for these users and for administrators, `open` for everybody else.
std::string make(std::span<std::uint32_t const> owners, std::string_view full, std::string_view open);

struct Reader {
  std::optional<std::uint32_t> uid;  // none: nobody in particular
  bool administrator = false;
};
std::string show(std::string_view text, Reader const& reader);
// For what many read: logs, figures.
std::string show_to_all(std::string_view text);
bool has_marks(std::string_view text);
// Text from outside: each mark becomes U+FFFD.
std::string without_marks(std::string_view text);

}  // namespace rsm::private_text
