// rsm-catalog-check FILE: checks a catalog file without the service, for `rsm catalog check --file`, and prints what it has found (report.hpp).
// Exit codes: 0 it has looked, whatever was found; 1 it could not: on standard error the number of the error and a sentence; 64 the command line is wrong.
#include <signal.h>
#include <sys/prctl.h>

#include <cstdio>
#include <exception>

#include "cli/rsm/catalog_check/report.hpp"
#include "db/maintenance.hpp"
#include "libmgr/base/json_form.hpp"

namespace rsm::cli {
namespace {

constexpr int exit_cannot_look = 1, exit_usage = 64;

int run(char const* file) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  auto checked = db::check_catalog(file);
  if (!checked) {
    std::fprintf(stderr, "%u %s\n", static_cast<unsigned>(checked.error().code), checked.error().sentence().c_str());
    return exit_cannot_look;
  }
  std::string const text = json_text(CatalogFileReport{std::move(checked->findings), checked->schema_version, static_cast<std::int64_t>(checked->bytes)}) + "\n";
  bool const written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0;
  return written ? 0 : exit_cannot_look;
}

}  // namespace
}  // namespace rsm::cli

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: rsm-catalog-check FILE\n", stderr);
    return rsm::cli::exit_usage;
  }
  try {
    return rsm::cli::run(argv[1]);
  } catch (std::exception const& bug) {
    std::fprintf(stderr, "rsm-catalog-check: internal error: %s\n", bug.what());
    return rsm::cli::exit_cannot_look;
  }
}
