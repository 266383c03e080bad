#include "drivers/scsi/session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/limits.hpp"
#include "drivers/scsi/reservation.hpp"

namespace rsm::scsi {
namespace {

class RealClock final : public Clock {
 public:
  Millis now() const override { return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now().time_since_epoch()); }
  void wait(Millis duration) override { std::this_thread::sleep_for(duration); }
};

constexpr auto facts_of_commands = std::to_array<CommandFacts>({
    {0x00, "TEST UNIT READY", limits::scsi_question_limit},
    {0x01, "REWIND", limits::scsi_rewind_limit},
    {0x03, "REQUEST SENSE", limits::scsi_question_limit},
    {0x05, "READ BLOCK LIMITS", limits::scsi_question_limit},
    {0x07, "INITIALIZE ELEMENT STATUS", limits::scsi_initialize_limit},
    {0x08, "READ", limits::scsi_read_limit, false, true},
    {0x0A, "WRITE", limits::scsi_write_limit, false, true},
    {0x10, "WRITE FILEMARKS", limits::scsi_filemarks_limit},
    {0x11, "SPACE", limits::scsi_space_limit, false, true},
    {0x12, "INQUIRY", limits::scsi_question_limit},
    {0x1A, "MODE SENSE(6)", limits::scsi_question_limit},
    {0x1B, "LOAD UNLOAD", limits::scsi_load_limit},
    {0x1E, "PREVENT ALLOW MEDIUM REMOVAL", limits::scsi_lock_limit},
    {0x2B, "POSITION TO ELEMENT", limits::scsi_move_limit},
    {0x37, "INITIALIZE ELEMENT STATUS WITH RANGE", limits::scsi_initialize_limit},
    {0x34, "READ POSITION", limits::scsi_question_limit},
    {0x44, "REPORT DENSITY SUPPORT", limits::scsi_question_limit},
    {0x4A, "GET EVENT STATUS NOTIFICATION", limits::scsi_question_limit},
    {0x4D, "LOG SENSE", limits::scsi_question_limit},
    {0x5A, "MODE SENSE(10)", limits::scsi_question_limit},
    {0x5E, "PERSISTENT RESERVE IN", limits::scsi_question_limit},
    {0x8C, "READ ATTRIBUTE", limits::scsi_other_limit},
    {0xA0, "REPORT LUNS", limits::scsi_question_limit},
    {0xA5, "MOVE MEDIUM", limits::scsi_move_limit, true},
    {0xA6, "EXCHANGE MEDIUM", limits::scsi_move_limit, true, false, true},
    {0xB8, "READ ELEMENT STATUS", limits::scsi_element_status_limit},
    {0xBD, "MECHANISM STATUS", limits::scsi_question_limit},
    {0xE7, "INITIALIZE ELEMENT STATUS WITH RANGE (E7h)", limits::scsi_initialize_limit},
});
constexpr CommandFacts other_command{0xFF, "a SCSI command", limits::scsi_other_limit};

std::string_view what_is_not_known(CommandFacts const& facts) {
  if (facts.moves) return "; whether it was moved is not known: the elements must be read";
  return facts.goes_on ? "; where the tape stands now is not known" : "";
}

// The command was carried out, with something to say about it.
bool is_done(SenseAction const& row, Sense const& sense) {
  bool const mild = sense.key == key_no_sense || sense.key == key_recovered_error;
  if (sense.format == SenseFormat::none || sense.deferred || !mild) return false;
  return row.action == Action::ignore || row.action == Action::condition || row.action == Action::clean || row.action == Action::medium_suspect;
}

}  // namespace

Clock& real_clock() {
  static RealClock clock;
  return clock;
}

CommandFacts const& command_facts(std::uint8_t operation) {
  auto const found = std::ranges::find(facts_of_commands, operation, &CommandFacts::operation);
  return found != facts_of_commands.end() ? *found : other_command;
}

Errc errc_of(Win32 error, std::uint8_t key) {
  if (error != Win32::none)
    if (auto const same = error_from_number(static_cast<std::uint32_t>(error))) return *same;
  switch (error) {
    case Win32::source_element_empty: return Errc::empty;
    case Win32::destination_element_full: return Errc::not_empty;
    case Win32::illegal_element_address: return Errc::resource_not_present;
    case Win32::dev_not_exist: return Errc::device_not_available;
    case Win32::magazine_not_present: return Errc::not_ready;
    case Win32::device_reinitialization_needed: return Errc::not_ready;
    case Win32::device_door_open: return Errc::not_ready;
    case Win32::unrecognized_media: return Errc::invalid_media;
    case Win32::none: return key == key_not_ready ? Errc::not_ready : key == key_illegal_request ? Errc::invalid_parameter : Errc::gen_failure;
    default: return Errc::gen_failure;
  }
}

// What one command has met so far.
struct Session::Course {
  CommandFacts const& facts;
  unsigned attentions = 0, retries = 0;
  bool deferred = false;          // a deferred error was answered by sending it once more
  std::optional<Millis> waiting;  // since when
  Sense* condition = nullptr;     // who reads a tape takes conditions as an answer
};

void Session::set_model(std::string vendor, std::string product) {
  vendor_ = std::move(vendor);
  product_ = std::move(product);
}

bool Session::wait(Millis duration) {
  if (clock_.now() + duration >= deadline_) return false;
  clock_.wait(duration);
  return true;
}

Attentions Session::take_attentions() { return std::exchange(attentions_, {}); }
std::optional<Failure> Session::take_deferred_error() { return std::exchange(deferred_error_, std::nullopt); }

Outcome<std::vector<std::byte>> Session::read_bytes(Bytes cdb, std::size_t allocation) {
  std::vector<std::byte> data(allocation);
  auto const came = carry_out({.cdb = cdb, .in = data});
  if (!came) return std::unexpected(came.error());
  data.resize(*came);
  return data;
}

Outcome<Session::Reading> Session::read_conditions(Bytes cdb, std::size_t room) {
  Reading reading{.data = std::vector<std::byte>(room)};
  auto const came = carry_out({.cdb = cdb, .in = reading.data}, &reading.sense);
  if (!came) return std::unexpected(came.error());
  reading.data.resize(*came);
  return reading;
}

Outcome<> Session::run_bytes(Bytes cdb) {
  auto const came = carry_out({.cdb = cdb});
  if (!came) return std::unexpected(came.error());
  return {};
}

Outcome<> Session::write_bytes(Bytes cdb, Bytes data) {
  auto const came = carry_out({.cdb = cdb, .out = data});
  if (!came) return std::unexpected(came.error());
  return {};
}

Outcome<std::size_t> Session::carry_out(Request request, Sense* condition) {
  Course course{.facts = command_facts(std::to_integer<std::uint8_t>(request.cdb[0])), .condition = condition};
  for (;;) {
    std::ranges::fill(request.in, std::byte{0});
    auto const answer = send(request, course.facts);
    if (!answer) return std::unexpected(answer.error());
    if (auto const end = judge(*answer, course)) {
      if (!*end) return std::unexpected(end->error());
      return std::min(answer->transferred, request.in.size());
    }
  }
}

Outcome<Answer> Session::send(Request& request, CommandFacts const& facts) {
  if (clock_.now() >= deadline_) {
    Failure late = refusal(Errc::not_ready, fmt::format("{} was not sent: the time for it is over", facts.name), facts);
    late.doubt = false;
    return std::unexpected(std::move(late));
  }
  request.limit = facts.limit;
  auto answer = transport_.send(request);
  if (answer) return *std::move(answer);
  Error const& why = answer.error();
  Failure failure = refusal(why.code, fmt::format("{}: {}", facts.name, why.sentence()), facts);
  bool const was_sent = why.code == Errc::timeout || why.code == Errc::device_not_available;
  if (!was_sent) failure.doubt = false;
  if (failure.doubt) failure.error.detail += what_is_not_known(facts);
  return std::unexpected(std::move(failure));
}

// None: send it again.
std::optional<Outcome<>> Session::judge(Answer const& answer, Course& course) {
  switch (answer.status) {
    case status_good:
    case status_condition_met:
      return Outcome<>();
    case status_busy:
    case status_task_set_full: {
      Failure busy = refusal(Errc::not_ready, fmt::format("{}: the device is busy", course.facts.name), course.facts);
      busy.doubt = false;
      return wait_or(std::move(busy), limits::scsi_busy_pause, limits::scsi_busy_limit, course);
    }
    case status_reservation_conflict: {
      Failure held = refusal(Errc::device_not_available, fmt::format("{}: reservation conflict: it is reserved by {}; end its use there, or take the reservation away", course.facts.name, ask_who_reserved()), course.facts);
      held.doubt = false;
      held.reserved = true;
      return std::unexpected(std::move(held));
    }
    case status_check_condition: {
      Sense sense = decode_sense(answer.sense);
      if (sense.format == SenseFormat::none) sense = ask_for_sense();
      return judge_sense(sense, course);
    }
    default:
      return std::unexpected(refusal(Errc::gen_failure, fmt::format("{} ended with status {:02X}", course.facts.name, answer.status), course.facts));
  }
}

std::optional<Outcome<>> Session::judge_sense(Sense const& sense, Course& course) {
  SenseAction const& row = action_for(model(), sense);
  bool const ends_a_reading = course.condition != nullptr && row.action == Action::condition && !sense.deferred;
  if (is_done(row, sense) || ends_a_reading) {
    if (course.condition != nullptr) *course.condition = sense;
    return Outcome<>();
  }
  Failure failure = failure_of(row, sense, course.facts);
  if (sense.key == key_unit_attention && !sense.deferred) return judge_attention(row, std::move(failure), course);
  if (sense.deferred && sense.key > key_recovered_error) deferred_error_ = failure;
  if (failure.doubt) return std::unexpected(std::move(failure));
  if (sense.deferred) {
    if (std::exchange(course.deferred, true)) return std::unexpected(std::move(failure));
    return std::nullopt;
  }
  if (row.action == Action::wait) return wait_or(std::move(failure), row.wait.interval, row.wait.limit, course);
  if (row.action == Action::retry && course.retries++ < limits::scsi_retries_max) return std::nullopt;
  return std::unexpected(std::move(failure));
}

std::optional<Outcome<>> Session::judge_attention(SenseAction const& row, Failure failure, Course& course) {
  note(row);
  bool const concerns_nothing = row.action == Action::ignore;
  if (course.facts.sent_once() && (!concerns_nothing || course.facts.undoes)) return std::unexpected(std::move(failure));
  if (course.attentions++ < limits::scsi_attentions_in_a_row_max) return std::nullopt;
  failure.error.detail += fmt::format("; {} attentions in a row", course.attentions);
  return std::unexpected(std::move(failure));
}

std::optional<Outcome<>> Session::wait_or(Failure failure, Millis interval, Millis limit, Course& course) {
  Millis const now = clock_.now();
  if (!course.waiting) course.waiting = now;
  Millis const waited = now - *course.waiting;
  if (waited + interval <= limit && wait(interval)) return std::nullopt;
  failure.error.detail += fmt::format("; waited for {}", duration_text(waited));
  if (waited + interval > limit && failure.wait.then != Action::ignore) failure.action = for_device(failure.wait.then, kind_);
  return std::unexpected(std::move(failure));
}

void Session::note(SenseAction const& row) {
  switch (row.action) {
    case Action::restore_state: attentions_.set(static_cast<std::size_t>(Attention::reset)); break;
    case Action::reinventory: attentions_.set(static_cast<std::size_t>(Attention::medium_may_have_changed)); break;
    case Action::reread_config: attentions_.set(static_cast<std::size_t>(Attention::parameters_changed)); break;
    case Action::ignore: break;
    default: attentions_.set(static_cast<std::size_t>(Attention::other));
  }
}

// Once, and whatever comes is taken: a device that cannot tell has told nothing.
Sense Session::ask_for_sense() {
  std::array<std::byte, limits::scsi_sense_bytes> bytes{};
  auto const cdb = RequestSense{}.cdb();
  auto const answer = transport_.send({.cdb = std::as_bytes(std::span(cdb)), .in = bytes, .limit = limits::scsi_question_limit});
  if (!answer || answer->status != status_good) return {};
  Sense const sense = decode_sense(Bytes(bytes).first(std::min(answer->transferred, bytes.size())));
  bool const says_nothing = sense.key == key_no_sense && sense.asc == 0 && sense.ascq == 0;
  return says_nothing ? Sense{} : sense;
}

// These are answered although it is reserved; not by devices that know RESERVE only.
std::string Session::ask_who_reserved() {
  std::array<std::byte, limits::scsi_reservation_bytes> bytes{};
  auto const ask = [&](PersistentReserveIn::What what, auto decode) -> std::optional<ReservationHolder> {
    auto const cdb = PersistentReserveIn{.what = what, .allocation = limits::scsi_reservation_bytes}.cdb();
    auto const answer = transport_.send({.cdb = std::as_bytes(std::span(cdb)), .in = bytes, .limit = limits::scsi_question_limit});
    if (!answer || answer->status != status_good) return std::nullopt;
    return decode(Bytes(bytes).first(std::min(answer->transferred, bytes.size())));
  };
  auto holder = ask(PersistentReserveIn::What::full_status, decode_full_status);
  if (!holder) holder = ask(PersistentReserveIn::What::reservation, decode_reservation);
  return holder ? text_of(*holder) : "another computer (the device does not tell which)";
}

Failure Session::failure_of(SenseAction const& row, Sense const& sense, CommandFacts const& facts) const {
  std::string said = fmt::format("{}: the device answered {:X}/{:02X}/{:02X}, {}", facts.name, sense.key, sense.asc, sense.ascq, row.meaning);
  if (sense.format == SenseFormat::none) said = fmt::format("{} failed, and the device does not say why", facts.name);
  if (sense.deferred) said += " (of an earlier command)";
  if (!row.operator_request.empty()) said += fmt::format(": {}", row.operator_request);
  said += what_is_not_known(facts);
  Failure failure = refusal(errc_of(row.win32, sense.key), std::move(said), facts);
  failure.action = for_device(row.action, kind_);
  failure.win32 = row.win32;
  failure.wait = row.wait;
  failure.answered = sense.format != SenseFormat::none;
  failure.key = sense.key, failure.asc = sense.asc, failure.ascq = sense.ascq;
  return failure;
}

Failure Session::refusal(Errc code, std::string said, CommandFacts const& facts) const {
  Failure failure;
  failure.error = {code, object_, std::move(said)};
  failure.action = Action::service;
  failure.doubt = facts.sent_once();
  return failure;
}

}  // namespace rsm::scsi
