#include "cli/rsm/arguments/surface_options.hpp"

#include <CLI/CLI.hpp>

#include "cli/rsm/arguments/command_list.hpp"

namespace rsm::cli {
namespace {

void add_setup_options(CLI::App& sub, Arguments& args) {
  sub.add_flag("--check", args.setup.check, "What is wrong, a line each, with the command that repairs it; exit status 0 or 1");
  sub.add_option("--emulated", args.setup.emulated, "Make an emulated library of this name, and let the service have it")
      ->type_name("NAME");
  sub.add_option("--remove", args.setup.remove, "Take an emulated library away again, with its hardware")->type_name("NAME");
  sub.add_option("--hardware", args.setup.hardware, "The folder in which emulated hardware is made (default: hardware beside the catalog)")
      ->type_name("DIR");
  sub.add_option("--config", args.config, "The configuration of rsmd (default: /etc/openrsm/rsmd.toml)")->type_name("FILE");
}

void add_label_options(CLI::App& sub, Arguments& args) {
  auto& label = args.sheet;
  sub.add_option("--pdf", label.pdf, "The file that is written")->type_name("FILE");
  sub.add_option("--from", label.from, "The first bar code, without its last two characters: A00001")->type_name("CODE");
  sub.add_option("--count", label.count, "So many, with the numbers behind it (default 1)")->type_name("N");
  sub.add_option("--type", label.type, "The media identifier at the end: L1 to L9, LT to LZ, M8, CU")->type_name("TYPE");
  sub.add_option("--sheet", label.sheet, "a4-70x17 (default), letter, or WxH+COLS*ROWS+LEFT,TOP in millimetres")->type_name("SHEET");
  sub.add_option("--skip", label.skip, "So many labels of the first sheet are used already")->type_name("N");
  sub.add_flag("--colored", label.color, "Digits on their colours");
  sub.add_option("--offset", label.offset, "Millimetres to the right and down, for printers that are off")->type_name("X,Y");
  sub.add_option("--scale", label.scale, "Factors, for printers that shrink: see --test-page")->type_name("X,Y");
  sub.add_flag("--reprint", label.reprint, "Also codes that the catalog has");
  sub.add_flag("--test-page", label.test_page, "A square of 100 mm to measure, in the place of labels");
}

void add_notify_options(CLI::App& sub, Arguments& args) {
  auto& wish = args.notify;
  sub.add_option("--run", wish.run,
                 "A program that tells, as JSON on its standard input; {subject} and {text} in its words; again for another one (default: "
                 "RUN of /etc/default/openrsm-notify, notify-mail)")
      ->type_name("COMMAND")
      ->expected(1)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  sub.add_option("--to", wish.to, "Who gets the mail (default: MAIL_TO)")->type_name("ADDRESS");
  sub.add_option("--after", wish.after, "Only what lasts so long (default: AFTER, 60s)")->type_name("TIME");
  sub.add_option("--remind", wish.remind, "Said again so often (default: REMIND, 4h)")->type_name("TIME");
  sub.add_option("--digest", wish.digest, "What comes within so long is one message (default: DIGEST, 30s)")->type_name("TIME");
  sub.add_option("--what", wish.what, "Of operator, drive, library, daemon, attention (default: WHAT, all of them)")
      ->type_name("KINDS");
  sub.add_option("--state", wish.state, "Where it keeps what was said (default: $STATE_DIRECTORY, ~/.local/state/openrsm-notify)")
      ->type_name("DIR");
  sub.add_flag("--test", wish.test, "One message that nothing is wrong, to see whether it arrives");
  sub.add_option("--failed", wish.failed, "Say that this unit of systemd has failed, and end")->type_name("UNIT");
  sub.add_flag("--as-mail", wish.as_mail, "A message from standard input, written as a mail: for programs that tell");
}

void add_report_options(CLI::App& sub, std::uint64_t options, Arguments& args) {
  sub.add_option("--pdf", args.report.pdf, "As a PDF, into this file")->type_name("FILE");
  sub.add_flag("--csv", args.csv, "Comma-separated values (RFC 4180)");
  if ((options & option::period) != 0)
    sub.add_option("--since", args.report.since, "What happened from then on: 30d (default) or 24h for that long ago, 2026-03-01")
        ->type_name("WHEN");
  if ((options & option::reconcile) != 0)
    sub.add_option("--scan", args.report.scan, "The list of the scanner, a bar code a line; - for standard input")->type_name("FILE");
}

}  // namespace

void add_surface_options(CLI::App& sub, std::uint64_t options, Arguments& args) {
  if ((options & option::setup) != 0) add_setup_options(sub, args);
  if ((options & option::notify) != 0) add_notify_options(sub, args);
  if ((options & option::report) != 0) add_report_options(sub, options, args);
  if ((options & option::labels) != 0) add_label_options(sub, args);
}

}  // namespace rsm::cli
