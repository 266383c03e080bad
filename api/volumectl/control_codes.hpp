// The control codes of DeviceIoControl and the operations behind them.
//
// What for: one table: code, operation, and what goes in and comes out. Errors: invalid_function (unknown code), bad_length, insufficient_buffer,
// invalid_parameter (NULL where there must be something). Thread rule: pure, and Work (under the lock of the process).
// Source: volume-control.md "The operations"; winioctl.h.
#pragma once

#include <memory>
#include <optional>

#include "api/volumectl/operation.hpp"

namespace rsm::volumectl {

struct ControlCode {
  enum class Output { none, change_count, length };
  DWORD code;
  volume::Operation operation;
  DWORD input_bytes;
  Output output;
};
ControlCode const* find_control_code(DWORD code);

// The operation that VctlSetTimeLimit means: a control code, or VCTL_READ, VCTL_WRITE, VCTL_FLUSH.
std::optional<volume::Operation> operation_of(DWORD code);

struct ControlBuffers {
  void const* in;
  DWORD in_bytes;
  void* out;
  DWORD out_bytes;
};
// Reads the input, so that it may change afterwards.
Answer<std::unique_ptr<Work>> control_work(std::shared_ptr<VolumeFile> const& file, ControlCode const& code, ControlBuffers const& buffers);

}  // namespace rsm::volumectl
