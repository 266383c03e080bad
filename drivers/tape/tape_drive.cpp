#include "drivers/tape/tape_drive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "drivers/label/free_label.hpp"
#include "drivers/label/tape_label.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/device_identity.hpp"
#include "drivers/scsi/identity.hpp"
#include "drivers/scsi/tape_alert.hpp"
#include "drivers/tape/beginning.hpp"
#include "drivers/tape/medium_facts.hpp"
#include "drivers/tape/words.hpp"

namespace rsm::tape {
namespace {

enum class Threading : std::uint8_t {
  none,      // no tape, as far as the drive tells
  seated,    // a cartridge is there and waits for LOAD
  not_yet,   // becoming ready, or it cannot become so
  threaded
};

// What TEST UNIT READY has said; a failure that says nothing of a tape is an error.
Result<Threading> threading_of(scsi::Outcome<> const& ready) {
  constexpr std::uint8_t not_ready = 0x04, wants_load = 0x02, not_present = 0x3A, not_configured = 0x3E;
  if (ready) return Threading::threaded;
  auto const& failure = ready.error();
  if (says_no_medium(failure)) return Threading::none;
  bool const of_a_tape = failure.answered && (failure.key == scsi::key_not_ready || failure.key == scsi::key_medium_error) && failure.asc != not_configured;
  if (!of_a_tape) return std::unexpected(port_error(failure, Doing::asking));
  bool const seated = failure.key == scsi::key_not_ready && (failure.asc == not_present || (failure.asc == not_ready && failure.ascq == wants_load));
  return seated ? Threading::seated : Threading::not_yet;
}

// CLEANING CARTRIDGE INSTALLED: it is at work as long as the drive is not ready for that reason.
bool is_cleaning(scsi::Outcome<> const& ready) {
  constexpr std::uint8_t cannot_use_medium = 0x30, cleaner_installed = 0x03;
  return !ready && ready.error().answered && ready.error().key == scsi::key_not_ready && ready.error().asc == cannot_use_medium && ready.error().ascq == cleaner_installed;
}

std::vector<label::TapeRecord> spans_of(Beginning const& beginning) { return {beginning.records.begin(), beginning.records.end()}; }

std::string contents(Beginning const& beginning) {
  if (beginning.blank()) return "blank";
  if (!beginning.unknown_format.empty()) return "the drive does not know its format: " + beginning.unknown_format;
  auto const marks = std::ranges::count_if(beginning.records, [](auto const& record) { return record.empty(); });
  if (static_cast<std::size_t>(marks) == beginning.records.size()) return "file marks and no data";
  auto const first = std::ranges::find_if(beginning.records, [](auto const& record) { return !record.empty(); });
  return fmt::format("data that nobody understands; the first record has {} bytes", first->size());
}

class TapeDrive final : public handler::BlockingDrive {
 public:
  TapeDrive(std::unique_ptr<scsi::Transport> transport, TapeOptions options, scsi::Clock& clock)
      : transport_(std::move(transport)), options_(std::move(options)), session_(*transport_, clock, options_.name, scsi::DeviceKind::drive) {}

  Result<port::DriveStatus> status() override {
    session_.set_patience(limits::tape_ready_glance);
    auto const ready = test_ready();
    session_.set_patience(options_.patience.status);
    // What a cleaning has come to is in the flags; the cartridge may be out of reach by then.
    bool const cleaning = is_cleaning(ready);
    if (std::exchange(cleaning_, cleaning) && !cleaning) read_alerts();
    RSM_TRY(auto status, described(ready));
    status.cleaning = cleaning;
    status.alerts = untold();
    return status;
  }

  Result<port::DriveStatus> load() override {
    session_.set_patience(options_.patience.load);
    if (!densities_) densities_asked_ = false;  // it may not have been able to tell them before
    RSM_CHECK(identify());
    auto const ready = test_ready();
    RSM_TRY(Threading const before, threading(ready));
    if (before == Threading::not_yet) return failed(ready.error(), Doing::loading);
    if (before != Threading::threaded) RSM_CHECK(thread(before));
    RSM_CHECK(keep_in());
    read_alerts();
    auto const after = test_ready();
    RSM_TRY(auto status, described(after));
    if (!status.loaded) return after ? no_tape("the drive is ready without a tape") : failed(after.error(), Doing::loading);
    status.alerts = untold();
    return status;
  }

  Result<port::Label> read_label() override {
    RSM_CHECK(free_to_move());
    session_.set_patience(options_.patience.volume);
    RSM_CHECK(threaded("there is no label to read"));
    auto const medium = told(facts(), Doing::reading);
    if (!medium) return std::unexpected(medium.error());
    if (medium->kind == CartridgeKind::cleaning) return port::Label{.note = "a cleaning cartridge", .cartridge = medium->told};
    auto const beginning = read_beginning(session_);
    take_attentions();
    if (!beginning) return failed(beginning.error(), Doing::reading);
    return label_in(*beginning, *medium);
  }

  Result<port::Label> write_label(port::LabelOrder const& order) override {
    RSM_CHECK(free_to_move());
    session_.set_patience(options_.patience.volume);
    RSM_CHECK(threaded("there is nothing to write to"));
    auto const medium = told(facts(), Doing::reading);
    if (!medium) return std::unexpected(medium.error());
    if (medium->kind == CartridgeKind::cleaning) return fail(Errc::write_protect, options_.name, "it is a cleaning cartridge");
    if (medium->kind == CartridgeKind::write_once) return fail(Errc::write_protect, options_.name, "it can be written only once, and a free label would stay for ever");
    RSM_CHECK(bears_what_was_ordered(order, *medium));
    if (medium->write_protected) return fail(Errc::write_protect, options_.name, "the tape is write protected: its tab is set");
    if (auto const written = write_beginning(session_, label::make_free_label(order.label.id)); !written) return failed(written.error(), Doing::writing);
    take_attentions();
    return read_back(order, *medium);
  }

  Result<port::DismountReport> dismount(bool force) override {
    std::string const holders = in_use();
    if (!holders.empty() && !force) return busy(holders);
    session_.set_patience(options_.patience.volume);
    auto const ready = test_ready();
    RSM_TRY(Threading const now, threading(ready));
    if (now == Threading::none) return no_tape("there is nothing to dismount");
    if (now == Threading::seated) return port::DismountReport{.note = "the cartridge was not loaded"};
    if (now == Threading::not_yet) return failed(ready.error(), Doing::rewinding);
    auto const flushed = flush();
    if (!flushed && !force) return std::unexpected(flushed.error());
    if (auto const rewound = session_.run(scsi::Rewind{}); !rewound) return failed(rewound.error(), Doing::rewinding);
    port::DismountReport report{.forced = !holders.empty(), .handles_dead = holders.empty()};
    report.note = flushed ? "flushed and rewound" : "rewound; " + flushed.error().sentence();
    if (!holders.empty()) report.note = joined(std::move(report.note), "it was in use and its handles live on: " + holders);
    return report;
  }

  Result<port::UnloadReport> unload(bool force) override {
    std::string const holders = in_use();
    if (!holders.empty() && !force) return busy(holders);
    session_.set_patience(options_.patience.unload);
    RSM_TRY(Threading const before, threading(test_ready()));
    RSM_CHECK(let_go());
    // A drive that says so may hold a cartridge all the same; it lets go of it then. Where there is none it refuses, and that is no failure.
    if (before == Threading::none) {
      auto const unloaded = session_.run(scsi::LoadUnload{.load = false});
      if (!unloaded && !unloaded.error().answered) return failed(unloaded.error(), Doing::unloading);
      return port::UnloadReport{.note = "no tape is threaded in it; whether a cartridge is there only the library tells", .alerts = untold()};
    }
    read_alerts();
    auto const medium = before == Threading::threaded ? facts() : scsi::Outcome<Medium>();
    RSM_TRY(std::string note, unthread());
    port::UnloadReport report{.cut_off = !holders.empty()};
    if (medium) report.cartridge = medium->told;
    if (report.cut_off) report.note = "it was in use; the tape was taken away from " + holders;
    report.note = joined(joined(std::move(report.note), note), alert_text(alerts_));
    report.alerts = untold();
    forget_medium();
    return report;
  }

 private:
  std::string in_use() const { return options_.in_use ? options_.in_use() : std::string(); }
  std::unexpected<Error> busy(std::string const& holders) const { return fail(Errc::busy, options_.name, "the drive is in use: " + holders); }
  std::unexpected<Error> no_tape(std::string why) const { return fail(Errc::no_media_in_drive, options_.name, std::move(why)); }

  Result<> free_to_move() const {
    std::string const holders = in_use();
    if (!holders.empty()) return busy(holders);
    return {};
  }

  // What came, with a failure as the port's error.
  template <class T>
  Result<T> told(scsi::Outcome<T> outcome, Doing doing) {
    if (!outcome) return failed(outcome.error(), doing);
    if constexpr (std::is_void_v<T>)
      return {};
    else
      return *std::move(outcome);
  }

  // What the drive has to say about an error of medium or mechanics is in its flags.
  std::unexpected<Error> failed(scsi::Failure const& failure, Doing doing) {
    Error error = port_error(failure, doing);
    bool const of_medium = failure.answered && (failure.key == scsi::key_medium_error || failure.key == scsi::key_hardware_error);
    if (of_medium) read_alerts();
    if (of_medium) error.detail = joined(std::move(error.detail), alert_text(alerts_));
    return std::unexpected(std::move(error));
  }

  scsi::Outcome<> test_ready() {
    auto const ready = session_.run(scsi::TestUnitReady{});
    take_attentions();
    auto const said = threading_of(ready);
    if (said == Threading::seated || said == Threading::not_yet) proof_wanted_ = false;  // there is one
    return ready;
  }

  // Ready without a proof that a tape is there is not threaded.
  Result<Threading> threading(scsi::Outcome<> const& ready) const {
    RSM_TRY(Threading const said, threading_of(ready));
    return said == Threading::threaded && proof_wanted_ ? Threading::none : said;
  }

  Result<> threaded(std::string why) {
    auto const ready = test_ready();
    RSM_TRY(Threading const now, threading(ready));
    if (now == Threading::none) return no_tape(std::move(why));
    if (now == Threading::seated) return fail(Errc::not_ready, options_.name, "the cartridge is not loaded");
    if (now == Threading::not_yet) return failed(ready.error(), Doing::reading);
    return {};
  }

  void take_attentions() {
    auto const attentions = session_.take_attentions();
    auto const has = [&](scsi::Attention attention) { return attentions.test(static_cast<std::size_t>(attention)); };
    if (has(scsi::Attention::reset)) kept_in_ = false;
    if (has(scsi::Attention::reset) || has(scsi::Attention::parameters_changed)) forget_drive();
    if (has(scsi::Attention::medium_may_have_changed)) forget_medium();
    medium_changed_ = medium_changed_ || has(scsi::Attention::medium_may_have_changed);
  }
  void forget_drive() {
    identity_.reset();
    knows_alerts_ = knows_memory_ = true;
    densities_.reset();
    densities_asked_ = false;
  }
  void forget_medium() {
    alerts_ = {};
    forget_alerts_of_medium();
    (void)session_.take_deferred_error();
    proof_wanted_ = false;
  }

  Result<> identify() {
    if (identity_) return {};
    RSM_TRY(identity_, told(scsi::read_identity_of(session_, scsi::device_type_tape, "tape drive"), Doing::asking));
    return {};
  }

  Result<port::DriveStatus> described(scsi::Outcome<> const& ready) {
    RSM_TRY(Threading const now, threading(ready));
    RSM_CHECK(identify());
    RSM_CHECK(told(learn_densities(), Doing::asking));
    if (now == Threading::threaded && to_keep_in_ && !kept_in_) RSM_CHECK(keep_in());
    port::DriveStatus status;
    static_cast<DeviceIdentity&>(status) = *identity_;
    status.full = now != Threading::none;
    status.loaded = now == Threading::threaded;
    if (status.loaded) status.volume_path = options_.client_path;
    status.densities = densities_told(densities_);
    status.medium_changed = std::exchange(medium_changed_, false);
    return status;
  }

  // LOAD, and whatever it said, the drive is asked.
  Result<> thread(Threading before) {
    proof_wanted_ = before == Threading::none;
    auto const loaded = session_.run(scsi::LoadUnload{});
    auto const ready = test_ready();
    RSM_TRY(Threading const now, threading_of(ready));
    if (now == Threading::threaded) return proof_wanted_ ? prove() : Result<>();
    if (now == Threading::none) return no_tape(ready.error().error.detail);
    return failed(loaded ? ready.error() : loaded.error(), Doing::loading);
  }

  // That a tape is there shows in that it can be read, or is found blank.
  Result<> prove() {
    auto const beginning = read_beginning(session_);
    take_attentions();
    if (!beginning) return failed(beginning.error(), Doing::loading);
    proof_wanted_ = false;
    return {};
  }

  // PREVENT; many do not know it, and refuse it.
  Result<> keep_in() {
    to_keep_in_ = true;
    auto const done = session_.run(scsi::PreventAllowMediumRemoval{});
    if (!done && !done.error().answered) return std::unexpected(port_error(done.error(), Doing::asking));
    kept_in_ = true;
    return {};
  }
  Result<> let_go() {
    to_keep_in_ = kept_in_ = false;
    auto const done = session_.run(scsi::PreventAllowMediumRemoval{.prevent = false});
    if (!done && !done.error().answered) return std::unexpected(port_error(done.error(), Doing::asking));
    return {};
  }

  // On most drives reading clears the flags.
  void read_alerts() {
    if (!knows_alerts_) return;
    auto const page = session_.read(scsi::LogSense{.page = scsi::tape_alert_page, .allocation = scsi::tape_alert_page_bytes}, scsi::tape_alert_page_bytes);
    take_attentions();  // an exchange of tapes before the flags were read is not one after
    if (!page && scsi::is_missing(page.error())) knows_alerts_ = false;
    if (!page) return;
    for (unsigned const number : scsi::decode_tape_alerts(*page).set.numbers()) {
      alerts_.add(number);
      to_tell_.add(number);
    }
  }
  std::vector<Alert> untold() { return alerts_of(std::exchange(to_tell_, {})); }
  void forget_alerts_of_medium() {
    for (auto const& alert : alerts_of(to_tell_))
      if (alert.about == AlertAbout::medium || alert.about == AlertAbout::either) to_tell_.remove(alert.number);
  }

  struct Medium {
    CartridgeKind kind = CartridgeKind::unknown;
    bool write_protected = false;
    CartridgeFacts told;
    std::string trouble;  // with its memory
  };
  // Once: it is the drive's own.
  scsi::Outcome<> learn_densities() {
    if (densities_asked_) return {};
    auto densities = read_densities(session_);
    if (!densities && !densities.error().answered) return std::unexpected(densities.error());
    densities_asked_ = true;
    if (densities) densities_ = *std::move(densities);
    return {};
  }

  scsi::Outcome<Medium> facts() {
    Medium medium;
    auto const memory = knows_memory_ ? read_cartridge_memory(session_) : scsi::Outcome<CartridgeMemory>();
    if (!memory && !memory.error().answered) return std::unexpected(memory.error());
    if (memory) knows_memory_ = memory->known;
    if (memory) medium.kind = memory->kind;
    if (memory) medium.told = memory->told;
    if (!memory) medium.trouble = "its memory cannot be read: " + memory.error().error.detail;
    RSM_TRY(auto const mode, read_tape_mode_if_known(session_));
    medium.write_protected = mode && mode->write_protected;
    RSM_CHECK(learn_densities());
    if (mode && mode->medium_type != 0) medium.told.scsi_medium_type = mode->medium_type;
    if (auto const density = mode ? mode->density() : std::nullopt) medium.told.density_code = *density;
    if (medium.told.density_code) medium.told.density = density_name(static_cast<std::uint8_t>(*medium.told.density_code), densities_);
    return medium;
  }

  Result<port::Label> label_in(Beginning const& beginning, Medium const& medium) {
    auto const spans = spans_of(beginning);
    auto label = label::parse_tape_label(spans);
    if (!label && !beginning.trouble.empty()) return fail(Errc::medium_not_accessible, options_.name, beginning.trouble);
    port::Label result;
    if (!label) result.note = contents(beginning);
    if (label && label->native) result.note = fmt::format("behind the volume label: {} volume \"{}\"", label->native->type, label->native->info);
    if (label) result.omid = std::move(label->omid);
    if (!beginning.trouble.empty()) result.note = joined(std::move(result.note), "it cannot be read further: " + beginning.trouble);
    if (medium.kind == CartridgeKind::write_once) result.note = joined(std::move(result.note), "write-once");
    if (medium.write_protected) result.note = joined(std::move(result.note), "write protected");
    if (medium.told.density_code) result.note = joined(std::move(result.note), density_text(static_cast<std::uint8_t>(*medium.told.density_code), densities_));
    result.note = joined(std::move(result.note), history_text(medium.told));
    result.note = joined(std::move(result.note), medium.trouble);
    result.cartridge = medium.told;
    return result;
  }

  // Read once more, right before it is overwritten: somebody may have been at the drive.
  Result<> bears_what_was_ordered(port::LabelOrder const& order, Medium const& medium) {
    auto const beginning = read_beginning(session_);
    take_attentions();
    bool const of_medium = !beginning && beginning.error().answered && beginning.error().key == scsi::key_medium_error;
    if (!beginning && !of_medium) return failed(beginning.error(), Doing::reading);
    auto const found = beginning ? label_in(*beginning, medium) : Result<port::Label>(port::Label{});
    auto const there = found ? found->omid : std::nullopt;  // what cannot be read is understood by nobody
    bool const same = there ? order.instead_of && there->same_medium(*order.instead_of) : !order.instead_of;
    if (same) return {};
    return fail(Errc::media_changed, options_.name, "another tape is in it than was looked at" + (there ? ": it bears " + there->type + " volume \"" + there->info + "\"" : std::string()) + "; nothing was written");
  }

  Result<port::Label> read_back(port::LabelOrder const& order, Medium const& medium) {
    auto const beginning = read_beginning(session_);
    take_attentions();
    if (!beginning) return failed(beginning.error(), Doing::writing);
    auto label = label_in(*beginning, medium);
    if (!label || !label->omid || !label->omid->same_medium(order.label)) return fail(Errc::write_fault, options_.name, "the label that was written is not what is read back: " + contents(*beginning));
    return *std::move(label);
  }

  // No marks, and the answer comes when the buffer is on the tape. Into a tape that may not be written, nothing waits to go. An error of an earlier
  // write may have come out at any command since the tape was loaded.
  Result<> flush() {
    auto const done = session_.run(scsi::WriteFilemarks{});
    auto const earlier = session_.take_deferred_error();
    bool const nothing_to_write = !done && done.error().answered &&
                                  (done.error().key == scsi::key_data_protect || scsi::is_missing(done.error()));
    if (!done && !nothing_to_write) return failed(done.error(), Doing::flushing);
    if (earlier) return failed(*earlier, Doing::flushing);
    return {};
  }

  // What there is to say about it.
  Result<std::string> unthread() {
    auto const unloaded = session_.run(scsi::LoadUnload{.load = false});
    auto const ready = test_ready();
    RSM_TRY(Threading const now, threading_of(ready));
    bool const out = now == Threading::none || now == Threading::seated;
    if (!unloaded && out) return "UNLOAD failed, and the tape is out all the same: " + unloaded.error().error.detail;
    if (!unloaded) return failed(unloaded.error(), Doing::unloading);
    if (out) return std::string();
    if (now == Threading::threaded) return "the drive says that it has unloaded, and still answers as if the tape were threaded";
    return failed(ready.error(), Doing::unloading);
  }

  std::unique_ptr<scsi::Transport> transport_;
  TapeOptions options_;
  scsi::Session session_;
  std::optional<DeviceIdentity> identity_;
  scsi::AlertFlags alerts_;            // of the tape that is in it
  scsi::AlertFlags to_tell_;           // read, and not handed over yet
  bool medium_changed_ = false;        // the drive said so, and nobody was told yet
  bool knows_alerts_ = true, knows_memory_ = true;
  std::optional<scsi::Densities> densities_;  // that the drive reads; none: not told
  bool densities_asked_ = false;
  bool cleaning_ = false;  // as it was said last
  bool to_keep_in_ = false, kept_in_ = false;  // PREVENT: wanted; set, and no reset since
  bool proof_wanted_ = false;  // the drive said that it has no tape, and then LOAD was sent
};

}  // namespace

std::unique_ptr<handler::BlockingDrive> make_tape_drive(std::unique_ptr<scsi::Transport> transport, TapeOptions options, scsi::Clock& clock) {
  return std::make_unique<TapeDrive>(std::move(transport), std::move(options), clock);
}

}  // namespace rsm::tape
