// The devices of a stand-alone library: one drive, and nobody for a changer.
//
// What for: the core knows libraries by what a changer says of its elements. Of a stand-alone drive the drive itself says it: there is one element, and
// whether it is full tells the status of the drive. So there is one process for one device, and what the core does with an inventory holds for a drive
// that a person serves as well. Nothing here moves: move(), extend_port() and unlock_door() are not_supported.
// What a drive tells once (alerts, a changed medium) is kept for whoever asks the drive itself. Errors: those of the drive.
// Thread rule: the loop only. `inner` gives its drive 0. Source: rsm-model.md section 2 (STANDALONE); decision record 20.
#pragma once

#include <functional>
#include <memory>

#include "drivers/port/devices.hpp"

namespace rsm::standalone {

struct Options {
  std::uint32_t media_type = 0;          // code of what it takes; 0: not told
  std::function<bool()> hints_of_media;  // as port::Devices says it; empty: none come
};

class StandaloneDevices final : public port::Devices {
 public:
  // `inner` outlives it.
  StandaloneDevices(port::Devices& inner, Options options);
  ~StandaloneDevices() override;

  port::Changer& changer() override;
  port::Drive& drive(std::uint32_t number) override;
  std::string handler_text(Element device) const override;
  std::vector<port::HandlerFigures> handler_figures() const override;
  std::string address(Element device) const override { return inner_.address(device); }
  void on_lost(std::move_only_function<void(Element device, std::string why)> callback) override { inner_.on_lost(std::move(callback)); }
  void on_hint(std::move_only_function<void(port::DriveHint hint)> callback) override { hinted_ = std::move(callback); }
  bool hints_of_media() const override { return options_.hints_of_media && options_.hints_of_media(); }

  void hint(port::DriveHint hint);

 private:
  class Drive;
  class Nobody;

  port::Devices& inner_;
  Options options_;
  std::unique_ptr<Drive> drive_;
  std::unique_ptr<Nobody> nobody_;
  std::move_only_function<void(port::DriveHint)> hinted_;
};

}  // namespace rsm::standalone
