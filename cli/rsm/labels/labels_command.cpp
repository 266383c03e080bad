// rsm media labels: a sheet of bar code labels, or a page to measure the printer with.
#include "cli/print/code39.hpp"
#include "cli/print/label_sheet.hpp"
#include "cli/rsm/commands/commands.hpp"
#include "cli/rsm/commands/output_file.hpp"
#include "cli/rsm/exit_code.hpp"
#include "cli/rsm/text/plural.hpp"
#include "cli/rsm/view/json.hpp"
#include "libmgr/base/json_form.hpp"
#include "libmgr/domain/unicode.hpp"

namespace rsm::cli {
namespace {

struct WrittenSheet {
  std::string file;
  std::vector<std::string> labels;
  std::uint32_t pages = 0;
};
BOOST_DESCRIBE_STRUCT(WrittenSheet, (), (file, labels, pages))

bool catalog_has(client::Connection& service, std::string const& code) {
  return service.medium_get({.id = {}, .name = code}).has_value();
}

// With the media identifier and without it: what a library tells of a label depends on its settings.
Result<> none_is_there(client::Connection& service, std::vector<std::string> const& codes) {
  for (auto const& code : codes)
    for (auto const& told : {code, code.substr(0, print::label_number_chars)})
      if (catalog_has(service, told))
        return fail(
            Errc::already_exists, told,
            "the catalog has a cartridge of this bar code, and two with one code are confused; --reprint when its own label is lost");
  return {};
}

Result<> look_into_catalog(Context& context, std::vector<std::string> const& codes) {
  auto const service = context.service();
  if (service) return none_is_there(**service, codes);
  note(
      "rsm media labels: whether the catalog has these bar codes was not looked at: the service does not answer ('rsm setup --check' says "
      "why)\n");
  return {};
}

void say_narrow_bar(print::Sheet const& sheet) {
  double const narrow = print::narrow_bar(sheet);
  if (narrow >= print::narrow_best) return;
  char text[160];
  std::snprintf(text, sizeof text,
                "rsm media labels: narrow bars are %.2f mm: a label of %.0f mm has no room for 0.423 mm, which needs 73 mm\n", narrow,
                sheet.width);
  note(text);
}

std::string told_of(std::string const& file, std::vector<std::string> const& codes, std::size_t pages) {
  std::string const range = codes.size() == 1 ? codes.front() : codes.front() + " to " + codes.back();
  return plain_text(file) + ": " + plural(static_cast<std::int64_t>(codes.size()), "label", "labels") + ", " + range + ", on " +
         plural(static_cast<std::int64_t>(pages), "page", "pages") + "\n";
}

Result<std::string> labels(Context& context) {
  auto const& wish = context.args().sheet;
  if (wish.pdf.empty()) return fail(Errc::invalid_parameter, "--pdf", "which file is to be written? --pdf labels.pdf");
  RSM_TRY(auto const sheet, print::parse_sheet(wish.sheet.empty() ? print::sheet_names().front() : std::string_view(wish.sheet)));
  RSM_TRY(auto const calibration, print::parse_calibration(wish.offset, wish.scale));
  if (wish.test_page) {
    RSM_CHECK(write_output_file(wish.pdf, print::print_test_page(sheet, calibration).bytes));
    return context.args().common.json
               ? std::string("{}\n")
               : plain_text(wish.pdf) + ": a square of 100 mm; print it in actual size and measure it, it says how\n";
  }
  if (wish.skip < 0 || wish.skip >= sheet.labels())
    return fail(Errc::invalid_parameter, "--skip",
                "0 to " + std::to_string(sheet.labels() - 1) + ": so many labels of the sheet are used already");
  RSM_TRY(auto const codes, print::label_codes(wish.from, wish.count, wish.type));
  if (!wish.reprint) RSM_CHECK(look_into_catalog(context, codes));
  auto const printed = print::print_labels(
      {.sheet = sheet, .calibration = calibration, .codes = codes, .skip = static_cast<int>(wish.skip), .color = wish.color});
  RSM_CHECK(write_output_file(wish.pdf, printed.bytes));
  say_narrow_bar(sheet);
  if (context.args().common.json)
    return pretty_json(json_text(WrittenSheet{wish.pdf, codes, static_cast<std::uint32_t>(printed.pages)})) + "\n";
  return told_of(wish.pdf, codes, printed.pages);
}

}  // namespace

std::span<CommandRow const> label_commands() {
  static constexpr CommandRow rows[] = {{"media", "labels", labels}};
  return rows;
}

}  // namespace rsm::cli
