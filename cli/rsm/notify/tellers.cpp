#include "cli/rsm/notify/tellers.hpp"

#include <unistd.h>

#include <filesystem>

#include "cli/rsm/commands/program.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::cli {
namespace {

std::string own_program(std::string const& name) {
  if (name.find('/') != std::string::npos) return name;
  std::error_code none;
  auto const self = std::filesystem::read_symlink("/proc/self/exe", none).parent_path();
  for (auto const& folder : {self, std::filesystem::path(RSM_LIBEXEC_DIRECTORY)})
    if (auto const place = folder / name; ::access(place.c_str(), X_OK) == 0) return place.string();
  return name;
}

std::string filled(std::string word, Message const& message) {
  for (auto const& [mark, text] :
       {std::pair<std::string_view, std::string const&>{"{subject}", message.subject}, {"{text}", message.text}}) {
    std::string out;
    std::size_t begin = 0;
    for (auto at = word.find(mark); at != std::string::npos; at = word.find(mark, begin)) {
      out += word.substr(begin, at - begin) + text;
      begin = at + mark.size();
    }
    word = out + word.substr(begin);
  }
  return word;
}

Result<> tell_one(Teller const& teller, Millis limit, Message const& message) {
  ProgramOrder order{.words = {},
                     .input = message_json(message),
                     .limit = limit,
                     .own_group = true,
                     .environment = {"OPENRSM_SUBJECT=" + message.subject, "OPENRSM_TEXT=" + message.text}};
  for (auto const& word : teller) order.words.push_back(order.words.empty() ? own_program(word) : filled(word, message));
  RSM_TRY(auto const end, run_program(order));
  if (end.status == 0) return {};
  auto const said = printable(last_line(end.complaint.empty() ? end.out : end.complaint));
  return fail(Errc::write_fault, teller.front(), "it ended with " + std::to_string(end.status) + (said.empty() ? "" : ": " + said));
}

}  // namespace

std::vector<Told> tell(std::vector<Teller> const& tellers, Millis limit, Message const& message) {
  std::vector<Told> told;
  for (auto const& teller : tellers) told.push_back({teller.front(), tell_one(teller, limit, message)});
  return told;
}

}  // namespace rsm::cli
