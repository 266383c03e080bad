// What CreateFile opens: a handle on a volume with its flags, its position, its limits, and what is under way on it.
//
// What for: the state between the calls of a program; the work is done by the volume's client. How clients are opened can be replaced,
// for tests of this library without volumes. Bytes and milliseconds. Errors of opening: those of CreateFile (volumectl.h).
// Thread rule: what is not const changes under the lock of the process.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "api/volumectl/objects.hpp"
#include "drivers/volume/volume_client.hpp"

namespace rsm::volumectl {

using Opener = std::function<Result<std::shared_ptr<volume::VolumeClient>>(volume::OpenOptions)>;
// Before the first CreateFile, by tests only.
void replace_opener(Opener opener);
Result<std::shared_ptr<volume::VolumeClient>> open_client(volume::OpenOptions options);

class Operation;

struct FileMode {
  volume::Access access;
  bool overlapped = false;
  bool unbuffered = false;     // FILE_FLAG_NO_BUFFERING
  bool write_through = false;  // every write ends with a flush
};

class VolumeFile final : public Object {
 public:
  VolumeFile(std::shared_ptr<volume::VolumeClient> opened, FileMode how) : client(std::move(opened)), mode(how) {}

  std::shared_ptr<volume::VolumeClient> const client;
  FileMode const mode;
  std::mutex sequence;  // taken before the lock of the process: transfers at the position come one after another

  std::uint64_t position = 0;
  std::map<DWORD, Millis> limits;                       // by control code, where the program has set one
  std::set<std::shared_ptr<Operation>> under_way;
  Millis promised{};                                    // the sum of the limits of what the client has been given and not answered
  std::optional<volume::DismountOutcome> dismount;      // the last one
  std::map<OVERLAPPED const*, Failure> failures;        // of completed operations, for their sentence; the youngest of each OVERLAPPED

  Millis limit(DWORD code, volume::Operation operation) const;
};

// Completes what is under way with operation_aborted, then ends the handle. The file has been taken out of the table.
void close_file(VolumeFile& file);

}  // namespace rsm::volumectl
