// scsi_cases: files of cases (what libraries, tapes and jukeboxes really answer) through the product's decoders.
// usage: scsi_cases FILE...   Prints every difference with the name of its case, and at the end "N passed, N failed".
// Exit: 0 all is as expected, 1 something is not, 2 usage, or a file that is no file of cases.
#include <fmt/format.h>

#include "libmgr/base/command_line.hpp"
#include "tests/drivers/scsi/comparison.hpp"

namespace rsm::test {
namespace {

Result<void> check_file(std::string const& path, Score& score) {
  RSM_TRY(json::object const file, read_case_file(path));
  int checked = 0;
  for (auto const check : {check_element_status, check_sense, check_tape_alert, check_libraries})
    if (auto const done = check(file, score, checked); !done) return fail(done.error().code, path + ": " + done.error().object, done.error().detail);
  if (checked == 0) return fail(Errc::bad_format, path, "there are no cases, vectors, codes or libraries in it");
  return {};
}

int check_files(int argc, char** argv) {
  std::vector<std::string> files;
  CommandLine line("files of SCSI cases through the decoders");
  line.texts("file", files);
  if (auto const status = line.read(argc, argv)) return *status == 0 ? 0 : 2;
  Score score;
  for (auto const& file : files)
    if (auto const done = check_file(file, score); !done) return fmt::print(stderr, "scsi_cases: {}\n", done.error().text()), 2;
  fmt::print("{} passed, {} failed\n", score.passes(), score.failures());
  return score.failures() == 0 ? 0 : 1;
}

}  // namespace
}  // namespace rsm::test

int main(int argc, char** argv) { return rsm::test::check_files(argc, argv); }
