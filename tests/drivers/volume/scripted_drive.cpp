#include "tests/drivers/volume/scripted_drive.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <sys/mtio.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "drivers/volume/limits.hpp"

namespace rsm::test {
namespace {

std::string name_of(unsigned long request) {
  static std::map<unsigned long, std::string> const names{{CDROM_DRIVE_STATUS, "CDROM_DRIVE_STATUS"}, {CDROM_LOCKDOOR, "CDROM_LOCKDOOR"}, {CDROMEJECT, "CDROMEJECT"},
                                                          {CDROMCLOSETRAY, "CDROMCLOSETRAY"}, {CDROM_GET_CAPABILITY, "CDROM_GET_CAPABILITY"}, {BLKGETSIZE64, "BLKGETSIZE64"},
                                                          {MTIOCGET, "MTIOCGET"}};
  auto const known = names.find(request);
  return known == names.end() ? fmt::format("ioctl {:X}", request) : known->second;
}

std::string name_of_tape_operation(short operation) {
  static std::map<short, std::string> const names{{MTWEOF, "MTWEOF"}, {MTREW, "MTREW"}, {MTOFFL, "MTOFFL"}, {MTLOAD, "MTLOAD"}, {MTLOCK, "MTLOCK"}, {MTUNLOCK, "MTUNLOCK"}, {MTERASE, "MTERASE"}};
  auto const known = names.find(operation);
  return known == names.end() ? fmt::format("MTIOCTOP {}", operation) : known->second;
}

// The command as a line; what is wrong about the way it is sent stands behind it.
std::string text_of(sg_io_hdr const& header) {
  std::string text = "SG_IO";
  for (unsigned at = 0; at < header.cmd_len; ++at) text += fmt::format(" {:02X}", header.cmdp[at]);
  if (header.interface_id != 'S') text += " (interface id)";
  if (header.dxfer_direction != SG_DXFER_NONE || header.dxfer_len != 0) text += " (with data)";
  if (header.sbp == nullptr || header.mx_sb_len < 18) text += " (no room for sense)";
  if (header.timeout != static_cast<unsigned>(limits::scsi_command_limit.count())) text += " (another limit)";
  return text;
}

}  // namespace

Bytes fixed_sense(unsigned char key, unsigned char asc, unsigned char ascq) { return {0x70, 0, key, 0, 0, 0, 0, 10, 0, 0, 0, 0, asc, ascq, 0, 0, 0, 0}; }
Bytes descriptor_sense(unsigned char key, unsigned char asc, unsigned char ascq) { return {0x72, key, asc, ascq, 0, 0, 0, 0}; }

ScriptedDrive::~ScriptedDrive() {
  for (auto const& step : script_) ADD_FAILURE() << "never called: " << step.call;
}

ScriptedDrive& ScriptedDrive::open(std::string const& path, std::string const& how, int error) { return answer("open " + path + " " + how, -error); }

ScriptedDrive& ScriptedDrive::answer(std::string const& call, int given) {
  script_.push_back({.call = call, .given = given});
  return *this;
}

ScriptedDrive& ScriptedDrive::scsi(std::string const& cdb, unsigned char status, Bytes sense, unsigned short host) {
  script_.push_back({.call = "SG_IO " + cdb, .fill = [=](void* argument) {
                       auto& header = *static_cast<sg_io_hdr*>(argument);
                       header.status = status;
                       header.host_status = host;
                       header.sb_len_wr = static_cast<unsigned char>(std::min<std::size_t>(sense.size(), header.mx_sb_len));
                       header.info = status == 0 && host == 0 ? SG_INFO_OK : SG_INFO_CHECK;
                       std::copy_n(sense.begin(), header.sb_len_wr, header.sbp);
                     }});
  return *this;
}

ScriptedDrive& ScriptedDrive::tape_state(long gstat) {
  script_.push_back({.call = "MTIOCGET", .fill = [=](void* argument) { static_cast<mtget*>(argument)->mt_gstat = gstat; }});
  return *this;
}

ScriptedDrive& ScriptedDrive::size(unsigned long long bytes) {
  script_.push_back({.call = "BLKGETSIZE64", .fill = [=](void* argument) { *static_cast<unsigned long long*>(argument) = bytes; }});
  return *this;
}

ScriptedDrive& ScriptedDrive::node(std::string const& path, mode_t mode, dev_t device) {
  nodes_.push_back({path, mode, device});
  return *this;
}

int ScriptedDrive::next(std::string const& call, void* argument) {
  if (script_.empty() || script_.front().call != call) {
    ADD_FAILURE() << "called: " << call << "; expected: " << (script_.empty() ? "nothing more" : script_.front().call);
    return -EIO;
  }
  Step const step = std::move(script_.front());
  script_.pop_front();
  step.fill(argument);
  return step.given;
}

int ScriptedDrive::on_descriptor(int fd, std::string const& call, void* argument) {
  EXPECT_TRUE(open_.contains(fd)) << call << " on descriptor " << fd << ", which is not open";
  return next(call, argument);
}

int ScriptedDrive::open(std::string const& path, int flags) {
  std::string const how = (flags & O_ACCMODE) == O_RDONLY ? "r" : (flags & O_ACCMODE) == O_RDWR ? "rw" : "w";
  int const given = next("open " + path + " " + how + ((flags & O_NONBLOCK) != 0 ? "" : " blocking"), nullptr);
  if (given < 0) return given;
  open_.insert(++last_fd_);
  return last_fd_;
}

void ScriptedDrive::close(int fd) { EXPECT_EQ(open_.erase(fd), 1u) << "descriptor " << fd << " was not open"; }

int ScriptedDrive::ioctl(int fd, unsigned long request, void* argument) {
  if (request == SG_IO) return on_descriptor(fd, text_of(*static_cast<sg_io_hdr*>(argument)), argument);
  if (request == MTIOCTOP) {
    auto const& order = *static_cast<mtop*>(argument);
    return on_descriptor(fd, fmt::format("{} {}", name_of_tape_operation(order.mt_op), order.mt_count), argument);
  }
  return on_descriptor(fd, name_of(request), argument);
}

int ScriptedDrive::ioctl(int fd, unsigned long request, long argument) { return on_descriptor(fd, fmt::format("{} {}", name_of(request), argument), nullptr); }

int ScriptedDrive::stat(std::string const& path, mode_t& mode, dev_t& device) {
  auto const found = std::ranges::find(nodes_, path, &Node::path);
  if (found == nodes_.end()) return -ENOENT;
  mode = found->mode;
  device = found->device;
  return 0;
}

}  // namespace rsm::test
