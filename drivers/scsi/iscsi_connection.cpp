#include "drivers/scsi/iscsi_connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>
#include <vector>

#include "drivers/scsi/host_lookup.hpp"
#include "drivers/scsi/limits.hpp"
#include "libmgr/domain/printable.hpp"

namespace rsm::scsi {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t pdu_header_bytes = 48;
constexpr std::size_t sense_length_bytes = 2;  // in front of the sense data of a SCSI Response

// libiscsi writes data with writev, which raises SIGPIPE where nobody listens any more.
class NoSigpipe {
 public:
  NoSigpipe() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  NoSigpipe(NoSigpipe const&) = delete;
  NoSigpipe& operator=(NoSigpipe const&) = delete;
  ~NoSigpipe() {
    timespec const at_once{};
    if (!was_pending_) {
      while (::sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{}, before_{};
  bool was_pending_ = false;
};

Millis left_until(IscsiConnection::Deadline deadline) {
  return std::chrono::ceil<Millis>(deadline - steady_clock::now());
}

// Of a login that is refused: libiscsi tells it as "Failed to log in to target. Status: Authentication failure(513)" only.
unsigned status_in(std::string_view said) {
  auto const open = said.rfind('(');
  unsigned status = 0;
  if (open != std::string_view::npos && said.ends_with(')')) std::from_chars(said.data() + open + 1, said.data() + said.size() - 1, status);
  return status;
}

constexpr unsigned status_not_authenticated = 0x0201, status_not_authorized = 0x0202, status_no_target = 0x0203,
                   status_target_removed = 0x0204;
constexpr unsigned class_moved = 0x01, class_target_fails = 0x03;

}  // namespace

void IscsiConnection::on_called(iscsi_context*, int status, void*, void* called) {
  *static_cast<Called*>(called) = {true, status};
}

// What it is told lives only until this returns.
void IscsiConnection::on_targets(iscsi_context*, int status, void* told, void* connection) {
  auto& self = *static_cast<IscsiConnection*>(connection);
  auto const* one = status == SCSI_STATUS_GOOD ? static_cast<iscsi_discovery_address const*>(told) : nullptr;
  for (; one != nullptr && self.targets_.size() < limits::iscsi_targets_max; one = one->next) {
    IscsiTarget target{.name = one->target_name != nullptr ? one->target_name : "", .portals = {}};
    auto const* portal = one->portals;
    for (; portal != nullptr && target.portals.size() < limits::iscsi_portals_max; portal = portal->next)
      if (portal->portal != nullptr) target.portals.emplace_back(portal->portal);
    self.targets_.push_back(std::move(target));
  }
  self.called_ = {true, status};
}

IscsiConnection::IscsiConnection(IscsiLogin const& login)
    : name_(login.address.target.empty() ? login.address.portal() : login.address.text()), lun_(sent_lun(login.address.lun)) {}

Result<std::unique_ptr<IscsiConnection>> IscsiConnection::open(IscsiLogin const& login, Deadline deadline) {
  auto addresses = look_up_host(login.address.host, left_until(deadline));
  if (!addresses) return fail(addresses.error().code, login.address.target.empty() ? login.address.portal() : login.address.text(), addresses.error().detail);
  Result<> tried;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    IscsiAddress one = login.address;
    one.host = (*addresses)[i];
    auto const share = steady_clock::now() + left_until(deadline) / static_cast<int>(addresses->size() - i);
    std::unique_ptr<IscsiConnection> connection(new IscsiConnection(login));
    RSM_CHECK(connection->prepare(login));
    tried = connection->connect(one.portal(), share);
    if (!tried) continue;
    RSM_CHECK(connection->log_in(login, deadline));
    return connection;
  }
  return std::unexpected(std::move(tried).error());
}

Result<> IscsiConnection::prepare(IscsiLogin const& login) {
  context_.reset(iscsi_create_context(login.initiator.c_str()));
  if (!context_) return fail(Errc::not_enough_memory, name_, "there is no memory for a connection");
  iscsi_context* const context = context_.get();
  iscsi_set_log_level(context, 0);  // whatever LIBISCSI_DEBUG says: what it prints has no place to go to here
  iscsi_set_log_fn(context, nullptr);
  iscsi_set_noautoreconnect(context, 1);
  iscsi_set_tcp_user_timeout(context, static_cast<int>(limits::iscsi_dead_peer_limit.count()));
  bool const discovers = login.address.target.empty();
  iscsi_set_session_type(context, discovers ? ISCSI_SESSION_DISCOVERY : ISCSI_SESSION_NORMAL);
  iscsi_set_isid_random(context, login.isid_random, login.isid_qualifier);
  if (!discovers) iscsi_set_targetname(context, login.address.target.c_str());
  if (login.chap) iscsi_set_initiator_username_pwd(context, login.chap->user.c_str(), login.chap->secret.c_str());
  if (login.chap && login.chap->is_mutual())
    iscsi_set_target_username_pwd(context, login.chap->target_user.c_str(), login.chap->target_secret.c_str());
  return {};
}

Result<> IscsiConnection::connect(std::string const& portal, Deadline deadline) {
  called_ = {};
  if (iscsi_connect_async(context_.get(), portal.c_str(), on_called, &called_) != 0)
    return fail(Errc::not_connected, name_, fmt::format("no connection to {}: {}", portal, printable(iscsi_get_error(context_.get()))));
  ::fcntl(iscsi_get_fd(context_.get()), F_SETFD, FD_CLOEXEC);
  Wait const end = serve_until_called(deadline);
  connected_ = end == Wait::done && called_.status == SCSI_STATUS_GOOD;
  if (connected_) return {};
  if (end == Wait::late)
    return fail(Errc::not_connected, name_, fmt::format("{} does not answer: is the computer on, and does nothing stand between?", portal));
  std::string const why = way_error_ != 0 ? std::generic_category().message(way_error_) : printable(iscsi_get_error(context_.get()));
  return fail(Errc::not_connected, name_, fmt::format("no connection to {}: {}; is the iSCSI target running there?", portal, why));
}

Result<> IscsiConnection::log_in(IscsiLogin const& login, Deadline deadline) {
  called_ = {};
  if (iscsi_login_async(context_.get(), on_called, &called_) != 0) return login_error(login);
  switch (serve_until_called(deadline)) {
    case Wait::late:
      return fail(Errc::not_connected, name_, "the target takes the connection but does not answer the login");
    case Wait::broken:
      return login_error(login);
    case Wait::done:
      break;
  }
  if (called_.status == SCSI_STATUS_REDIRECT)
    return fail(Errc::not_connected, name_,
                fmt::format("the target says that it is elsewhere now ({}): change the address of the device",
                            printable(iscsi_get_target_address(context_.get()))));
  if (called_.status != SCSI_STATUS_GOOD) return login_error(login);
  usable_ = true;
  return {};
}

std::unexpected<Error> IscsiConnection::login_error(IscsiLogin const& login) const {
  std::string_view const said = iscsi_get_error(context_.get());
  unsigned const status = status_in(said);
  switch (status) {
    case status_not_authenticated:
      if (login.chap)
        return fail(Errc::access_denied, name_, "the target refuses this user and secret (CHAP): compare them with the target's");
      return fail(Errc::access_denied, name_,
                  "the target wants a user and a secret (CHAP): write them into a file and name it for this device");
    case status_not_authorized:
      return fail(Errc::access_denied, name_, fmt::format("the target does not let the initiator {} in: allow it there", login.initiator));
    case status_no_target:
    case status_target_removed:
      return fail(Errc::resource_not_present, name_,
                  fmt::format("there is no target {} here, or it does not show itself to this computer", login.address.target));
    default:
      break;
  }
  if (said.contains("CHAP"))
    return fail(Errc::access_denied, name_,
                "the target does not prove who it is (mutual CHAP): compare target_user and target_secret with the target's");
  if (status >> 8 == class_moved) return fail(Errc::not_connected, name_, "the target has moved: change the address of the device");
  if (status >> 8 == class_target_fails)
    return fail(Errc::not_connected, name_, fmt::format("the target cannot take a login just now (status {:04X})", status));
  if (status != 0) return fail(Errc::access_denied, name_, fmt::format("the target refuses the login (status {:04X})", status));
  return fail(Errc::not_connected, name_, "the login failed: who answers there has ended the connection, or does not speak iSCSI");
}

// A limit that libiscsi does not know: it counts whole seconds, and only when it is called.
IscsiConnection::Wait IscsiConnection::serve_until_called(Deadline deadline) {
  NoSigpipe const quiet;
  while (!called_.done) {
    iscsi_context* const context = context_.get();
    if (usable_ && iscsi_is_logged_in(context) == 0) return Wait::broken;
    pollfd look{.fd = iscsi_get_fd(context), .events = static_cast<short>(iscsi_which_events(context))};
    if (look.fd < 0) return Wait::broken;
    auto const left = left_until(deadline);
    if (left <= Millis{0}) return Wait::late;
    int const ready = ::poll(&look, 1, static_cast<int>(std::min<Millis::rep>(left.count(), std::numeric_limits<int>::max())));
    if (ready < 0 && errno != EINTR) return Wait::broken;
    if (ready <= 0) continue;
    socklen_t size = sizeof way_error_;
    if (!connected_ && ::getsockopt(look.fd, SOL_SOCKET, SO_ERROR, &way_error_, &size) == 0 && way_error_ != 0) return Wait::broken;
    // What has come is read before the end of the connection is seen: it may say why.
    if ((look.revents & POLLIN) != 0) look.revents &= static_cast<short>(~(POLLHUP | POLLERR));
    if (iscsi_service(context, look.revents) != 0 && !called_.done) return Wait::broken;
  }
  return Wait::done;
}

bool IscsiConnection::is_alive() {
  if (!usable_) return false;
  for (unsigned served = 0; served < limits::iscsi_idle_messages_max; ++served) {
    if (iscsi_is_logged_in(context_.get()) == 0) break;
    pollfd look{.fd = iscsi_get_fd(context_.get()), .events = POLLIN};
    if (::poll(&look, 1, 0) == 0) return true;
    char next = 0;
    ssize_t const there = ::recv(look.fd, &next, sizeof next, MSG_PEEK | MSG_DONTWAIT);
    if (there == 0 || (there < 0 && errno != EAGAIN && errno != EINTR)) break;
    NoSigpipe const quiet;
    if (iscsi_service(context_.get(), POLLIN) != 0) break;
  }
  usable_ = false;
  return false;
}

Result<Answer> IscsiConnection::send(Request const& request, Deadline deadline) {
  std::array<unsigned char, limits::scsi_cdb_bytes_max> cdb{};
  std::memcpy(cdb.data(), request.cdb.data(), request.cdb.size());
  auto const size = static_cast<int>(std::max(request.in.size(), request.out.size()));
  int const direction = !request.in.empty() ? SCSI_XFER_READ : !request.out.empty() ? SCSI_XFER_WRITE : SCSI_XFER_NONE;
  task_.reset(scsi_create_task(static_cast<int>(request.cdb.size()), cdb.data(), direction, size));
  if (!task_) return fail(Errc::not_enough_memory, name_, "there is no memory for a command");
  // Into a buffer of the caller's: in libiscsi's own, data that come with CHECK CONDITION are lost. It only reads from the buffer of a
  // command that sends.
  if (!request.in.empty()) scsi_task_add_data_in_buffer(task_.get(), size, reinterpret_cast<unsigned char*>(request.in.data()));
  if (!request.out.empty())
    scsi_task_add_data_out_buffer(task_.get(), size, reinterpret_cast<unsigned char*>(const_cast<std::byte*>(request.out.data())));
  called_ = {};
  auto const before = bytes_received();
  if (iscsi_scsi_command_async(context_.get(), lun_, task_.get(), on_called, nullptr, &called_) != 0) {
    usable_ = false;
    return fail(Errc::not_connected, name_, "the SCSI command cannot be sent");
  }
  Wait const end = serve_until_called(deadline);
  constexpr int scsi_status_max = 0xFF;  // above it: libiscsi's own
  if (end == Wait::done && called_.status >= 0 && called_.status <= scsi_status_max) return answer(request, bytes_received() - before);
  usable_ = false;
  if (end != Wait::late) return lost();
  return fail(Errc::timeout, name_, fmt::format("no answer within {}; the device may still carry it out", duration_text(request.limit)));
}

Result<std::vector<IscsiTarget>> IscsiConnection::targets(Deadline deadline) {
  called_ = {};
  targets_.clear();
  bool const asked = iscsi_discovery_async(context_.get(), on_targets, this) == 0;
  Wait const end = asked ? serve_until_called(deadline) : Wait::broken;
  if (end == Wait::done && called_.status == SCSI_STATUS_GOOD) return std::move(targets_);
  usable_ = false;
  if (end == Wait::late) return fail(Errc::timeout, name_, "the portal has let us in, but does not say in time which targets it has");
  return fail(Errc::not_connected, name_, "the portal has let us in, but does not say which targets it has, or not in one answer");
}

std::unexpected<Error> IscsiConnection::lost() const {
  return fail(Errc::device_not_available, name_, "the connection to the target was lost; what became of the command is not known");
}

// Of the data of a command that reads: what the target says (the residual), but no more than can have come. A CHECK CONDITION without data
// often says nothing of them.
Answer IscsiConnection::answer(Request const& request, std::uint64_t received) const {
  Answer given{.status = static_cast<std::uint8_t>(called_.status)};
  std::size_t const room = std::max(request.in.size(), request.out.size());
  std::size_t const missing = task_->residual_status == SCSI_RESIDUAL_UNDERFLOW ? std::min(task_->residual, room) : 0;
  given.transferred = room - missing;
  auto const tail =
      Bytes(reinterpret_cast<std::byte const*>(task_->datain.data), static_cast<std::size_t>(std::max(task_->datain.size, 0)));
  bool const has_sense = called_.status == SCSI_STATUS_CHECK_CONDITION && tail.size() >= sense_length_bytes;
  if (has_sense) {
    Bytes const sense = Reader(tail).part(sense_length_bytes, std::min<std::size_t>(Reader(tail).u16(0), limits::scsi_sense_bytes));
    given.sense.assign(sense.begin(), sense.end());
  }
  if (!request.in.empty() && received != 0) {
    // The answer itself, with its sense data in a message of its own; the data have at least one header.
    std::uint64_t const beside = pdu_header_bytes + (has_sense ? tail.size() + pdu_header_bytes : 0);
    given.transferred = std::min<std::uint64_t>(given.transferred, received - std::min(received, beside));
  }
  return given;
}

// 0: the kernel does not tell.
std::uint64_t IscsiConnection::bytes_received() const {
  tcp_info facts{};
  socklen_t size = sizeof facts;
  if (::getsockopt(iscsi_get_fd(context_.get()), IPPROTO_TCP, TCP_INFO, &facts, &size) != 0) return 0;
  return size >= offsetof(tcp_info, tcpi_bytes_received) + sizeof facts.tcpi_bytes_received ? facts.tcpi_bytes_received : 0;
}

IscsiConnection::~IscsiConnection() {
  if (!context_ || !is_alive()) return;
  called_ = {};
  if (iscsi_logout_async(context_.get(), on_called, &called_) == 0) serve_until_called(steady_clock::now() + limits::iscsi_logout_limit);
}

}  // namespace rsm::scsi
