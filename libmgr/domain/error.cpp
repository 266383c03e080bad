#include "libmgr/domain/error.hpp"

#include <array>

namespace rsm {
namespace {

struct Row {
  Errc code;
  std::string_view name;
  std::string_view sentence;
};

constexpr auto table = std::to_array<Row>({
#define RSM_ERROR(name, sentence) {Errc::name, #name, sentence},
#include "libmgr/domain/errors.def"
#undef RSM_ERROR
});
constexpr auto codes = [] {
  std::array<Errc, table.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = table[i].code;
  return all;
}();

// The compiler warns here of an error without a sentence.
constexpr bool has_sentence(Errc code) {
  switch (code) {
#define RSM_ERROR(name, sentence) case Errc::name: return true;
#include "libmgr/domain/errors.def"
#undef RSM_ERROR
  }
  return false;
}
static_assert(has_sentence(Errc::success));

Row const* find(std::uint32_t number) {
  for (auto const& row : table)
    if (static_cast<std::uint32_t>(row.code) == number) return &row;
  return nullptr;
}

// The Windows spelling: ERROR_ and upper case; two names of the table are not formed that way.
std::string windows_name(Row const& row) {
  if (row.code == Errc::rpc_no_interfaces) return "RPC_S_NO_INTERFACES";
  std::string name = "ERROR_";
  for (char c : row.name) name += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

std::array<std::string, table.size()> const& windows_names() {
  static auto const names = [] {
    std::array<std::string, table.size()> all;
    for (std::size_t i = 0; i < table.size(); ++i) all[i] = windows_name(table[i]);
    return all;
  }();
  return names;
}

}  // namespace

std::span<Errc const> all_errors() { return codes; }

std::string_view error_name(Errc code) {
  Row const* row = find(static_cast<std::uint32_t>(code));
  if (row == nullptr) return "ERROR_UNKNOWN";
  return windows_names()[static_cast<std::size_t>(row - table.data())];
}

std::string_view error_sentence(Errc code) {
  Row const* row = find(static_cast<std::uint32_t>(code));
  return row == nullptr ? "An error that this version does not know." : row->sentence;
}

std::optional<Errc> error_from_number(std::uint32_t number) {
  Row const* row = find(number);
  if (row == nullptr) return std::nullopt;
  return row->code;
}

std::string Error::sentence() const {
  std::string const said = detail.empty() ? std::string(error_sentence(code)) : detail;
  return object.empty() ? said : object + ": " + said;
}

std::string Error::text() const {
  std::string out = std::string(error_name(code)) + " (" + std::to_string(static_cast<std::uint32_t>(code)) + "): " + std::string(error_sentence(code));
  if (!object.empty()) out += " " + object + (detail.empty() ? "." : ":");
  if (!detail.empty()) out += " " + detail;
  return out;
}

}  // namespace rsm
