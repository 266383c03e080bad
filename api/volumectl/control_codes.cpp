#include "api/volumectl/control_codes.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <limits>

namespace rsm::volumectl {
namespace {

using Output = ControlCode::Output;
using Verb = volume::Operation;

constexpr ControlCode control_codes[] = {
    {FSCTL_LOCK_VOLUME, Verb::lock, 0, Output::none},
    {FSCTL_UNLOCK_VOLUME, Verb::unlock, 0, Output::none},
    {FSCTL_DISMOUNT_VOLUME, Verb::dismount, 0, Output::none},
    {FSCTL_IS_VOLUME_MOUNTED, Verb::is_mounted, 0, Output::none},
    {IOCTL_VOLUME_OFFLINE, Verb::offline, 0, Output::none},
    {IOCTL_VOLUME_ONLINE, Verb::online, 0, Output::none},
    {IOCTL_VOLUME_IS_OFFLINE, Verb::is_offline, 0, Output::none},
    {IOCTL_STORAGE_MEDIA_REMOVAL, Verb::media_removal, sizeof(PREVENT_MEDIA_REMOVAL), Output::none},
    {IOCTL_STORAGE_EJECTION_CONTROL, Verb::ejection_control, sizeof(PREVENT_MEDIA_REMOVAL), Output::none},
    {IOCTL_STORAGE_CHECK_VERIFY, Verb::verify, 0, Output::change_count},
    {IOCTL_STORAGE_EJECT_MEDIA, Verb::eject, 0, Output::none},
    {IOCTL_STORAGE_LOAD_MEDIA, Verb::load, 0, Output::none},
    {IOCTL_DISK_GET_LENGTH_INFO, Verb::size, 0, Output::length},
};

// One command; its answer goes where the caller said.
class ControlWork final : public Work {
 public:
  ControlWork(std::shared_ptr<VolumeFile> file, ControlCode const& code, bool prevent, ControlBuffers const& buffers)
      : file_(std::move(file)), code_(code), prevent_(prevent), out_(buffers.out), room_(buffers.out_bytes) {}

  std::optional<Step> next() override {
    if (begun_) return std::nullopt;
    begun_ = true;
    return Step{{.operation = code_.operation, .prevent = prevent_}, file_->limit(code_.code, code_.operation)};
  }

  Answer<> take(volume::Outcome outcome) override {
    if (code_.operation == Verb::dismount) return take_report(outcome.data);
    if (code_.output == Output::length) write(static_cast<LONGLONG>(outcome.number));
    if (code_.output == Output::change_count && room_ != 0) write(static_cast<DWORD>(std::min<std::uint64_t>(outcome.number, std::numeric_limits<DWORD>::max())));
    return {};
  }

  DWORD bytes() const override { return bytes_; }

 private:
  template <class Number>
  void write(Number number) {
    std::memcpy(out_, &number, sizeof number);
    bytes_ = sizeof number;
  }

  Answer<> take_report(std::string const& text) {
    auto report = volume::dismount_from_json(text);
    if (!report) return failed(report);
    file_->dismount = std::move(*report);
    return {};
  }

  std::shared_ptr<VolumeFile> const file_;
  ControlCode const code_;
  bool const prevent_;
  void* const out_;
  DWORD const room_;
  bool begun_ = false;
  DWORD bytes_ = 0;
};

Answer<> check_output(ControlCode const& code, ControlBuffers const& buffers) {
  bool const optional = code.output == Output::change_count && buffers.out_bytes == 0;
  if (code.output == Output::none || optional) return {};
  DWORD const needed = code.output == Output::length ? sizeof(GET_LENGTH_INFORMATION) : sizeof(DWORD);
  if (buffers.out_bytes < needed) return refuse(ERROR_INSUFFICIENT_BUFFER, "lpOutBuffer", std::to_string(needed) + " bytes are needed");
  if (buffers.out == nullptr) return refuse_parameter("lpOutBuffer", "must not be NULL");
  return {};
}

Answer<bool> read_prevent(ControlCode const& code, ControlBuffers const& buffers) {
  if (code.input_bytes == 0) return false;
  if (buffers.in_bytes < code.input_bytes) return refuse(ERROR_BAD_LENGTH, "lpInBuffer", "a PREVENT_MEDIA_REMOVAL is needed");
  if (buffers.in == nullptr) return refuse_parameter("lpInBuffer", "must not be NULL");
  return *static_cast<BYTE const*>(buffers.in) != 0;
}

}  // namespace

ControlCode const* find_control_code(DWORD code) {
  auto const* const found = std::ranges::find(control_codes, code, &ControlCode::code);
  return found == std::end(control_codes) ? nullptr : found;
}

std::optional<Verb> operation_of(DWORD code) {
  if (code == VCTL_READ) return Verb::read;
  if (code == VCTL_WRITE) return Verb::write;
  if (code == VCTL_FLUSH) return Verb::flush;
  auto const* const control = find_control_code(code);
  return control == nullptr ? std::nullopt : std::optional(control->operation);
}

Answer<std::unique_ptr<Work>> control_work(std::shared_ptr<VolumeFile> const& file, ControlCode const& code, ControlBuffers const& buffers) {
  auto const prevent = read_prevent(code, buffers);
  if (!prevent) return std::unexpected(prevent.error());
  if (auto output = check_output(code, buffers); !output) return std::unexpected(std::move(output.error()));
  return std::make_unique<ControlWork>(file, code, *prevent, buffers);
}

}  // namespace rsm::volumectl
