// SCSI commands to a unit of an iSCSI target, without the kernel (libiscsi).
//
// What for: libraries and virtual libraries on the network; machines and tests that may not load kernel modules. open() logs in and looks
// whether the unit is there; the unit attention that a target raises for a new session reaches the caller with the first command that is
// not INQUIRY, as it does from a device that was switched on: it says that PREVENT, mode pages and reservations are gone. A session that
// breaks, or a command that is late, ends the session. The next send() logs in again: within limits::iscsi_connect_limit and half of the
// command's limit; the command has the rest, so that both together keep the limit. A session that was lost between two commands is noticed
// before anything is sent. Answer::transferred of a command that reads: what has come over the network, as the target counts it and never
// more than the connection has received (up to 48 bytes of headers). It says nothing of what the bytes mean: of a block that is shorter
// than asked, tgt sends as many bytes as are missing, so a small block comes with zeros behind it and a big one without its end.
// INFORMATION of the sense data tells the length; where less than that has come, read again with the exact length. Names and secrets: the
// initiator's name is the same for every process of a computer, the session identifier (ISID) is a random one for every transport and stays
// the same when it logs in again: several live side by side, and a target replaces the session that is lost. No secret stands in a text. A
// target that wants to be answered while nothing is sent (NOP-In) is answered with the next command; it may end an idle session, which
// costs a new login and its attention. Units, errors and thread rule: transport.hpp. Errors of open(): not_connected, nobody answers there
// in time; access_denied, the login is refused; resource_not_present, no such target or no such LUN; invalid_parameter, no such initiator.
// Object: the address. Source: RFC 7143; libiscsi 1.19.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "drivers/scsi/chap_file.hpp"
#include "drivers/scsi/device_address.hpp"
#include "drivers/scsi/limits.hpp"
#include "drivers/scsi/transport.hpp"

namespace rsm::scsi {

// "iqn.2026-01.org.openrsm:HOSTNAME"
std::string default_initiator_name();

struct IscsiOptions {
  std::string initiator = default_initiator_name();
  std::optional<Chap> chap = {};
  Millis connect_limit = limits::iscsi_connect_limit;  // of one login, with everything before it
};

class IscsiConnection;
struct IscsiLogin;

class IscsiTransport final : public Transport {
 public:
  static Result<std::unique_ptr<IscsiTransport>> open(IscsiAddress const& address, IscsiOptions const& options = {});
  IscsiTransport(IscsiTransport const&) = delete;
  IscsiTransport& operator=(IscsiTransport const&) = delete;
  ~IscsiTransport() override;

  Result<Answer> send(Request const& request) override;
  std::string const& name() const override { return name_; }

 private:
  IscsiTransport(IscsiAddress const& address, IscsiOptions const& options);
  Result<> log_in(Millis limit);
  Result<> check_unit(Millis limit);

  std::string const name_;
  Millis const connect_limit_;
  std::unique_ptr<IscsiLogin> login_;
  std::unique_ptr<IscsiConnection> connection_;  // none: it was lost
};

}  // namespace rsm::scsi
