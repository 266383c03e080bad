#include "drivers/scsi/sense_actions.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "drivers/scsi/designator.hpp"

namespace rsm::scsi {
namespace {

using std::chrono::seconds;

#define RSM_SENSE(key, asc, ascq, action, request, win32, models, meaning, source) \
  SenseAction{key, asc, ascq, Action::action, {}, request, Win32::win32, models, meaning, source},
#define RSM_SENSE_WAIT(key, asc, ascq, action, interval, limit, then, request, win32, models, meaning, source) \
  SenseAction{key, asc, ascq, Action::action, {seconds(interval), seconds(limit), Action::then}, request, Win32::win32, models, meaning, source},
constexpr auto codes = std::to_array<SenseAction>({
#include "drivers/scsi/sense_codes.def"
});
#undef RSM_SENSE
#undef RSM_SENSE_WAIT

constexpr auto code_of(SenseAction const& row) { return std::tuple(row.key, row.asc, row.ascq); }
constexpr bool in_order(SenseAction const& a, SenseAction const& b) {
  return code_of(a) < code_of(b) || (code_of(a) == code_of(b) && a.models.empty() && !b.models.empty());
}
// Rows of one code, each for models of its own, stand in any order.
constexpr bool siblings(SenseAction const& a, SenseAction const& b) { return code_of(a) == code_of(b) && !a.models.empty() && !b.models.empty(); }
constexpr bool out_of_order(SenseAction const& a, SenseAction const& b) { return !in_order(a, b) && !siblings(a, b); }
static_assert(std::ranges::adjacent_find(codes, out_of_order) == codes.end(), "sense_codes.def is sorted by key, ASC and ASCQ, rows for all models first");

constexpr SenseAction by_key(std::uint8_t key, Action action, std::string_view meaning, Win32 win32 = Win32::none, Wait wait = {}) {
  return {.key = key, .action = action, .wait = wait, .win32 = win32, .meaning = meaning, .source = "SPC"};
}
// For codes that no row names. The keys stand at their numbers.
constexpr std::array<SenseAction, 16> fallbacks = {{
    by_key(0, Action::ignore, "nothing to say"),
    by_key(1, Action::ignore, "recovered"),
    by_key(2, Action::wait, "not ready", Win32::none, {seconds(5), seconds(300), Action::service}),
    by_key(3, Action::medium_suspect, "error of the medium"),
    by_key(4, Action::service, "error of the hardware; inventory first, the cartridge may be anywhere"),
    by_key(5, Action::fail, "illegal request"),
    by_key(6, Action::reinventory, "unit attention; then the command again, at most 5 attentions in a row"),
    by_key(7, Action::fail, "protected", Win32::write_protect),
    by_key(8, Action::condition, "blank"),
    by_key(9, Action::service, "vendor specific"),
    by_key(10, Action::fail, "copy aborted"),
    by_key(11, Action::retry, "command aborted; for MOVE and EXCHANGE an inventory first, it may have happened"),
    by_key(12, Action::fail, "obsolete key"),
    by_key(13, Action::condition, "end of the medium, something was not written"),
    by_key(14, Action::medium_suspect, "compared data differ"),
    by_key(15, Action::ignore, "completed"),
}};

constexpr SenseAction filemark = by_key(0, Action::condition, "filemark", Win32::filemark_detected);
constexpr SenseAction end_of_medium = by_key(0, Action::condition, "end or beginning of the medium", Win32::end_of_media);
constexpr SenseAction other_block_length = by_key(0, Action::condition, "block of another length");
constexpr SenseAction no_sense_data = by_key(4, Action::service, "no sense data, asked again; inventory first");

#define RSM_ELEMENT_EXCEPTION(asc, ascq, trouble, meaning, then, source) ElementException{asc, ascq, ElementTrouble::trouble, meaning, then, source},
constexpr auto exceptions = std::to_array<ElementException>({
#include "drivers/scsi/element_exceptions.def"
});
#undef RSM_ELEMENT_EXCEPTION

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }
bool same_letters(char a, char b) { return lower(a) == lower(b); }
bool same_word(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, same_letters); }
bool stands_in(std::string_view part, std::string_view text) { return !std::ranges::search(text, part, same_letters).empty() || part.empty(); }

// `name`: "VENDOR" or "VENDOR part of the product".
bool is_model(std::string_view name, Model const& model) {
  std::size_t const blank = std::min(name.find(' '), name.size());
  std::string_view const product = name.substr(std::min(blank + 1, name.size()));
  return same_word(name.substr(0, blank), trimmed(model.vendor)) && stands_in(product, model.product);
}

// Whether a row that names models may be used for others, too.
bool holds_for_all(SenseAction const& row) { return row.models.empty() || !is_vendor_code(row.asc, row.ascq); }

}  // namespace

bool is_vendor_code(std::uint8_t asc, std::uint8_t ascq) { return asc >= 0x80 || ascq >= 0x80; }

bool names_model(std::string_view models, Model const& model) {
  while (!models.empty()) {
    std::size_t const end = std::min(models.find(", "), models.size());
    if (is_model(models.substr(0, end), model)) return true;
    models.remove_prefix(std::min(end + 2, models.size()));
  }
  return false;
}

SenseAction const& look_up(Model const& model, std::uint8_t key, std::uint8_t asc, std::uint8_t ascq) {
  key &= 0x0F;
  auto const rows = std::ranges::equal_range(codes, std::tuple(key, asc, ascq), {}, code_of);
  for (auto const& row : rows)
    if (names_model(row.models, model)) return row;
  auto const general = std::ranges::find_if(rows, holds_for_all);
  return general != rows.end() ? *general : fallbacks[key];
}

SenseAction const& action_for(Model const& model, Sense const& sense) {
  if (sense.format == SenseFormat::none) return no_sense_data;
  if (!sense.condition()) return look_up(model, sense.key, sense.asc, sense.ascq);
  if (sense.filemark) return filemark;
  return sense.eom ? end_of_medium : other_block_length;
}

std::span<SenseAction const> sense_codes() { return codes; }

ElementException const* element_exception(std::uint8_t asc, std::uint8_t ascq) {
  auto const found = std::ranges::find_if(exceptions, [&](auto const& row) { return row.asc == asc && row.ascq == ascq; });
  return found != exceptions.end() ? &*found : nullptr;
}
std::span<ElementException const> element_exceptions() { return exceptions; }

std::string_view action_name(Action action) {
  static constexpr std::array<std::string_view, 20> names = {
      "ignore",        "condition",     "retry",    "wait",          "init-elements",   "reinventory", "reread-config",  "restore-state", "unload-first", "allow-removal",
      "operator",      "drive-service", "library-service", "service", "medium-suspect", "medium-bad",  "clean",          "clean-failed",  "feature-off",  "fail"};
  return names[static_cast<std::size_t>(action)];
}

}  // namespace rsm::scsi
