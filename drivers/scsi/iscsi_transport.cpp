#include "drivers/scsi/iscsi_transport.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <random>

#include "drivers/scsi/commands.hpp"
#include "drivers/scsi/iscsi_connection.hpp"
#include "drivers/scsi/sense.hpp"

namespace rsm::scsi {
namespace {

using std::chrono::steady_clock;

constexpr unsigned qualifier_no_such_unit = 3;  // INQUIRY, byte 0, upper three bits
constexpr std::uint8_t asc_no_such_unit = 0x25;

bool is_possible(Request const& request) {
  auto const most = static_cast<std::size_t>(std::numeric_limits<int>::max());
  bool const one_way = request.in.empty() || request.out.empty();
  return request.cdb.size() >= 6 && request.cdb.size() <= limits::scsi_cdb_bytes_max && one_way &&
         std::max(request.in.size(), request.out.size()) <= most;
}

}  // namespace

std::string default_initiator_name() {
  std::array<char, limits::iscsi_host_bytes_max + 1> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string name = "iqn.2026-01.org.openrsm:";
  for (std::size_t i = 0; host[i] != 0 && name.size() < limits::iscsi_name_bytes_max; ++i) {
    char const c = host[i];
    bool const keeps = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    bool const capital = c >= 'A' && c <= 'Z';
    name += keeps ? c : capital ? static_cast<char>(c - 'A' + 'a') : '-';
  }
  return host[0] != 0 ? name : name + "localhost";
}

IscsiTransport::IscsiTransport(IscsiAddress const& address, IscsiOptions const& options)
    : name_(address.text()), connect_limit_(options.connect_limit) {
  std::random_device chance;
  login_ = std::make_unique<IscsiLogin>(IscsiLogin{.address = address,
                                                   .initiator = options.initiator,
                                                   .chap = options.chap,
                                                   .isid_random = chance() & 0xFF'FFFF,
                                                   .isid_qualifier = chance() & 0xFFFF});
}

IscsiTransport::~IscsiTransport() = default;

Result<std::unique_ptr<IscsiTransport>> IscsiTransport::open(IscsiAddress const& address, IscsiOptions const& options) {
  if (!is_iscsi_name(options.initiator))
    return fail(Errc::invalid_parameter, address.text(), "the initiator is not named as iSCSI names one: iqn.YEAR-MONTH.NAME[:MORE]");
  std::unique_ptr<IscsiTransport> transport(new IscsiTransport(address, options));
  auto const begun = steady_clock::now();
  RSM_CHECK(transport->log_in(options.connect_limit));
  RSM_CHECK(transport->check_unit(options.connect_limit - std::chrono::duration_cast<Millis>(steady_clock::now() - begun)));
  return transport;
}

Result<> IscsiTransport::log_in(Millis limit) {
  RSM_TRY(connection_, IscsiConnection::open(*login_, steady_clock::now() + limit));
  return {};
}

// INQUIRY takes no attention away. What else it may say, the caller will hear again.
Result<> IscsiTransport::check_unit(Millis limit) {
  std::array<std::byte, 36> data{};
  auto const cdb = InquiryCommand{.allocation = static_cast<std::uint16_t>(data.size())}.cdb();
  auto const answer = connection_->send({.cdb = std::as_bytes(std::span(cdb)), .in = data, .limit = limit}, steady_clock::now() + limit);
  if (!answer) return fail(Errc::not_connected, name_, fmt::format("the target has let us in and then failed: {}", answer.error().detail));
  bool const says_none =
      answer->status == status_good && answer->transferred > 0 && std::to_integer<unsigned>(data[0]) >> 5 == qualifier_no_such_unit;
  bool const refuses = answer->status == status_check_condition && decode_sense(answer->sense).asc == asc_no_such_unit;
  if (says_none || refuses) return fail(Errc::resource_not_present, name_, fmt::format("the target has no LUN {}", login_->address.lun));
  return {};
}

Result<Answer> IscsiTransport::send(Request const& request) {
  if (!is_possible(request)) return fail(Errc::invalid_parameter, name_, "a CDB has 6 to 16 bytes, and data go one way");
  auto const deadline = steady_clock::now() + std::max(request.limit, Millis{1});
  if (!connection_ || !connection_->is_alive()) {
    connection_.reset();
    RSM_CHECK(log_in(std::min(connect_limit_, request.limit / 2)));
  }
  auto answer = connection_->send(request, deadline);
  if (!answer) connection_.reset();
  return answer;
}

}  // namespace rsm::scsi
