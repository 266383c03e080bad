// Reads, writes and flushes as work: cut into pieces that the handler takes.
//
// What for: ReadFile, WriteFile, FlushFileBuffers. Bytes. A piece has at most limits::volume_transfer_bytes_max and its own time limit.
// Errors: the end of the volume is an error only where the caller says so. Thread rule: Work runs under the lock of the process.
#pragma once

#include <memory>

#include "api/volumectl/operation.hpp"

namespace rsm::volumectl {

struct Extent {
  std::uint64_t offset;
  DWORD bytes;
};

// `end_fails`: nothing there is ERROR_HANDLE_EOF, not 0 bytes.
std::unique_ptr<Work> read_work(std::shared_ptr<VolumeFile> file, void* buffer, Extent extent, bool end_fails);
// With FILE_FLAG_WRITE_THROUGH a flush comes after the last piece.
std::unique_ptr<Work> write_work(std::shared_ptr<VolumeFile> file, void const* buffer, Extent extent);
std::unique_ptr<Work> flush_work(std::shared_ptr<VolumeFile> file);

}  // namespace rsm::volumectl
