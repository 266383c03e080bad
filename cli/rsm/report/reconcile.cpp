#include "cli/rsm/report/reconcile.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace rsm::cli {
namespace {

constexpr std::size_t short_chars = 6, long_chars = 8;

std::string stripped(std::string_view field) {
  auto const first = field.find_first_not_of(" \t\r\"'*"),
             last = field.find_last_not_of(" \t\r\"'*");  // some scanners tell the '*' of Code 39
  return first == std::string_view::npos ? std::string() : std::string(field.substr(first, last - first + 1));
}

// Codes of the catalog, and what a code of the scanner means among them.
class Shelf {
 public:
  explicit Shelf(std::vector<Shelved> const& catalog) {
    for (auto const& each : catalog)
      if (!each.code.empty()) by_code_[each.code] = &each, by_beginning_[each.code.substr(0, short_chars)].insert(each.code);
  }
  // The code as the catalog has it; empty: none, or it could be several.
  std::string meant_by(std::string const& scanned) const {
    if (by_code_.contains(scanned)) return scanned;
    if (scanned.size() != short_chars && scanned.size() != long_chars) return {};
    auto const found = by_beginning_.find(scanned.substr(0, short_chars));
    if (found == by_beginning_.end() || found->second.size() != 1) return {};
    auto const& code = *found->second.begin();
    bool const one_has_it = (code.size() == short_chars) != (scanned.size() == short_chars);
    return one_has_it && (code.size() == short_chars || code.size() == long_chars) ? code : std::string();
  }
  std::map<std::string, Shelved const*> const& codes() const { return by_code_; }

 private:
  std::map<std::string, Shelved const*> by_code_;
  std::map<std::string, std::set<std::string>> by_beginning_;
};

}  // namespace

std::vector<std::string> codes_in(std::string const& text) {
  std::vector<std::string> codes;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find('\n', begin), text.size());
    auto const line = std::string_view(text).substr(begin, end - begin);
    if (auto code = stripped(line.substr(0, line.find_first_of(",;\t"))); !code.empty()) codes.push_back(std::move(code));
    begin = end + 1;
  }
  return codes;
}

Reconciled reconcile(std::vector<Shelved> const& catalog, std::vector<std::string> const& scanned) {
  Shelf const shelf(catalog);
  std::map<std::string, std::size_t> times, strangers;
  for (auto const& code : scanned) {
    auto const meant = shelf.meant_by(code);
    ++(meant.empty() ? strangers[code] : times[meant]);
  }
  Reconciled done;
  for (auto const& [code, medium] : shelf.codes()) {
    auto const seen = times.contains(code) ? times.at(code) : 0;
    if (seen > 0) ++done.present;
    if (seen > 1) ++done.twice, done.differences.push_back({code, seen == 2 ? "twice" : std::to_string(seen) + " times", medium->place});
    if (seen == 0) ++done.missing, done.differences.push_back({code, "missing", medium->place});
  }
  for (auto const& [code, seen] : strangers) {
    ++done.surplus;
    done.differences.push_back({code, seen == 1 ? "surplus" : "surplus, " + std::to_string(seen) + " times", ""});
  }
  for (auto const& medium : catalog)
    if (medium.code.empty()) ++done.without_code, done.differences.push_back({medium.name, "without a bar code", medium.place});
  std::ranges::stable_sort(done.differences, {}, &Difference::code);
  return done;
}

}  // namespace rsm::cli
