#include "drivers/tape/beginning.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "drivers/label/archive_label.hpp"
#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/device_identity.hpp"
#include "drivers/scsi/stream.hpp"
#include "drivers/tape/limits.hpp"
#include "drivers/tape/medium_facts.hpp"

namespace rsm::tape {
namespace {

class BeginningReader {
 public:
  explicit BeginningReader(scsi::Session& session) : session_(session) {}

  scsi::Outcome<Beginning> read() {
    RSM_CHECK(ask_limits());
    auto beginning = in_passes();
    bool const answers = beginning || beginning.error().answered;
    auto const rewound = answers ? session_.run(scsi::Rewind{}) : scsi::Outcome<>();
    if (beginning && !rewound) return std::unexpected(rewound.error());
    return beginning;
  }

 private:
  using Record = std::vector<std::byte>;

  // How long a record may be that is asked for.
  scsi::Outcome<> ask_limits() {
    RSM_TRY(limits_, read_block_limits(session_));
    bool const shorter = limits_ && !limits_->fixed() && limits_->longest != 0;
    if (shorter) asked_ = std::min(asked_, limits_->longest);
    return {};
  }

  scsi::Outcome<Beginning> in_passes() {
    for (unsigned pass = 1;; ++pass) {
      RSM_CHECK(session_.run(scsi::Rewind{}));
      again_ = false;
      auto beginning = one_pass();
      bool const attention = !beginning && beginning.error().answered && beginning.error().key == scsi::key_unit_attention;
      if (!again_ && !attention) return beginning;
      if (pass < limits::tape_beginning_passes_max) continue;
      if (beginning) beginning->trouble = "it had to be read from the beginning again and again";
      return beginning;
    }
  }

  // again_: something was learned by which it can be read better.
  scsi::Outcome<Beginning> one_pass() {
    Beginning beginning;
    std::size_t bytes = 0, marks = 0;
    while (bytes < label::archive_label_bytes && marks < 2 && beginning.records.size() < limits::tape_beginning_records_max) {
      auto record = next(beginning.records.size());
      if (!record && again_) return beginning;
      bool const of_medium = !record && record.error().answered && record.error().key == scsi::key_medium_error;
      if (of_medium && !beginning.records.empty()) {
        beginning.trouble = record.error().error.detail;
        return beginning;
      }
      if (of_medium && is_unknown_format(record.error())) {
        beginning.unknown_format = record.error().error.detail;
        return beginning;
      }
      if (!record) return std::unexpected(record.error());
      if (!*record) return beginning;
      bytes += (*record)->size();
      if ((*record)->empty()) ++marks;
      beginning.records.push_back(**std::move(record));
    }
    return beginning;
  }

  static bool is_unknown_format(scsi::Failure const& failure) { return failure.asc == 0x30 && failure.ascq == 0x01; }

  // None: the data end here.
  scsi::Outcome<std::optional<Record>> next(std::size_t index) {
    auto const known = exact_.find(index);
    std::uint32_t const asked = block_ ? *block_ : known != exact_.end() ? known->second : asked_;
    auto reading = session_.read_tape(scsi::ReadTape{.fixed = block_.has_value(), .length = block_ ? 1 : asked}, asked);
    if (!reading) return std::unexpected(refused(std::move(reading.error())));
    auto const decode = block_ ? scsi::decode_fixed_read : scsi::decode_read;
    auto const read = decode(reading->sense, asked, reading->data.size());
    if (read.found == scsi::TapeRead::Found::end_of_data) return std::nullopt;
    if (read.found == scsi::TapeRead::Found::file_mark) return Record{};
    bool const better = !read.whole && !block_ && read.length && *read.length != asked && known == exact_.end();
    if (better) {  // no failure: again_ says so
      exact_[index] = static_cast<std::uint32_t>(std::min<std::uint64_t>(*read.length, limits::tape_record_bytes_max));
      again_ = true;
      return std::unexpected(scsi::Failure{});
    }
    Record record = std::move(reading->data);
    if (read.length) record.resize(std::min<std::size_t>(record.size(), *read.length));
    if (!record.empty()) return record;
    auto nothing = scsi::senseless({Errc::medium_not_accessible, session_.object(), "READ: the drive tells of a record and gives no data"});
    nothing.error().answered = true;
    nothing.error().key = scsi::key_medium_error;
    return nothing;
  }

  // A drive that refuses records of any length may take blocks of its own.
  scsi::Failure refused(scsi::Failure failure) {
    if (!failure.refused_field() || block_) return failure;
    auto const mode = read_tape_mode(session_);
    if (mode && mode->format && mode->format->block_length != 0) block_ = mode->format->block_length;
    if (!block_ && limits_ && limits_->fixed()) block_ = limits_->longest;
    if (block_ > limits::tape_record_bytes_max) block_.reset();
    again_ = block_.has_value();
    return failure;
  }

  scsi::Session& session_;
  std::optional<scsi::BlockLimits> limits_;
  std::uint32_t asked_ = limits::tape_record_asked_bytes;
  std::map<std::size_t, std::uint32_t> exact_;  // lengths of records by their numbers, where the usual one did not do
  std::optional<std::uint32_t> block_;          // the drive reads blocks of this length only
  bool again_ = false;
};

// Blocks of this length only; nothing: records of any length.
std::optional<std::uint32_t> only_block(scsi::Session& session) {
  auto const limits = read_block_limits(session);
  if (limits && *limits && (*limits)->fixed()) return (*limits)->longest;
  return std::nullopt;
}

scsi::Outcome<> write_in_blocks(scsi::Session& session, std::vector<std::byte>& bytes, std::uint32_t block) {
  auto const blocks = static_cast<std::uint32_t>((bytes.size() + block - 1) / block);
  bytes.resize(std::size_t{blocks} * block);
  return session.write(scsi::WriteTape{.fixed = true, .length = blocks}, bytes);
}

}  // namespace

scsi::Outcome<> write_beginning(scsi::Session& session, std::vector<std::byte> bytes) {
  auto const block = only_block(session);
  (void)session.take_deferred_error();
  RSM_CHECK(session.run(scsi::Rewind{}));
  auto written = block ? write_in_blocks(session, bytes, *block) : session.write(scsi::WriteTape{.length = static_cast<std::uint32_t>(bytes.size())}, bytes);
  if (!written && written.error().refused_field() && !block) {  // it has blocks of a length that its mode says
    auto const mode = read_tape_mode(session);
    if (mode && mode->format && mode->format->block_length != 0) written = write_in_blocks(session, bytes, mode->format->block_length);
  }
  RSM_CHECK(written);
  RSM_CHECK(session.run(scsi::WriteFilemarks{.count = 1}));
  if (auto const earlier = session.take_deferred_error()) return std::unexpected(*earlier);
  return session.run(scsi::Rewind{});
}

scsi::Outcome<Beginning> read_beginning(scsi::Session& session) { return BeginningReader(session).read(); }

}  // namespace rsm::tape
