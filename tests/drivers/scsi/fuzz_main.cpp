// scsi_fuzz: what the decoders make of answers with errors: the vectors of the files of cases and other right answers, with bytes changed, lengths that
// lie, cut, lengthened and mixed. Each is memory of its own of exactly its length: the sanitizers see a byte read too far.
// usage: scsi_fuzz FILE... [--seed N] [--inputs N | --seconds N]   Exit: 0 good, 1 something was wrong, 2 usage.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <map>
#include <utility>

#include "drivers/scsi/element_status.hpp"
#include "drivers/scsi/identity.hpp"
#include "drivers/scsi/mam.hpp"
#include "drivers/scsi/mode_pages.hpp"
#include "drivers/scsi/optical_events.hpp"
#include "drivers/scsi/reservation.hpp"
#include "drivers/scsi/sense_actions.hpp"
#include "drivers/scsi/stream.hpp"
#include "drivers/scsi/tape_alert.hpp"
#include "libmgr/base/command_line.hpp"
#include "libmgr/base/random.hpp"
#include "tests/drivers/scsi/answers.hpp"

namespace rsm::test {
namespace {

constexpr char const *read_attribute = "READ ATTRIBUTE", *report_density_support = "REPORT DENSITY SUPPORT", *get_event_status = "GET EVENT STATUS NOTIFICATION",
                     *mechanism_status_command = "MECHANISM STATUS", *reserve_in = "PERSISTENT RESERVE IN";

class ScsiFuzzer {
 public:
  ScsiFuzzer(std::vector<Vector> vectors, std::uint64_t seed) : vectors_(std::move(vectors)), random_(seed) {
    for (auto const& [command, answer] : std::initializer_list<std::pair<char const*, Buffer>>{
             {"INQUIRY", inquiry_answer()}, {"INQUIRY 80h", serial_number_answer()}, {"INQUIRY 83h", designators_answer()}, {"MODE SENSE", mode_sense_6_answer()}, {"MODE SENSE", mode_sense_10_answer()},
             {read_attribute, medium_memory_answer()}, {"READ POSITION", short_position_answer()}, {"READ POSITION", long_position_answer()}, {"READ POSITION", extended_position_answer()},
             {"READ BLOCK LIMITS", block_limits_answer()}, {"MODE SENSE", tape_mode_6_answer()}, {"MODE SENSE", tape_mode_10_answer()}, {get_event_status, media_status_answer()},
             {mechanism_status_command, mechanism_status_answer()}, {report_density_support, density_answer()},
             {reserve_in, bytes("00000007 00000048 0000000000001234 00000000 01 03 00000000 0001 00000030 45 00 002c "
                                "69716e2e323030312d30342e636f6d2e6578616d706c653a686f7374322c692c3078303032330000000000000000")}})
      answers_.push_back({command, answer, answer.size()});
    vectors_.insert(vectors_.end(), answers_.begin(), answers_.end());
  }

  // One input through all decoders; what is wrong, empty: nothing.
  std::string input() {
    ++inputs_;
    // Sense data are most of the vectors and the shortest: they are passed over half of the time.
    Vector const* choice = &vectors_[random_.below(vectors_.size())];
    while (random_.chance(50) && choice->bytes.size() <= 32) choice = &vectors_[random_.below(vectors_.size())];
    if (random_.chance(30)) choice = &answers_[random_.below(answers_.size())];
    Vector const& vector = *choice;
    of_ = vector.name;
    Buffer const answer = with_errors(vector.bytes);
    for (auto const wrong : {element_status(answer, vector.allocation), sense(answer), tape_alerts(answer), identity(answer), mode_sense(answer), medium_memory(answer), tape(answer), densities(answer), optical(answer), reservations(answer)})
      if (!wrong.empty()) return std::string(wrong) + ", input " + hex_of(answer);
    return {};
  }

  std::uint64_t inputs() const { return inputs_; }
  std::map<std::string, std::uint64_t> const& understood() const { return understood_; }

 private:
  // Of answers to this command: that its decoder has met them, and understood or refused them.
  void decoded(char const* command, bool understood) {
    if (of_ == command) ++understood_[std::string(command) + (understood ? ", understood" : ", refused")];
  }

  Buffer with_errors(Buffer bytes) {
    bytes.resize(std::min<std::size_t>(bytes.size(), random_.chance(97) ? 1024 : bytes.size()));
    for (std::uint64_t changes = random_.below(5); changes > 0 && !bytes.empty(); --changes) change(bytes);
    if (random_.chance(20)) bytes.resize(random_.below(bytes.size() + 1));
    if (random_.chance(5)) bytes.resize(bytes.size() + random_.below(64), static_cast<std::byte>(random_.below(256)));
    if (random_.chance(5)) mix(bytes, vectors_[random_.below(vectors_.size())].bytes);
    return {bytes.begin(), bytes.end()};
  }
  // Mostly in the headers.
  void change(Buffer& bytes) {
    static constexpr unsigned char telling[] = {0, 1, 2, 4, 8, 0x0C, 0x10, 0x34, 0x7F, 0x80, 0xC0, 0xFF};
    std::size_t const near = random_.chance(70) ? std::min<std::size_t>(bytes.size(), 32) : bytes.size();
    bytes[random_.below(near)] = static_cast<std::byte>(random_.chance(60) ? telling[random_.below(sizeof telling)] : random_.below(256));
  }
  void mix(Buffer& bytes, Buffer const& other) {
    std::size_t const at = random_.below(bytes.size() + 1), length = random_.below(std::min(bytes.size() - at, other.size()) + 1);
    std::copy_n(other.begin(), length, bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }

  static bool clean(scsi::VolumeTag const& tag) {
    bool const printable = std::ranges::all_of(tag.text, [](char letter) { return letter >= 0x20 && letter <= 0x7E; });
    return printable && tag.text.size() <= 36 && (tag.text.empty() || tag.text.back() != ' ') && !(tag.garbled && !tag.text.empty());
  }
  static bool sound(scsi::Element const& element) {
    bool const small = element.medium_type <= 7 && element.lun.value_or(0) <= 7 && (!element.identifier || element.identifier->bytes.size() <= 255);
    bool const tagged = !element.tag.text.empty() || !element.alternate_tag.text.empty();
    return small && clean(element.tag) && clean(element.alternate_tag) && !(tagged && !element.full);
  }
  std::string_view element_status(Buffer const& answer, std::size_t allocation) {
    auto const status = scsi::decode_element_status(answer, random_.chance(50) ? allocation : random_.below(2 * answer.size() + 16));
    ++understood_["elements " + std::string(scsi::status_name(status.status))];
    for (auto const anomaly : status.anomalies) ++understood_[std::string(scsi::anomaly_name(anomaly))];
    if (status.elements.size() * 4 > answer.size()) return "more elements than bytes for them";
    if ((status.status == scsi::AnswerStatus::truncated) != (status.reason != scsi::TruncationReason::none)) return "truncated and a reason go together";
    if (status.partial && status.status != scsi::AnswerStatus::truncated) return "a partial element of what is not truncated";
    return std::ranges::all_of(status.elements, sound) && (!status.partial || sound(*status.partial)) ? "" : "an element outside its bounds";
  }
  std::string_view sense(Buffer const& answer) {
    auto const sense = scsi::decode_sense(answer);
    static constexpr scsi::Model models[] = {{}, {"EXABYTE ", "EXB-210         "}, {"IBM", "03584L32"}, {"\xFF", "\xFF"}};
    auto const& action = scsi::action_for(models[random_.below(std::size(models))], sense);
    ++understood_["sense " + std::string(scsi::sense_format_name(sense.format))];
    return sense.key <= 15 && !scsi::action_name(action.action).empty() && !action.meaning.empty() ? "" : "sense data outside its bounds";
  }
  std::string_view tape_alerts(Buffer const& answer) {
    auto const alerts = scsi::decode_tape_alerts(answer);
    ++understood_["alerts " + std::string(scsi::status_name(alerts.status))];
    for (unsigned const number : alerts.set.numbers())
      if (!alerts.reported.has(number) || scsi::tape_alert_flag(scsi::DeviceKind::changer, number).action.empty()) return "a flag that was not reported";
    return "";
  }
  std::string_view identity(Buffer const& answer) {
    auto const inquiry = scsi::decode_inquiry(answer);
    if (inquiry && (inquiry->vendor.size() > 8 || inquiry->product.size() > 16 || inquiry->revision.size() > 4)) return "INQUIRY data too long";
    if (auto const serial = scsi::decode_serial_number(answer)) ++understood_["serial number"];
    if (auto const designators = scsi::decode_designators(answer)) {
      ++understood_["designators"];
      for (auto const& own : designators->list)
        if (own.designator.cut && designators->complete) return "a cut designator of a complete list";
    }
    return "";
  }
  std::string_view mode_sense(Buffer const& answer) {
    for (auto const& sense : {scsi::decode_mode_sense_6(answer), scsi::decode_mode_sense_10(answer)}) {
      if (!sense) continue;
      std::size_t total = 0;
      for (auto const& page : sense->pages) {
        total += page.bytes.size();
        if (scsi::decode_element_addresses(page)) ++understood_["element addresses"];
        if (scsi::decode_transports(page)) ++understood_["transports"];
        if (scsi::decode_capabilities(page)) ++understood_["capabilities"];
      }
      if (total > answer.size()) return "mode pages of more bytes than there were";
    }
    return "";
  }
  std::string_view medium_memory(Buffer const& answer) {
    auto const memory = scsi::decode_medium_memory(answer);
    decoded(read_attribute, memory.has_value());
    if (!memory) return "";
    if (!memory->complete) ++understood_["attributes in part"];
    std::size_t total = 4;
    for (auto const& attribute : memory->attributes) {
      total += 5 + attribute.value.size();
      if (attribute.text().size() > attribute.value.size()) return "a text longer than its value";
      if (attribute.number()) ++understood_["attribute"];
    }
    return total <= std::max<std::size_t>(answer.size(), 4) ? "" : "attributes of more bytes than there were";
  }

  std::string_view tape(Buffer const& answer) {
    using Form = scsi::ReadPosition::Form;
    for (auto const form : {Form::brief, Form::full, Form::extended})
      if (auto const position = scsi::decode_read_position(answer, form)) {
        ++understood_["position"];
        if (form == Form::full ? position->last_block || position->overflow : position->file.has_value()) return "a position of another form";
      }
    if (auto const limits = scsi::decode_block_limits(answer)) {
      ++understood_["block limits"];
      if (limits->granularity > 31 || limits->longest > 0xFFFFFF) return "block limits outside their bounds";
    }
    for (auto const& mode : {scsi::decode_mode_sense_6(answer), scsi::decode_mode_sense_10(answer)})
      if (auto const format = mode ? scsi::tape_format(*mode) : std::nullopt) {
        ++understood_["tape format"];
        if (format->block_length > 0xFFFFFF) return "a block length outside its bounds";
      }
    std::size_t const asked = random_.below(0x1000000), came = random_.below(asked + 1);
    auto const read = scsi::decode_read(scsi::decode_sense(answer), asked, came), fixed = scsi::decode_fixed_read(scsi::decode_sense(answer), asked, came);
    bool const record = read.found == scsi::TapeRead::Found::record;
    if (read.whole && (!record || read.length.value_or(came + 1) > came)) return "a whole record of more bytes than came";
    if (read.length.value_or(0) > std::uint64_t{0xFFFFFF} + asked) return "a record longer than any READ";
    if (fixed.whole && came < asked) return "a whole block of fewer bytes";
    if (record && !read.whole) ++understood_["record in part"];
    return "";
  }

  std::string_view densities(Buffer const& answer) {
    auto const report = scsi::decode_densities(answer);
    decoded(report_density_support, report.has_value());
    if (!report) return "";
    if (!report->complete) ++understood_["densities in part"];
    if (report->densities.size() * 52 + 4 > answer.size()) return "more densities than bytes for them";
    for (auto const& density : report->densities) {
      ++understood_["density"];
      if (density.name.size() > 8 || density.organization.size() > 8 || density.description.size() > 20) return "a text of a density longer than its field";
      if (report->named(density.code) == nullptr) return "a density that is not found by its code";
    }
    return "";
  }
  std::string_view reservations(Buffer const& answer) {
    auto const holder = scsi::decode_full_status(answer);
    decoded(reserve_in, holder.has_value());
    constexpr std::size_t longest_escape = 4, words = 32;  // a byte that is not printable; "SAS address "
    if (holder && holder->initiator.size() > answer.size() * longest_escape + words) return "an initiator longer than the answer";
    if (auto const key_only = scsi::decode_reservation(answer); key_only && !key_only->initiator.empty()) return "an initiator from an answer that tells none";
    return "";
  }
  std::string_view optical(Buffer const& answer) {
    auto const media = scsi::decode_media_status(answer);
    decoded(get_event_status, media.has_value());
    if (media) {
      ++understood_[media->supported ? "media status" : "no media events"];
      if (!media->supported && *media != scsi::MediaStatus{.supported = false}) return "events of a drive that has none";
      if (scsi::media_event_name(media->event).empty()) return "an event without a name";
    }
    auto const mechanism = scsi::decode_mechanism_status(answer);
    decoded(mechanism_status_command, mechanism.has_value());
    if (mechanism) {
      if (!mechanism->told.empty()) ++understood_["slots of a disc changer"];
      if (mechanism->told.size() > mechanism->slots || mechanism->told.size() * 4 + 8 > answer.size() || mechanism->current_slot > 31) return "a mechanism outside its bounds";
    }
    return "";
  }

  std::vector<Vector> vectors_;
  std::vector<Vector> answers_;  // those of them that no file of cases has
  std::string_view of_;          // the command that the answer of now was made of; of a file of cases: its name there
  SeededRandom random_;
  std::uint64_t inputs_ = 0;
  std::map<std::string, std::uint64_t> understood_;
};

// A fuzzer whose inputs are always refused tests nothing.
constexpr char const* must_be_met[] = {"elements complete",    "elements truncated", "elements malformed", "identifier-cut",
                                       "pvoltag-does-not-fit", "count-mismatch",     "sense fixed",        "sense descriptor",
                                       "alerts complete",      "alerts truncated",   "serial number",      "designators",
                                       "element addresses",    "transports",         "capabilities",       "attribute",
                                       "position",             "block limits",       "tape format",        "record in part",
                                       "density",              "media status",       "slots of a disc changer",
                                       "densities in part",    "attributes in part", "no media events"};
// Of the answers to each of these, so many of a thousand inputs must be understood.
constexpr char const* decoders_reached[] = {read_attribute, report_density_support, get_event_status, mechanism_status_command, reserve_in};
constexpr std::uint64_t reached_of_a_thousand = 4;

int fuzz(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  std::vector<std::string> files;
  std::uint64_t seed = 1, inputs = 100'000, seconds = 0;
  CommandLine line("mutated answers of SCSI devices through the decoders");
  line.texts("file", files);
  line.number("--seed", seed, "of the mutations");
  line.number("--inputs", inputs, "how many");
  line.number("--seconds", seconds, "so long instead");
  if (auto const status = line.read(argc, argv)) return *status;

  ScsiFuzzer fuzzer(all_vectors(files), seed);
  auto const end = Clock::now() + std::chrono::seconds(seconds);
  for (std::uint64_t done = 0; seconds > 0 ? Clock::now() < end : done < inputs; ++done)
    if (auto const wrong = fuzzer.input(); !wrong.empty()) return fmt::print("WRONG: input {} of seed {}: {}\n", done, seed, wrong), 1;
  fmt::print("{} inputs, seed {}; understood:\n", fuzzer.inputs(), seed);
  for (auto const& [what, count] : fuzzer.understood()) fmt::print("  {:42} {}\n", what, count);
  for (auto const* what : must_be_met)
    if (!fuzzer.understood().contains(what)) return fmt::print("WRONG: never met: {}\n", what), 1;
  for (std::string const command : decoders_reached) {
    auto const found = fuzzer.understood().find(command + ", understood");
    std::uint64_t const count = found == fuzzer.understood().end() ? 0 : found->second;
    if (count * 1000 < fuzzer.inputs() * reached_of_a_thousand) return fmt::print("WRONG: too few answers were understood: {}\n", command), 1;
  }
  return 0;
}

}  // namespace
}  // namespace rsm::test

int main(int argc, char** argv) { return rsm::test::fuzz(argc, argv); }
