// One connection to an iSCSI target with its login, until it breaks. For iscsi_transport.hpp only.
//
// What for: libiscsi, with limits that are exact: its asynchronous calls, driven by a poll loop of our own. Nothing reconnects by itself. A
// login leaves the unit attention that the target raises for a new session to the caller. After an error of send() the connection is over:
// it is not used again, only destroyed. That does not log out, and is how a command is given up:
//   - its buffers are the caller's, who gets them back: nothing may arrive in them any more
//   - ABORT TASK would have to be answered by the same target that is silent, and a half-done move cannot be aborted
// Order of the end: first the context, whose open commands still call back, then what they call back to (the order of the members,
// backwards). The destructor logs out, within limits::iscsi_logout_limit, and says nothing. Units, thread rule: transport.hpp. Errors of
// open(): not_connected, nobody answers there, or not as iSCSI; access_denied, the login is refused (initiator, user, secret);
// resource_not_present, no such target. Errors of send(): transport.hpp. Objects: the address. Source: libiscsi 1.19 (socket.c, pdu.c,
// login.c, iscsi-command.c), RFC 7143 11.13 (status of logins).
#pragma once

#include <iscsi/iscsi.h>
#include <iscsi/scsi-lowlevel.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/scsi/chap_file.hpp"
#include "drivers/scsi/device_address.hpp"
#include "drivers/scsi/transport.hpp"

namespace rsm::scsi {

struct IscsiLogin {
  IscsiAddress address;  // without a target: a discovery session
  std::string initiator;
  std::optional<Chap> chap;
  std::uint32_t isid_random = 0,
                isid_qualifier = 0;  // 24 and 16 bits: who keeps them gets its old session replaced, not a second one beside it
};

// As a portal tells it: its words, not yet looked at.
struct IscsiTarget {
  std::string name;
  std::vector<std::string> portals;  // "192.0.2.7:3260,1"
};

class IscsiConnection {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  static Result<std::unique_ptr<IscsiConnection>> open(IscsiLogin const& login, Deadline deadline);
  IscsiConnection(IscsiConnection const&) = delete;
  IscsiConnection& operator=(IscsiConnection const&) = delete;
  ~IscsiConnection();

  // Serves what the target has sent since the last command. False: it is lost, before anything was sent.
  bool is_alive();
  // `request` is a possible one.
  Result<Answer> send(Request const& request, Deadline deadline);
  // In a discovery session (SendTargets=All): what the portal shows to this initiator; at most limits::iscsi_targets_max.
  Result<std::vector<IscsiTarget>> targets(Deadline deadline);

 private:
  enum class Wait : std::uint8_t { done, late, broken };
  struct Called {  // what libiscsi calls back to
    bool done = false;
    int status = 0;
  };
  struct TaskEnd {
    void operator()(scsi_task* task) const { scsi_free_scsi_task(task); }
  };
  struct ContextEnd {
    void operator()(iscsi_context* context) const { iscsi_destroy_context(context); }
  };

  static void on_called(iscsi_context*, int status, void*, void* called);  // a Called
  static void on_targets(iscsi_context*, int status, void* told, void* connection);

  explicit IscsiConnection(IscsiLogin const& login);
  Result<> prepare(IscsiLogin const& login);
  Result<> connect(std::string const& portal, Deadline deadline);
  Result<> log_in(IscsiLogin const& login, Deadline deadline);
  Wait serve_until_called(Deadline deadline);
  std::uint64_t bytes_received() const;
  Answer answer(Request const& request, std::uint64_t received) const;
  std::unexpected<Error> login_error(IscsiLogin const& login) const;
  std::unexpected<Error> lost() const;

  std::string const name_;
  std::uint16_t const lun_;
  bool connected_ = false;
  bool usable_ = false;  // logged in, and nothing has gone wrong
  int way_error_ = 0;    // errno of a connection that has failed
  Called called_;
  std::vector<IscsiTarget> targets_;
  std::unique_ptr<scsi_task, TaskEnd> task_;
  std::unique_ptr<iscsi_context, ContextEnd> context_;
};

}  // namespace rsm::scsi
