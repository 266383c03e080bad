#include "api/volumectl/volume_file.hpp"

#include "api/volumectl/operation.hpp"

namespace rsm::volumectl {
namespace {

Opener& opener() {
  static Opener& how = *new Opener([](volume::OpenOptions options) { return volume::VolumeClient::open(std::move(options)); });
  return how;
}

}  // namespace

void replace_opener(Opener how) { opener() = std::move(how); }

Result<std::shared_ptr<volume::VolumeClient>> open_client(volume::OpenOptions options) { return opener()(std::move(options)); }

Millis VolumeFile::limit(DWORD code, volume::Operation operation) const {
  auto const own = limits.find(code);
  return own == limits.end() ? volume::limit_of(operation) : own->second;
}

void close_file(VolumeFile& file) {
  auto const left = [&] {
    Lock const lock = lock_process();
    return std::set(file.under_way);
  }();
  for (auto const& operation : left) abort_operation(operation, file.client->device());
  file.client->close();
}

}  // namespace rsm::volumectl
