#include "api/volumectl/transfers.hpp"

#include <algorithm>
#include <cstring>

#include "drivers/volume/limits.hpp"

namespace rsm::volumectl {
namespace {

DWORD next_piece(DWORD left) { return std::min<DWORD>(left, limits::volume_transfer_bytes_max); }

class ReadWork final : public Work {
 public:
  ReadWork(std::shared_ptr<VolumeFile> file, void* buffer, Extent extent, bool end_fails)
      : file_(std::move(file)), buffer_(static_cast<char*>(buffer)), extent_(extent), end_fails_(end_fails) {}

  std::optional<Step> next() override {
    DWORD const piece = next_piece(extent_.bytes - done_);
    if (piece == 0 || at_end_) return std::nullopt;
    return Step{{.operation = volume::Operation::read, .offset = extent_.offset + done_, .length = piece}, file_->limit(VCTL_READ, volume::Operation::read)};
  }

  Answer<> take(volume::Outcome outcome) override {
    DWORD const asked = next_piece(extent_.bytes - done_);
    DWORD const got = static_cast<DWORD>(std::min<std::size_t>(outcome.data.size(), asked));
    std::memcpy(buffer_ + done_, outcome.data.data(), got);
    done_ += got;
    at_end_ = got < asked;
    if (done_ == 0 && at_end_ && end_fails_) return refuse(ERROR_HANDLE_EOF, file_->client->device(), "");
    return {};
  }

  DWORD bytes() const override { return done_; }

 private:
  std::shared_ptr<VolumeFile> const file_;
  char* const buffer_;
  Extent const extent_;
  bool const end_fails_;
  DWORD done_ = 0;
  bool at_end_ = false;
};

class WriteWork final : public Work {
 public:
  WriteWork(std::shared_ptr<VolumeFile> file, void const* buffer, Extent extent)
      : file_(std::move(file)), buffer_(static_cast<char const*>(buffer)), extent_(extent), flush_left_(file_->mode.write_through) {}

  std::optional<Step> next() override {
    DWORD const piece = next_piece(extent_.bytes - done_);
    if (piece != 0) return write_step(piece);
    if (!std::exchange(flush_left_, false) || done_ == 0) return std::nullopt;
    flushing_ = true;
    return Step{{.operation = volume::Operation::flush}, file_->limit(VCTL_FLUSH, volume::Operation::flush)};
  }

  Answer<> take(volume::Outcome outcome) override {
    if (flushing_) return {};
    DWORD const asked = next_piece(extent_.bytes - done_);
    DWORD const written = static_cast<DWORD>(std::min<std::uint64_t>(outcome.number, asked));
    done_ += written;
    if (written < asked) return refuse(ERROR_DISK_FULL, file_->client->device(), "the volume ends here: " + std::to_string(done_) + " bytes are written");
    return {};
  }

  DWORD bytes() const override { return done_; }

 private:
  Step write_step(DWORD piece) const {
    volume::Command command{.operation = volume::Operation::write, .offset = extent_.offset + done_};
    command.data.assign(buffer_ + done_, piece);
    return {std::move(command), file_->limit(VCTL_WRITE, volume::Operation::write)};
  }

  std::shared_ptr<VolumeFile> const file_;
  char const* const buffer_;
  Extent const extent_;
  bool flush_left_;
  bool flushing_ = false;
  DWORD done_ = 0;
};

class FlushWork final : public Work {
 public:
  explicit FlushWork(std::shared_ptr<VolumeFile> file) : file_(std::move(file)) {}

  std::optional<Step> next() override {
    if (std::exchange(begun_, true)) return std::nullopt;
    return Step{{.operation = volume::Operation::flush}, file_->limit(VCTL_FLUSH, volume::Operation::flush)};
  }
  Answer<> take(volume::Outcome) override { return {}; }
  DWORD bytes() const override { return 0; }

 private:
  std::shared_ptr<VolumeFile> const file_;
  bool begun_ = false;
};

}  // namespace

std::unique_ptr<Work> read_work(std::shared_ptr<VolumeFile> file, void* buffer, Extent extent, bool end_fails) {
  return std::make_unique<ReadWork>(std::move(file), buffer, extent, end_fails);
}
std::unique_ptr<Work> write_work(std::shared_ptr<VolumeFile> file, void const* buffer, Extent extent) {
  return std::make_unique<WriteWork>(std::move(file), buffer, extent);
}
std::unique_ptr<Work> flush_work(std::shared_ptr<VolumeFile> file) { return std::make_unique<FlushWork>(std::move(file)); }

}  // namespace rsm::volumectl
